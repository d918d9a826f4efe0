// What all canvases need: their size in pixels of the device, and drawing anew when size or theme changes.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { onTheme } from "./palette";

export interface Size {
  width: number;
  height: number;
}

/** The size of an element in CSS pixels, and a number that changes with the theme. */
export function useSize(): [(element: HTMLElement | null) => void, Size, number] {
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const [themes, setThemes] = useState(0);
  useLayoutEffect(() => {
    if (!element) return;
    const measure = () => {
      const width = Math.floor(element.clientWidth);
      const height = Math.floor(element.clientHeight);
      setSize((old) => (old.width === width && old.height === height ? old : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  useEffect(() => onTheme(() => setThemes((n) => n + 1)), []);
  return [setElement, size, themes];
}

/** A canvas's context, scaled so that drawing is in CSS pixels, and cleared. */
export function prepare(canvas: HTMLCanvasElement, size: Size): CanvasRenderingContext2D | null {
  const ratio = Math.min(2, devicePixelRatio || 1);
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const c = canvas.getContext("2d");
  if (!c) return null;
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.clearRect(0, 0, size.width, size.height);
  c.font = '11px system-ui, "Liberation Sans", sans-serif';
  return c;
}

export function useCanvas(draw: (c: CanvasRenderingContext2D, size: Size) => void, size: Size, inputs: unknown[]) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (!canvas.current || size.width === 0 || size.height === 0) return;
    const c = prepare(canvas.current, size);
    if (c) draw(c, size);
  }, [size, ...inputs]);
  return canvas;
}

/** Text that is cut where the width ends. */
export function clipped(c: CanvasRenderingContext2D, text: string, width: number): string {
  if (c.measureText(text).width <= width) return text;
  let cut = text;
  while (cut.length > 1 && c.measureText(cut + "…").width > width) cut = cut.slice(0, -1);
  return cut + "…";
}
