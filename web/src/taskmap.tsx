// The map of tasks: one cell for each pair of values of two parameters, divided among the tasks of the cell.

import { useMemo, useState } from "preact/hooks";
import { clipped, type Size, useCanvas, useSize } from "./canvas";
import { number } from "./format";
import { rampStep, type State, states, theme } from "./palette";
import { extent } from "./statistics";
import { type Column, column, levels, stateOf, type TaskTable } from "./tasktable";

/** The tasks of a table, by cell: those of cell i are rows[starts[i]] to rows[starts[i + 1]], exclusive. */
export interface Grid {
  x: Column;
  y: Column | null;
  xs: number[];
  ys: number[];
  starts: Uint32Array;
  rows: Uint32Array;
  most: number; // tasks in one cell
}

export function gridOf(table: TaskTable, x: Column, y: Column | null): Grid {
  const [xs, ys] = [levels(x), y ? levels(y) : [0]];
  const xAt = new Map(xs.map((v, i) => [v, i]));
  const yAt = new Map(ys.map((v, i) => [v, i]));
  const n = table.ids.length;
  const cells = new Int32Array(n).fill(-1);
  const starts = new Uint32Array(xs.length * ys.length + 1);
  for (let row = 0; row < n; row++) {
    const [i, j] = [xAt.get(x.values[row]!), y ? yAt.get(y.values[row]!) : 0];
    if (i === undefined || j === undefined) continue;
    cells[row] = j * xs.length + i;
    starts[cells[row]! + 1]!++;
  }
  let most = 0;
  for (let i = 1; i < starts.length; i++) {
    most = Math.max(most, starts[i]!);
    starts[i]! += starts[i - 1]!;
  }
  const rows = new Uint32Array(starts[starts.length - 1]!);
  const next = starts.slice();
  for (let row = 0; row < n; row++) if (cells[row]! >= 0) rows[next[cells[row]!]!++] = row;
  return { x, y, xs, ys, starts, rows, most };
}

export function cellRows(grid: Grid, cell: number): Uint32Array {
  return grid.rows.subarray(grid.starts[cell]!, grid.starts[cell + 1]!);
}

/** The name of a value of a column, for axes and descriptions. */
export function label(c: Column, value: number): string {
  return c.labels ? (c.labels[value] ?? "–") : Number.isNaN(value) ? "–" : number(value);
}

const margin = { left: 76, bottom: 34, top: 6, right: 6 };

interface Frame {
  width: number; // of one cell
  height: number;
  columns: number;
  lines: number;
}

function frameOf(grid: Grid, size: Size): Frame {
  return {
    columns: grid.xs.length,
    lines: grid.ys.length,
    width: (size.width - margin.left - margin.right) / grid.xs.length,
    height: (size.height - margin.top - margin.bottom) / grid.ys.length,
  };
}

interface Props {
  table: TaskTable;
  version: number; // changes when values of the table change
  x: string;
  y: string;
  colour: string; // "state" or a column
  choose: (rows: Uint32Array, description: string) => void;
}

export function TaskMap({ table, version, x, y, colour, choose }: Props) {
  const [box, size, themes] = useSize();
  const [cursor, setCursor] = useState<number | null>(null);
  const grid = useMemo(() => {
    const [cx, cy] = [column(table, x), column(table, y)];
    return cx ? gridOf(table, cx, cy ?? null) : null;
  }, [table, x, y]);
  const shade = colour === "state" ? null : (column(table, colour) ?? null);
  const range = useMemo(() => (shade ? extent(shade.values) : ([0, 1] as [number, number])), [shade, version]);
  const canvas = useCanvas((c, s) => grid && draw(c, s, table, grid, shade, range, cursor), size, [
    table, version, grid, shade, range, cursor, themes,
  ]);
  if (!grid) return <p class="empty">Only one parameter value: there is nothing to map.</p>;
  const frame = frameOf(grid, size);
  const at = (event: MouseEvent): number | null => {
    const bounds = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const i = Math.floor((event.clientX - bounds.left - margin.left) / frame.width);
    const j = frame.lines - 1 - Math.floor((event.clientY - bounds.top - margin.top) / frame.height);
    return i >= 0 && i < frame.columns && j >= 0 && j < frame.lines ? j * frame.columns + i : null;
  };
  const pick = (cell: number | null) => {
    if (cell === null) return;
    const rows = cellRows(grid, cell);
    if (rows.length > 0) choose(rows, place(grid, cell));
  };
  const move = (event: KeyboardEvent) => {
    const cell = moved(event.key, cursor, frame);
    if (event.key === "Enter") pick(cursor);
    if (cell === null) return;
    event.preventDefault();
    setCursor(cell);
  };
  return (
    <figure class="map">
      <div
        class="canvas"
        ref={box}
        role="application"
        aria-label={`Map of tasks: ${x}${grid.y ? ` and ${y}` : ""}, colour: ${colour}. Arrow keys move, Enter lists a cell’s tasks.`}
        tabIndex={0}
        onMouseMove={(e) => setCursor(at(e))}
        onMouseLeave={() => setCursor(null)}
        onClick={(e) => pick(at(e))}
        onKeyDown={move}
      >
        <canvas ref={canvas} aria-hidden="true" />
      </div>
      <figcaption>
        <Legend table={table} version={version} shade={shade} range={range} />
        <p class="readout" aria-live="polite">
          {cursor === null ? "Point at a cell, or move with the arrow keys." : describe(table, grid, shade, cursor)}
        </p>
      </figcaption>
    </figure>
  );
}

