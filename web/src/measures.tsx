// A measure against a parameter: means with 95 % intervals over the other parameters and seeds.

import { useMemo, useState } from "preact/hooks";
import { type Line, Plot } from "./plot";
import type { Live } from "./live";
import { Select } from "./parts";
import { interval } from "./statistics";
import { type Column, levels, type TaskTable } from "./tasktable";
import { label } from "./taskmap";

const mostLines = 6;

export function MeasurePlot({ live }: { live: Live }) {
  const { table, version, others } = live;
  const parameters = useMemo(
    () => table.columns.filter((c) => (c.role === "parameter" || c.role === "seed") && levels(c).length > 1),
    [table],
  );
  const measures = table.columns.filter((c) => c.role === "measure" || c.name === "duration");
  const [measure, setMeasure] = useState("");
  const [parameter, setParameter] = useState("");
  const [group, setGroup] = useState<string | null>(null);
  const named = (name: string) => measures.find((c) => c.name === name);
  const y = named(measure) ?? named("osi_e_mean") ?? measures.find((c) => c.role === "measure") ?? measures[0];
  const x = parameters.find((c) => c.name === parameter) ?? parameters.find((c) => !c.labels && c.role === "parameter") ?? parameters[0];
  const groups = parameters.filter((c) => c !== x && levels(c).length <= mostLines);
  const by = group === "" ? undefined : (groups.find((c) => c.name === group) ?? groups.find((c) => c.role === "parameter"));
  const plot = useMemo(() => (x && y ? lines(table, x, y, by) : null), [table, y?.role === "measure" || version, x, y, by]);
  if (!x || !y || !plot) return null;
  const names = (all: Column[]) => all.map((c) => ({ value: c.name, text: c.name }));
  const more = others.map((name) => ({ value: name, text: name }));
  const choose = (name: string) => {
    setMeasure(name);
    if (others.includes(name)) live.want(name);
  };
  const unit = (c: Column) => (c.unit ? `${c.name} (${c.unit})` : c.name);
  return (
    <section class="panel" aria-label="Measures">
      <header>
        <h2>Measures</h2>
        <Select label="of" value={y.name} choices={[...names(measures), ...more]} choose={choose} />
        <Select label="against" value={x.name} choices={names(parameters)} choose={setParameter} />
        {groups.length > 0 && (
          <Select label="by" value={by?.name ?? ""} choices={[{ value: "", text: "nothing" }, ...names(groups)]} choose={setGroup} />
        )}
      </header>
      <Plot
        title={`${y.name} against ${x.name}: means with 95 % intervals`}
        x={plot.x}
        labels={plot.labels}
        xLabel={unit(x)}
        yLabel={unit(y)}
        lines={plot.lines}
        points
      />
      <p class="readout">Means over all other parameters and seeds; bands are Student’s 95 % intervals.</p>
    </section>
  );
}

interface Lines {
  x: number[];
  labels?: string[];
  lines: Line[];
}

function lines(table: TaskTable, x: Column, y: Column, by: Column | undefined): Lines {
  const values = levels(x);
  const place = new Map(values.map((v, i) => [v, i]));
  const kinds = by ? levels(by) : [0];
  const kindAt = new Map(kinds.map((v, i) => [v, i]));
  const samples: number[][][] = kinds.map(() => values.map(() => []));
  for (let row = 0; row < table.ids.length; row++) {
    const value = y.values[row]!;
    if (Number.isNaN(value)) continue;
    const [i, k] = [place.get(x.values[row]!), by ? kindAt.get(by.values[row]!) : 0];
    if (i !== undefined && k !== undefined) samples[k]![i]!.push(value);
  }
  const known = (v: number) => (Number.isNaN(v) ? null : v);
  return {
    x: x.labels ? values.map((_, i) => i) : values,
    ...(x.labels ? { labels: values.map((v) => label(x, v)) } : {}),
    lines: kinds.map((kind, k) => {
      const all = samples[k]!.map(interval);
      return {
        name: by ? label(by, kind) : "all tasks",
        values: all.map((v) => known(v.mean)),
        low: all.map((v) => known(v.low)),
        high: all.map((v) => known(v.high)),
      };
    }),
  };
}

