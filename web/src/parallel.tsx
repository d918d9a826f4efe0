// Parallel coordinates: an axis for each varying parameter and for measures; tasks are lines, or densities when there are many.

import { useMemo } from "preact/hooks";
import { clipped, type Size, useCanvas, useSize } from "./canvas";
import { count } from "./format";
import { rampStep, theme } from "./palette";
import { extent } from "./statistics";
import { type Column, column, levels, type TaskTable } from "./tasktable";
import { label } from "./taskmap";

/** Beyond so many tasks, lines would cover everything: bands between bins are drawn instead. */
const mostLines = 2000;
const bins = 48;

interface Axis {
  column: Column;
  at: (row: number) => number; // between 0 (bottom) and 1; NaN without a value
  ticks: { at: number; text: string }[];
}

function axisOf(c: Column): Axis {
  const values = c.role === "measure" ? [] : levels(c);
  if (c.labels || (values.length > 0 && values.length <= 12)) {
    const place = new Map(values.map((v, i) => [v, (i + 0.5) / values.length]));
    const ticks = values.map((v) => ({ at: place.get(v)!, text: label(c, v) }));
    return { column: c, at: (row) => place.get(c.values[row]!) ?? NaN, ticks };
  }
  const [low, high] = extent(c.values);
  const span = high - low || 1;
  return {
    column: c,
    at: (row) => (c.values[row]! - low) / span,
    ticks: [0, 0.25, 0.5, 0.75, 1].map((f) => ({ at: f, text: label(c, Number((low + f * span).toPrecision(3))) })),
  };
}

interface Props {
  table: TaskTable;
  rows: Uint32Array;
  names: string[]; // of the axes' columns
  colour: string; // a column
}

export function Parallel({ table, rows, names, colour }: Props) {
  const [box, size, themes] = useSize();
  const axes = useMemo(
    () => names.map((name) => column(table, name)).filter((c): c is Column => c !== undefined).map(axisOf),
    [table, names.join()],
  );
  const shade = column(table, colour) ?? null;
  const canvas = useCanvas((c, s) => draw(c, s, axes, shade, rows), size, [axes, shade, rows, themes]);
  if (axes.length < 2) return <p class="empty">Parallel coordinates need two columns at least.</p>;
  const many = rows.length > mostLines;
  return (
    <figure class="parallel">
      <div class="canvas" ref={box}>
        <canvas ref={canvas} role="img" aria-label={`Parallel coordinates of ${count(rows.length)} tasks: ${names.join(", ")}`} />
      </div>
      <figcaption>
        <p class="readout">
          {many ? `${count(rows.length)} tasks, as densities: the darker, the more tasks.` : `${count(rows.length)} tasks, a line each.`}
          {!many && shade && ` Colour: ${shade.name}, dark to bright.`}
        </p>
      </figcaption>
    </figure>
  );
}

const margin = { left: 60, right: 60, top: 26, bottom: 8 };

function draw(c: CanvasRenderingContext2D, size: Size, axes: Axis[], shade: Column | null, rows: Uint32Array) {
  if (axes.length < 2) return;
  const step = (size.width - margin.left - margin.right) / (axes.length - 1);
  const height = size.height - margin.top - margin.bottom;
  const x = (i: number) => margin.left + i * step;
  const y = (f: number) => margin.top + (1 - f) * height;
  const colours = theme();
  c.strokeStyle = colours.series[0]!;
  if (rows.length > mostLines) bands(c, axes, rows, x, y);
  else lines(c, axes, shade, rows, x, y);
  c.textBaseline = "middle";
  axes.forEach((axis, i) => {
    c.strokeStyle = colours.muted;
    c.lineWidth = 1;
    c.beginPath();
    c.moveTo(x(i), y(0));
    c.lineTo(x(i), y(1));
    c.stroke();
    const last = i === axes.length - 1;
    c.textAlign = last ? "left" : "right";
    let previous = Infinity;
    for (const tick of axis.ticks) {
      if (Math.abs(y(tick.at) - previous) < 12) continue;
      previous = y(tick.at);
      write(c, clipped(c, tick.text, 54), x(i) + (last ? 5 : -5), previous, colours.text, colours.surface);
    }
    c.textAlign = i === 0 ? "left" : last ? "right" : "center";
    c.fillStyle = colours.text;
    c.fillText(clipped(c, axis.column.name, step * (i === 0 || last ? 0.6 : 0.95)), i === 0 ? 2 : last ? size.width - 2 : x(i), 9);
  });
}

/** Text with a halo, since lines pass behind it. */
function write(c: CanvasRenderingContext2D, text: string, x: number, y: number, colour: string, halo: string) {
  c.strokeStyle = halo;
  c.lineWidth = 3;
  c.strokeText(text, x, y);
  c.fillStyle = colour;
  c.fillText(text, x, y);
}

type Place = (at: number) => number;

function lines(c: CanvasRenderingContext2D, axes: Axis[], shade: Column | null, rows: Uint32Array, x: Place, y: Place) {
  const [low, high] = shade ? extent(shade.values) : [0, 1];
  c.lineWidth = 1;
  c.globalAlpha = Math.max(0.15, Math.min(0.8, 40 / Math.sqrt(rows.length + 1) / 8));
  const plain = c.strokeStyle;
  for (const row of rows) {
    const value = shade?.values[row] ?? NaN;
    c.strokeStyle = plain;
    if (!Number.isNaN(value)) c.strokeStyle = rampStep((value - low) / (high - low || 1));
    c.beginPath();
    let on = false;
    axes.forEach((axis, i) => {
      const at = axis.at(row);
      if (Number.isNaN(at)) on = false;
      else if (on) c.lineTo(x(i), y(at));
      else {
        c.moveTo(x(i), y(at));
        on = true;
      }
    });
    c.stroke();
  }
  c.globalAlpha = 1;
}

/** Counts the tasks between each pair of bins of neighbouring axes, and draws a band for each pair. */
function bands(c: CanvasRenderingContext2D, axes: Axis[], rows: Uint32Array, x: Place, y: Place) {
  const places = axes.map((axis) => {
    const out = new Int8Array(rows.length);
    for (let k = 0; k < rows.length; k++) {
      const at = axis.at(rows[k]!);
      out[k] = Number.isNaN(at) ? -1 : Math.min(bins - 1, Math.floor(at * bins));
    }
    return out;
  });
  for (let i = 0; i + 1 < axes.length; i++) {
    const counts = new Uint32Array(bins * bins);
    const [from, to] = [places[i]!, places[i + 1]!];
    let most = 1;
    for (let k = 0; k < rows.length; k++) {
      if (from[k]! < 0 || to[k]! < 0) continue;
      most = Math.max(most, ++counts[from[k]! * bins + to[k]!]!);
    }
    c.lineWidth = 1.5;
    counts.forEach((n, cell) => {
      if (n === 0) return;
      c.globalAlpha = 0.04 + 0.7 * (n / most);
      c.beginPath();
      c.moveTo(x(i), y((Math.floor(cell / bins) + 0.5) / bins));
      c.lineTo(x(i + 1), y(((cell % bins) + 0.5) / bins));
      c.stroke();
    });
  }
  c.globalAlpha = 1;
}
