// The tasks of a sweep as columns of numbers, so that 100,000 of them sort, filter and draw in milliseconds.

import { type State, states } from "./palette";

export type Role = "parameter" | "seed" | "state" | "time" | "quality" | "measure";

/** One column. Text is coded: a value is its index in labels. NaN: nothing is known. */
export interface Column {
  name: string;
  unit: string;
  role: Role;
  values: Float64Array;
  labels?: string[];
}

export interface TaskTable {
  ids: string[];
  states: Uint8Array; // indexes of palette.states
  columns: Column[]; // varying parameters first
}

export const emptyTable: TaskTable = { ids: [], states: new Uint8Array(), columns: [] };

export function column(table: TaskTable, name: string): Column | undefined {
  return table.columns.find((c) => c.name === name);
}

export function stateOf(table: TaskTable, row: number): State {
  return states[table.states[row]!] ?? "pending";
}

/** The levels of parameters and seeds, which do not change. */
const knownLevels = new WeakMap<Column, number[]>();

/** The distinct values in ascending order, without NaN. */
export function levels(c: Column): number[] {
  const known = knownLevels.get(c);
  if (known) return known;
  const found = [...new Set(c.values)].filter((x) => !Number.isNaN(x)).sort((a, b) => a - b);
  if (c.role === "parameter" || c.role === "seed") knownLevels.set(c, found);
  return found;
}

/** All rows, in their order in the sweep. */
export function allRows(table: TaskTable): Uint32Array {
  return Uint32Array.from({ length: table.ids.length }, (_, i) => i);
}

export interface Sorting {
  by: string;
  descending: boolean;
}

/** Rows sorted by a column; equal ones keep their order, and those without a value come last. */
export function sorted(table: TaskTable, rows: Uint32Array, sorting: Sorting | null): Uint32Array {
  if (!sorting) return rows;
  const keys = sortKeys(table, sorting.by);
  if (!keys) return rows;
  const sign = sorting.descending ? -1 : 1;
  return rows.slice().sort((a, b) => {
    const [x, y] = [keys[a]!, keys[b]!];
    if (x === y) return a - b;
    if (Number.isNaN(x)) return Number.isNaN(y) ? a - b : 1;
    if (Number.isNaN(y)) return -1;
    return sign * (x - y);
  });
}

function sortKeys(table: TaskTable, by: string): ArrayLike<number> | null {
  if (by === "state") return table.states;
  const c = column(table, by);
  if (!c) return null;
  if (!c.labels) return c.values;
  const inOrder = c.labels.map((label, code) => ({ label, code })).sort((a, b) => (a.label < b.label ? -1 : 1));
  const rank = new Map(inOrder.map(({ code }, i) => [code, i]));
  return c.values.map((code) => rank.get(code) ?? NaN);
}

/** A condition on rows. */
export type Condition = (row: number) => boolean;

const comparison = /^([^<>=!]+)(<=|>=|!=|=|<|>)(.+)$/;

/**
 * What a filter asks for, as conditions that must all hold: words such as "failed" or the start of a task's id, and comparisons such as
 * "seed=3" or "osi_e_mean>0.5", separated by spaces. The error names the word that is not understood.
 */
export function parseFilter(table: TaskTable, text: string): { conditions: Condition[]; error: string } {
  const conditions: Condition[] = [];
  for (const word of text.trim().split(/\s+/).filter(Boolean)) {
    const parts = comparison.exec(word);
    const found = parts ? compare(table, parts[1]!, parts[2]!, parts[3]!) : match(table, word.toLowerCase());
    if (typeof found === "string") return { conditions, error: found };
    conditions.push(found);
  }
  return { conditions, error: "" };
}

function match(table: TaskTable, word: string): Condition | string {
  const state = states.indexOf(word as State);
  if (state >= 0) return (row) => table.states[row] === state;
  const coded = table.columns.filter((c) => c.labels);
  const hits = coded.map((c) => c.labels!.map((label) => label.toLowerCase().includes(word)));
  return (row) => table.ids[row]!.startsWith(word) || coded.some((c, i) => hits[i]![c.values[row]!]);
}

function compare(table: TaskTable, name: string, operator: string, text: string): Condition | string {
  if (name === "state") {
    const state = states.indexOf(text as State);
    if (state < 0) return `There is no state ${text}; the states are ${states.join(", ")}.`;
    return operator === "!=" ? (row) => table.states[row] !== state : (row) => table.states[row] === state;
  }
  const c = column(table, name) ?? uniqueColumn(table, name);
  if (!c) return `There is no column ${name}.`;
  const value = c.labels ? c.labels.findIndex((label) => label.toLowerCase() === text.toLowerCase()) : Number(text);
  if (c.labels ? value < 0 : Number.isNaN(value)) return `${c.name} has no value ${text}.`;
  return holds(c.values, operator, value);
}

function uniqueColumn(table: TaskTable, suffix: string): Column | undefined {
  const found = table.columns.filter((c) => c.name.endsWith(suffix));
  return found.length === 1 ? found[0] : undefined;
}

function holds(values: Float64Array, operator: string, value: number): Condition {
  switch (operator) {
    case "<":
      return (row) => values[row]! < value;
    case "<=":
      return (row) => values[row]! <= value;
    case ">":
      return (row) => values[row]! > value;
    case ">=":
      return (row) => values[row]! >= value;
    case "!=":
      return (row) => values[row] !== value;
    default:
      return (row) => values[row] === value;
  }
}

export function filtered(rows: Uint32Array, conditions: Condition[]): Uint32Array {
  return conditions.length === 0 ? rows : rows.filter((row) => conditions.every((holds) => holds(row)));
}