function moved(key: string, cursor: number | null, f: Frame): number | null {
  if (!key.startsWith("Arrow")) return null;
  if (cursor === null) return (f.lines - 1) * f.columns;
  const [i, j] = [cursor % f.columns, Math.floor(cursor / f.columns)];
  const di = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  const dj = key === "ArrowUp" ? 1 : key === "ArrowDown" ? -1 : 0;
  const clamp = (v: number, n: number) => Math.min(n - 1, Math.max(0, v));
  return clamp(j + dj, f.lines) * f.columns + clamp(i + di, f.columns);
}

function place(grid: Grid, cell: number): string {
  const n = grid.xs.length;
  const x = `${grid.x.name}=${label(grid.x, grid.xs[cell % n]!)}`;
  return grid.y ? `${x} ${grid.y.name}=${label(grid.y, grid.ys[Math.floor(cell / n)]!)}` : x;
}

function describe(table: TaskTable, grid: Grid, shade: Column | null, cell: number): string {
  const rows = cellRows(grid, cell);
  const counts = new Map<State, number>();
  let sum = 0;
  let n = 0;
  for (const row of rows) {
    counts.set(stateOf(table, row), (counts.get(stateOf(table, row)) ?? 0) + 1);
    const v = shade && !shade.labels ? shade.values[row]! : NaN;
    if (Number.isNaN(v)) continue;
    sum += v;
    n++;
  }
  const parts = states.filter((s) => counts.has(s)).map((s) => `${counts.get(s)} ${s}`);
  const mean = n > 0 ? ` · ${shade!.name} ${n > 1 ? "mean " : ""}${number(sum / n)}${shade!.unit ? " " + shade!.unit : ""}` : "";
  return `${place(grid, cell).replaceAll("=", " = ").replace(/ (?=[^ ]+ = [^ ]*$)/, ", ")}: ${parts.join(", ") || "no task"}${mean}`;
}

function draw(
  c: CanvasRenderingContext2D,
  size: Size,
  table: TaskTable,
  grid: Grid,
  shade: Column | null,
  range: [number, number],
  cursor: number | null,
) {
  const f = frameOf(grid, size);
  const colours = theme();
  const gap = f.width > 8 && f.height > 8 ? 1 : 0;
  const parts = partsOf(grid.most, f.width / f.height);
  const divided = grid.most > 1 && f.width / parts.columns >= 3 && f.height / parts.lines >= 3;
  const colourOf = shade ? shading(shade, range) : (row: number) => colours.states[table.states[row]!]!;
  for (let j = 0; j < f.lines; j++) {
    const top = margin.top + (f.lines - 1 - j) * f.height;
    for (let i = 0; i < f.columns; i++) {
      const rows = cellRows(grid, j * f.columns + i);
      const left = margin.left + i * f.width;
      if (rows.length === 0) continue;
      if (!divided) {
        c.fillStyle = whole(table, rows, shade, range, colours.states) ?? colours.line;
        c.fillRect(left, top, f.width - gap + (gap ? 0 : 0.5), f.height - gap + (gap ? 0 : 0.5));
        continue;
      }
      const [w, h] = [(f.width - gap) / parts.columns, (f.height - gap) / parts.lines];
      rows.forEach((row, k) => {
        c.fillStyle = colourOf(row) ?? colours.line;
        c.fillRect(left + (k % parts.columns) * w, top + Math.floor(k / parts.columns) * h, w - 0.5, h - 0.5);
      });
    }
  }
  axes(c, size, grid, f, colours.muted);
  if (cursor === null) return;
  c.strokeStyle = colours.text;
  c.lineWidth = 2;
  const [i, j] = [cursor % f.columns, Math.floor(cursor / f.columns)];
  c.strokeRect(margin.left + i * f.width - 1, margin.top + (f.lines - 1 - j) * f.height - 1, f.width + 1, f.height + 1);
}

