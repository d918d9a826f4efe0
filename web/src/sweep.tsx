// One sweep: its progress, controls, map, measures, tasks, failures and file.

import { useMemo, useState } from "preact/hooks";
import { Action } from "./action";
import type { Sweep, SweepDetail } from "./api";
import { sweepPath } from "./client";
import { FailuresView } from "./failures";
import { bytes, count, seconds } from "./format";
import { EventList } from "./events";
import { type Live, useTasks } from "./live";
import { MeasurePlot } from "./measures";
import { Parallel } from "./parallel";
import { Failure, Figure, ProgressBar, rate, Select, shareDone, Tabs, TimeLeft, useFetched } from "./parts";
import { RunningTasks } from "./running";
import { mayControl } from "./session";
import { useStore } from "./store";
import { Status } from "./sweeps";
import { TaskGrid } from "./table";
import { TaskMap } from "./taskmap";
import { allRows, type Column, column, filtered, levels, parseFilter, sorted, type Sorting, type TaskTable } from "./tasktable";

export function SweepView({ name }: { name: string }) {
  const { state } = useStore();
  const row = state?.sweeps.find((s) => s.sweep === name);
  const settled = row ? row.done + row.failed : 0;
  const detail = useFetched<SweepDetail>(sweepPath(name), [row?.tasks]);
  const s: Sweep | undefined = row ?? detail.value ?? undefined;
  const live = useTasks(name, settled);
  if (!s) return detail.error ? <Failure error={detail.error} /> : <p class="empty">Loading…</p>;
  return (
    <>
      <header class="title">
        <h1>{name}</h1>
        <Status of={s} />
        {s.experiment && <span class="muted">{s.experiment}</span>}
        <Controls s={s} />
      </header>
      {s.error && (
        <p class="error" role="alert">
          {s.error} {s.remedy}
        </p>
      )}
      <div class="progress large">
        <ProgressBar of={s} name={name} />
        <span class="share">{shareDone(s)}</span>
      </div>
      <Figures s={s} />
      <Plots live={live} s={s} detail={detail.value} />
    </>
  );
}

function Figures({ s }: { s: Sweep }) {
  return (
    <dl class="figures">
      <Figure name="tasks done">
        {count(s.done)} <small>of {count(s.tasks)}</small>
      </Figure>
      <Figure name="running">
        {count(s.running)} {s.max_running !== undefined && s.max_running > 0 && <small>of at most {count(s.max_running)}</small>}
      </Figure>
      <Figure name="failed" tone={s.failed > 0 ? "bad" : ""}>
        {count(s.failed)}
      </Figure>
      <Figure name="suspect" tone={s.suspect > 0 ? "doubtful" : ""}>
        {count(s.suspect)}
      </Figure>
      <Figure name="rate">{rate(s.rate)}</Figure>
      <Figure name="time left"><TimeLeft left={s.status === "finished" ? null : s.left} range={s.left_range} /></Figure>
      {s.spent !== undefined && <Figure name="time spent, all tasks">{seconds(s.spent)}</Figure>}
      {s.seconds_per_task != null && <Figure name="per task">{seconds(s.seconds_per_task)}</Figure>}
      {s.bytes !== undefined && <Figure name="results">{bytes(s.bytes)}</Figure>}
    </dl>
  );
}

function Controls({ s }: { s: Sweep }) {
  const path = sweepPath(s.sweep);
  const allowed = mayControl();
  const active = allowed && s.from !== "directory" && (s.status === "open" || s.status === "paused");
  return (
    <div class="controls">
      <Action label="Pause" path={`${path}/pause`} body={{}} allowed={active && s.status === "open"} />
      <Action label="Resume" path={`${path}/resume`} body={{}} allowed={allowed && (s.status === "paused" || s.status === "cancelled")} />
      <Action
        label="Set priority"
        path={`${path}/priority`}
        body={{}}
        number={{ name: "priority", label: "Priority, higher first:", value: s.priority }}
        allowed={active}
      />
      <Action label="Cancel sweep" path={`${path}/cancel`} body={{}} danger allowed={active} />
      <Action label="Rerun failed" path={`${path}/rerun`} body={{ failed: true }} allowed={allowed && s.failed > 0} />
      <Action label="Rerun suspect" path={`${path}/rerun`} body={{ suspect: true }} allowed={allowed && s.suspect > 0} />
    </div>
  );
}

interface PlotsProps {
  live: Live;
  s: Sweep;
  detail: SweepDetail | null;
}

