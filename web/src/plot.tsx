// A uPlot chart as a component, in the page's colours.

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { useSize } from "./canvas";
import { seriesCount, theme } from "./palette";

export interface Line {
  name: string;
  values: (number | null)[];
  low?: (number | null)[]; // with high: a band around the line
  high?: (number | null)[];
  dashed?: boolean;
  colour?: number;
}

interface Props {
  title: string; // for screen readers
  x: number[];
  xLabel: string;
  yLabel: string;
  lines: Line[];
  labels?: string[]; // of x, where it counts words
  points?: boolean;
  counts?: boolean; // x are whole numbers
}

/** The distances of the ticks of an axis that counts. */
const wholeSteps = [1, 2, 5].flatMap((n) => [n, 10 * n, 100 * n, 1000 * n, 10_000 * n]).sort((a, b) => a - b);

export function Plot(props: Props) {
  const [box, size, themes] = useSize();
  const target = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const names = props.lines.map((l) => l.name + (l.low ? "±" : ""));
  const shape = [props.xLabel, props.yLabel, names.join("|"), props.labels?.join("|"), themes].join("\n");
  const data = dataOf(props);
  useLayoutEffect(() => {
    if (!target.current || size.width === 0) return;
    chart.current = new uPlot(optionsOf(props, size.width, size.height), data, target.current);
    return () => {
      chart.current?.destroy();
      chart.current = null;
    };
  }, [shape, size.width > 0]);
  useEffect(() => {
    if (size.width > 0) chart.current?.setSize({ width: size.width, height: size.height });
  }, [size]);
  useEffect(() => chart.current?.setData(data), [props.x, props.lines]);
  return (
    <figure class="plot">
      <div class="canvas" ref={box} role="img" aria-label={props.title}>
        <div ref={target} />
      </div>
      <figcaption>
        <p class="legend">
          {props.lines.map((l, i) => (
            <span key={l.name} class={`key series-${(l.colour ?? i) % seriesCount}${l.dashed ? " dashed" : ""}`}>
              {l.name}
            </span>
          ))}
        </p>
      </figcaption>
    </figure>
  );
}

function dataOf({ x, lines }: Props): uPlot.AlignedData {
  const rows: (number | null)[][] = [];
  for (const l of lines) {
    rows.push(l.values);
    if (l.low && l.high) rows.push(l.low, l.high);
  }
  return [x, ...rows] as uPlot.AlignedData;
}

function optionsOf({ lines, labels, xLabel, yLabel, points, counts }: Props, width: number, height: number): uPlot.Options {
  const t = theme();
  const font = '11px system-ui, "Liberation Sans", sans-serif';
  const ticks = { stroke: t.line, width: 1, size: 4 };
  const axis = { stroke: t.muted, grid: { stroke: t.line, width: 1 }, ticks, font, labelFont: font, labelSize: 16 };
  const series: uPlot.Series[] = [{ label: xLabel }];
  const bands: uPlot.Band[] = [];
  lines.forEach((l, i) => {
    const colour = t.series[(l.colour ?? i) % seriesCount]!;
    const dash = l.dashed ? { dash: [5, 4] } : {};
    const dots = { show: points ?? l.values.filter((v) => v !== null).length < 40, size: 5 };
    series.push({ label: l.name, stroke: colour, width: 1.6, points: dots, spanGaps: true, ...dash });
    if (!l.low || !l.high) return;
    const hidden = { stroke: colour + "55", width: 0.5, points: { show: false }, spanGaps: true };
    series.push({ label: l.name + " low", ...hidden }, { label: l.name + " high", ...hidden });
    bands.push({ series: [series.length - 1, series.length - 2], fill: colour + "33" });
  });
  const words: Partial<uPlot.Axis> = labels
    ? { splits: labels.map((_, i) => i), values: (_, splits) => splits.map((s) => labels[s] ?? "") }
    : counts
      ? { incrs: wholeSteps }
      : {};
  return {
    width,
    height,
    series,
    bands,
    scales: { x: { time: false, ...(labels ? { range: [-0.5, labels.length - 0.5] } : {}) } },
    axes: [
      { ...axis, label: xLabel, size: 28, ...words },
      { ...axis, label: yLabel, size: 48 },
    ],
    legend: { show: false },
    cursor: { points: { size: 6 }, drag: { setScale: false } },
  };
}
