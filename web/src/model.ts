// From the server's answers to the task table, and to its changes.

import type { Measures, Parameter, Tasks } from "./api";
import { type State, states } from "./palette";
import type { Column, TaskTable } from "./tasktable";

const stateIndex = new Map<string, number>(states.map((s, i) => [s, i]));

function stateNumber(name: string, suspect: boolean): number {
  const shown: State = name === "done" && suspect ? "suspect" : (name as State);
  return stateIndex.get(shown) ?? stateIndex.get("pending")!;
}

/** The table of an answer that has all rows. */
export function tableOf(answer: Tasks): TaskTable {
  const n = answer.id!.length;
  const columns: Column[] = answer.parameters.map((p, i) => parameterColumn(p, answer.values![i]!));
  const own = (name: string, unit: string, role: Column["role"], labels?: string[]) =>
    columns.push({ name, unit, role, values: new Float64Array(n).fill(NaN), ...(labels ? { labels } : {}) });
  if (!columns.some((c) => c.name === "seed")) {
    columns.push({ name: "seed", unit: "", role: "seed", values: Float64Array.from(answer.seed!) });
  }
  own("duration", "s", "time");
  own("attempt", "", "time");
  own("class", "", "quality", answer.class_names);
  own("host", "", "time", answer.host_names);
  own("suspect", "", "quality");
  const table = { ids: answer.id!, states: new Uint8Array(n), columns };
  update(table, answer);
  return table;
}

function parameterColumn(p: Parameter, places: number[]): Column {
  const role = p.name === "seed" ? "seed" : "parameter";
  if (p.values.every((v) => typeof v === "number")) {
    const numbers = p.values as number[];
    return { name: p.name, unit: p.unit, role, values: Float64Array.from(places, (i) => numbers[i] ?? NaN) };
  }
  return { name: p.name, unit: p.unit, role, labels: p.values.map(String), values: Float64Array.from(places, (i) => (i < 0 ? NaN : i)) };
}

/** Writes the rows of an answer into the table. */
export function update(table: TaskTable, answer: Tasks): void {
  const by = new Map(table.columns.map((c) => [c.name, c]));
  const [duration, attempt, failed, host, suspect] = ["duration", "attempt", "class", "host", "suspect"].map((name) => by.get(name)!);
  failed!.labels = answer.class_names;
  host!.labels = answer.host_names;
  const n = answer.state.length;
  for (let i = 0; i < n; i++) {
    const row = answer.rows ? answer.rows[i]! : i;
    const reasons = answer.reasons[i]!;
    table.states[row] = stateNumber(answer.state_names[answer.state[i]!]!, reasons !== 0);
    duration!.values[row] = answer.seconds[i]! > 0 ? answer.seconds[i]! : NaN;
    attempt!.values[row] = answer.attempt[i]! > 0 ? answer.attempt[i]! : NaN;
    failed!.values[row] = answer.class[i]! < 0 ? NaN : answer.class[i]!;
    host!.values[row] = answer.host[i]! < 0 ? NaN : answer.host[i]!;
    suspect!.values[row] = bits(reasons);
  }
}

function bits(n: number): number {
  let out = 0;
  for (; n > 0; n = Math.floor(n / 2)) out += n % 2;
  return out;
}

/** The table with the columns of the measures in place of earlier ones. Those that no result has are left out. */
export function withMeasures(table: TaskTable, answer: Measures): TaskTable {
  const others = table.columns.filter((c) => c.role !== "measure");
  const place = others.findIndex((c) => c.name === "duration") + 1;
  const measures = answer.measures
    .map((m, i): Column => ({
      name: m.name, unit: m.unit === "1" ? "" : m.unit, role: "measure", values: Float64Array.from(answer.values[i]!, (v) => v ?? NaN),
    }))
    .filter((_, i) => answer.values[i]!.some((v) => v !== null));
  return { ...table, columns: [...others.slice(0, place), ...measures, ...others.slice(place)] };
}