/** How a cell is divided among its tasks: with few parts left empty, and parts that are almost square. */
function partsOf(tasks: number, aspect: number): { columns: number; lines: number } {
  let best = { columns: 1, lines: tasks, cost: Infinity };
  for (let columns = 1; columns <= tasks; columns++) {
    const lines = Math.ceil(tasks / columns);
    const cost = (columns * lines - tasks) / tasks + 0.2 * Math.abs(Math.log((aspect * lines) / columns));
    if (cost < best.cost) best = { columns, lines, cost };
  }
  return best;
}

function shading(shade: Column, [low, high]: [number, number]): (row: number) => string | null {
  const span = high - low || 1;
  return (row) => (Number.isNaN(shade.values[row]!) ? null : rampStep((shade.values[row]! - low) / span));
}

/** The colour of a cell as a whole: its most urgent state, or the mean of its values. */
function whole(
  table: TaskTable, rows: Uint32Array, shade: Column | null, [low, high]: [number, number], colours: string[],
): string | null {
  if (!shade) {
    let first = states.length - 1;
    for (const row of rows) first = Math.min(first, table.states[row]!);
    return colours[first]!;
  }
  let sum = 0;
  let n = 0;
  for (const row of rows) {
    const v = shade.values[row]!;
    if (Number.isNaN(v)) continue;
    sum += v;
    n++;
  }
  return n === 0 ? null : rampStep((sum / n - low) / (high - low || 1));
}

function axes(c: CanvasRenderingContext2D, size: Size, grid: Grid, f: Frame, colour: string) {
  c.fillStyle = colour;
  c.textBaseline = "top";
  c.textAlign = "center";
  const every = Math.max(1, Math.ceil(46 / f.width));
  for (let i = 0; i < f.columns; i += every) {
    const text = clipped(c, label(grid.x, grid.xs[i]!), Math.max(44, f.width - 2));
    c.fillText(text, margin.left + (i + 0.5) * f.width, size.height - margin.bottom + 4);
  }
  c.fillText(title(grid.x), margin.left + (size.width - margin.left - margin.right) / 2, size.height - 14);
  if (!grid.y) return;
  c.textAlign = "right";
  c.textBaseline = "middle";
  const step = Math.max(1, Math.ceil(14 / f.height));
  for (let j = 0; j < f.lines; j += step) {
    c.fillText(clipped(c, label(grid.y, grid.ys[j]!), margin.left - 22), margin.left - 5, margin.top + (f.lines - 0.5 - j) * f.height);
  }
  c.save();
  c.translate(7, margin.top + (size.height - margin.top - margin.bottom) / 2);
  c.rotate(-Math.PI / 2);
  c.textAlign = "center";
  c.fillText(clipped(c, title(grid.y), size.height - margin.bottom), 0, 0);
  c.restore();
}

function title(c: Column): string {
  return c.unit ? `${c.name} (${c.unit})` : c.name;
}

interface LegendProps {
  table: TaskTable;
  version: number;
  shade: Column | null;
  range: [number, number];
}

function Legend({ table, version, shade, range }: LegendProps) {
  const present = useMemo(() => {
    const found = new Uint8Array(states.length);
    for (const s of table.states) found[s] = 1;
    return states.filter((_, i) => found[i]);
  }, [table, version]);
  if (shade) {
    return (
      <p class="legend">
        <span>{label(shade, range[0])}</span>
        <span class="ramp" aria-hidden="true" />
        <span>
          {label(shade, range[1])}
          {shade.unit && ` ${shade.unit}`}
        </span>
        <span class="key nothing">no value yet</span>
      </p>
    );
  }
  return (
    <p class="legend">
      {present.map((s) => (
        <span key={s} class={`key state-${s}`}>
          {s}
        </span>
      ))}
    </p>
  );
}