function Plots({ live, s, detail }: PlotsProps) {
  const { table, version } = live;
  const [filter, setFilter] = useState("");
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const all = useMemo(() => allRows(table), [table]);
  const { conditions, error } = useMemo(() => parseFilter(table, filter), [table, filter]);
  const rows = useMemo(() => sorted(table, filtered(all, conditions), sorting), [all, conditions, sorting, version]);
  if (table.ids.length === 0) return <p class="empty">{s.tasks > 0 ? "Loading tasks…" : "This sweep has no tasks."}</p>;
  const choose = (chosen: Uint32Array, description: string) => {
    if (chosen.length === 1) location.hash = `#/task/${table.ids[chosen[0]!]}`;
    else setFilter(description);
  };
  const tasks = () => (
    <>
      <div class="filter">
        <label>
          Filter{" "}
          <input
            type="search"
            value={filter}
            placeholder="failed  seed=3  osi_e_mean>0.5"
            aria-describedby="filter-result"
            onInput={(e) => setFilter(e.currentTarget.value)}
          />
        </label>
        <span id="filter-result" class={error ? "error" : "muted"}>
          {error || `${count(rows.length)} of ${count(all.length)} tasks`}
        </span>
      </div>
      <TaskGrid table={table} version={version} rows={rows} sorting={sorting} sort={setSorting} />
    </>
  );
  return (
    <>
      <div class="pair">
        <MapPanel live={live} choose={choose} />
        <MeasurePlot live={live} />
      </div>
      <Tabs
        label="Views of the sweep"
        tabs={[
          { id: "tasks", name: "Tasks", view: tasks },
          { id: "running", name: "Running", view: () => <RunningTasks sweep={s.sweep} /> },
          { id: "parallel", name: "Parallel coordinates", view: () => <ParallelPanel live={live} rows={rows} /> },
          { id: "failures", name: "Failures", view: () => <FailuresView s={s} /> },
          { id: "events", name: "Events", view: () => <EventList about={s.sweep} /> },
          { id: "file", name: "Sweep file", view: () => <pre class="file">{detail?.toml ?? "Loading…"}</pre> },
        ]}
      />
    </>
  );
}

function varying(table: TaskTable): Column[] {
  return table.columns.filter((c) => (c.role === "parameter" || c.role === "seed") && levels(c).length > 1);
}

/** The parameters that make the best axes of a map first: those with the most values, and seeds last. */
function byUse(a: Column, b: Column): number {
  return Number(a.role === "seed") - Number(b.role === "seed") || levels(b).length - levels(a).length;
}

interface MapPanelProps {
  live: Live;
  choose: (rows: Uint32Array, description: string) => void;
}

function MapPanel({ live, choose }: MapPanelProps) {
  const { table, version } = live;
  const axes = useMemo(() => varying(table).sort(byUse), [table]);
  const [x, setX] = useState("");
  const [y, setY] = useState("");
  const [colour, setColour] = useState("state");
  const xName = axes.find((c) => c.name === x)?.name ?? axes[0]?.name ?? "";
  const others = axes.filter((c) => c.name !== xName);
  const yName = others.find((c) => c.name === y)?.name ?? others[0]?.name ?? "";
  const names = (all: Column[]) => all.map((c) => ({ value: c.name, text: c.name }));
  const shades = table.columns.filter((c) => ["time", "quality", "measure"].includes(c.role) && !c.labels);
  const unloaded = live.others.map((name) => ({ value: name, text: name }));
  const colours = [{ value: "state", text: "state" }, ...names(shades), ...unloaded];
  const shade = column(table, colour) ? colour : "state";
  const chooseColour = (name: string) => {
    setColour(name);
    if (live.others.includes(name)) live.want(name);
  };
  return (
    <section class="panel" aria-label="Map of tasks">
      <header>
        <h2>Map</h2>
        <Select label="across" value={xName} choices={names(axes)} choose={setX} />
        {others.length > 0 && <Select label="up" value={yName} choices={names(others)} choose={setY} />}
        <Select label="colour" value={shade} choices={colours} choose={chooseColour} />
      </header>
      <TaskMap table={table} version={version} x={xName} y={yName} colour={shade} choose={choose} />
    </section>
  );
}

/** Parameters and measures do not change within a table, so this view is drawn again only when the rows do. */
function ParallelPanel({ live: { table }, rows }: { live: Live; rows: Uint32Array }) {
  const measures = table.columns.filter((c) => c.role === "measure");
  const names = [...varying(table).slice(0, 6), ...measures.slice(0, 4)].map((c) => c.name);
  const [colour, setColour] = useState("");
  const chosen = measures.find((c) => c.name === colour)?.name ?? measures[0]?.name ?? "";
  const choices = measures.map((c) => ({ value: c.name, text: c.name }));
  return (
    <section class="panel" aria-label="Parallel coordinates">
      <header>
        <p class="muted">The tasks that the filter lists.</p>
        {choices.length > 0 && <Select label="colour" value={chosen} choices={choices} choose={setColour} />}
      </header>
      <Parallel table={table} rows={rows} names={names} colour={chosen} />
    </section>
  );
}
