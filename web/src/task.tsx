// One task: how far it is, its parameters, log, learning curves, figures, attempts and origin.

import { useEffect, useRef, useState } from "preact/hooks";
import { Action } from "./action";
import type {
  Attempt, Curves, Figure as FigureOfResult, Figures as FiguresOfResult, Log, ManifestLine, RunningTask, Task, TaskParameter,
} from "./api";
import { get, sweepPath, taskPath } from "./client";
import { EventList } from "./events";
import { bytes, count, moment, percent, seconds, shortID } from "./format";
import { Failure, Figure, Tabs, useFetched, useNow } from "./parts";
import { Plot } from "./plot";
import { ShareBar, timeLeftOf } from "./running";
import { mayControl } from "./session";
import { useMessages, useStore } from "./store";

const progressInterval = 2000; // ms between two looks at how far a running task is

export function TaskView({ id }: { id: string }) {
  const { state, connection } = useStore();
  const [changes, setChanges] = useState(0);
  const [sent, setSent] = useState<Task | null>(null);
  const { value, error } = useFetched<Task>(taskPath(id), [changes, connection]);
  useEffect(() => setSent(null), [value]);
  useMessages("task", (t) => t.id === id && setSent(t), [id]);
  const task = sent ?? value;
  const isRunning = task?.running != null;
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setChanges((n) => n + 1), progressInterval);
    return () => clearInterval(timer);
  }, [isRunning]);
  const row = state?.sweeps.find((s) => s.sweep === task?.sweep);
  const counts = row ? `${row.done} ${row.failed} ${row.running} ${row.suspect}` : "";
  useEffect(() => setChanges((n) => n + 1), [counts]);
  if (!task) return error ? <Failure error={error} /> : <p class="empty">Loading…</p>;
  const suspect = (task.reasons?.length ?? 0) > 0;
  const shown = task.state === "done" && suspect ? "suspect" : task.state;
  return (
    <>
      <nav class="path" aria-label="Path">
        <a href={`#/sweep/${encodeURIComponent(task.sweep)}`}>{task.sweep}</a> /
      </nav>
      <header class="title">
        <h1>{shortID(task.id)}</h1>
        <span class={`key state-${shown}`}>{shown}</span>
        <span class="muted">
          {task.experiment}, seed {task.seed}
        </span>
        <div class="controls">
          <Action
            label="Rerun"
            path={`${sweepPath(task.sweep)}/rerun`}
            body={{ tasks: [task.id] }}
            allowed={mayControl() && (task.state === "done" || task.state === "failed")}
            done={() => setChanges((n) => n + 1)}
          />
        </div>
      </header>
      <Explanation task={task} />
      {task.running && <Running r={task.running} />}
      <div class="pair">
        {task.experiment !== "PERTURB" && <CurvesPanel id={id} running={task.running !== null} state={task.state} />}
        <LogPanel id={id} attempts={task.attempts ?? []} running={task.running !== null} />
      </div>
      <Tabs
        label="More about the task"
        tabs={[
          { id: "parameters", name: "Parameters", view: () => <Parameters all={task.parameters ?? []} /> },
          { id: "figures", name: "Figures", view: () => <Figures task={task} /> },
          { id: "attempts", name: "Attempts", view: () => <Attempts all={task.attempts ?? []} /> },
          { id: "origin", name: "Provenance", view: () => <Origin task={task} /> },
          { id: "events", name: "Events", view: () => <EventList about={task.id} /> },
        ]}
      />
    </>
  );
}

function Explanation({ task }: { task: Task }) {
  const e = task.explained;
  return (
    <>
      {e && (
        <div class={`note ${task.state === "failed" ? "bad" : ""}`}>
          <p>{e.reason}</p>
          {task.state !== "running" && e.details?.map((d) => <p key={d}>{d}</p>)}
          {e.remedy && <p>{e.remedy}</p>}
        </div>
      )}
      {task.reasons?.map((r) => (
        <p key={r.name} class="note doubtful">
          Suspect: {r.text}.{r.parameters && r.parameters.length > 0 && ` Usual causes: ${r.parameters.join(", ")}.`}
        </p>
      ))}
    </>
  );
}

function Running({ r }: { r: RunningTask }) {
  const now = useNow();
  return (
    <>
      <div class="progress large">
        <ShareBar done={r.progress.Done} total={r.progress.Total} />
        <span class="share">{percent(r.progress.Done, r.progress.Total)}</span>
      </div>
      <dl class="figures">
        <Figure name="phase">{r.progress.Phase || "starting"}</Figure>
        {r.progress.Trials > 0 && (
          <Figure name="trial">
            {count(r.progress.Trial)} <small>of {count(r.progress.Trials)}</small>
          </Figure>
        )}
        <Figure name="Euler steps per second">{count(Math.round(r.steps_per_second))}</Figure>
        <Figure name="running for">{seconds((now - new Date(r.since).getTime()) / 1000)}</Figure>
        <Figure name="time left" tone={r.silent ? "bad" : ""}>
          {timeLeftOf(r)}
        </Figure>
        <Figure name="worker">{r.worker}</Figure>
      </dl>
    </>
  );
}

function CurvesPanel({ id, running, state }: { id: string; running: boolean; state: string }) {
  const [curves, setCurves] = useState<Curves | null>(null);
  useEffect(() => {
    let ended = false;
    get<Curves>(`${taskPath(id)}/curves`).then((c) => !ended && setCurves(c), () => {});
    return () => {
      ended = true;
    };
  }, [id, running, state]);
  useMessages("curves", (c) => c.id === id && setCurves(c), [id]);
  const n = curves?.trial?.length ?? 0;
  return (
    <section class="panel" aria-label="Learning curves">
      <header>
        <h2>Learning curves</h2>
        {n > 0 && (
          <span class="muted">
            trial {count(trialsOf(curves!).at(-1)!)} {curves!.trials > 0 && `of ${count(curves!.trials)}`}
          </span>
        )}
      </header>
      {n > 0 && <CurvePlots c={curves!} />}
      {n === 0 && <p class="empty">{noCurves[state] ?? "No trial has ended yet."}</p>}
    </section>
  );
}

/** Why there are no curves, by the task's state. */
const noCurves: Record<string, string> = { done: "This task has no training.", failed: "No trial has ended." };

/** The trials of the curves, counted over all phases. While a task trains, not every trial has an entry. */
function trialsOf(c: Curves): number[] {
  let before = 0; // trials of earlier phases
  return c.trial!.map((trial, i) => {
    if (i > 0 && c.phase![i] !== c.phase![i - 1]) before += c.trial![i - 1]!;
    return before + trial;
  });
}

function CurvePlots({ c }: { c: Curves }) {
  const x = trialsOf(c);
  const has = (values: (number | null)[] | null) => values !== null && values.some((v) => v !== null);
  return (
    <div class="curves">
      <Plot
        title="Change of the inhibitory input per trial" x={x} xLabel="trial" counts yLabel="input change (1/s)"
        lines={[
          { name: "mean", values: c.change_mean ?? [] },
          { name: "largest", values: c.change_max ?? [], dashed: true },
        ]}
      />
      <Plot
        title="Euler steps until the network settled, per trial" x={x} xLabel="trial" counts yLabel="Euler steps"
        lines={[{ name: "mean, from fewest to most", values: c.steps_mean ?? [], low: c.steps_min ?? [], high: c.steps_max ?? [] }]}
      />
      {(has(c.rate_e) || has(c.rate_i)) && (
        <Plot
          title="Mean rates per trial" x={x} xLabel="trial" counts yLabel="mean rate (1/s)"
          lines={[
            { name: "E neurons", values: c.rate_e ?? [] },
            { name: "I neurons", values: c.rate_i ?? [] },
          ]}
        />
      )}
    </div>
  );
}

/** How much of a log the page keeps. */
const mostLog = 400_000;

function LogPanel({ id, attempts, running }: { id: string; attempts: Attempt[]; running: boolean }) {
  const [token, setToken] = useState("");
  const [log, setLog] = useState<{ token: string; next: number; text: string } | null>(null);
  const box = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  const last = attempts.at(-1)?.token ?? "";
  const chosen = token || last;
  useEffect(() => {
    let ended = false;
    const query = new URLSearchParams({ offset: "-65536", ...(chosen ? { token: chosen } : {}) });
    get<Log>(`${taskPath(id)}/log?${query}`).then((l) => !ended && setLog({ token: l.token, next: l.next, text: l.text }), () => {});
    return () => {
      ended = true;
    };
  }, [id, chosen]);
  const add = (l: Log) => {
    if (l.id !== id || (token && l.token !== token)) return;
    setLog((old) => {
      if (!old || old.token !== l.token) return { token: l.token, next: l.next, text: l.text };
      if (l.next <= old.next) return old;
      return { token: l.token, next: l.next, text: (old.text + l.text).slice(-mostLog) };
    });
  };
  useMessages("log", add, [id, token]);
  useEffect(() => {
    if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [log]);
  return (
    <section class="panel" aria-label="Log">
      <header>
        <h2>Log</h2>
        {attempts.length > 1 && (
          <label class="select">
            <span>attempt</span>
            <select value={chosen} onChange={(e) => setToken(e.currentTarget.value === last ? "" : e.currentTarget.value)}>
              {attempts.map((a) => (
                <option key={a.token} value={a.token}>
                  run {a.run}, attempt {a.attempt}
                </option>
              ))}
            </select>
          </label>
        )}
      </header>
      <pre
        class="log"
        ref={box}
        tabIndex={0}
        role="log"
        aria-label="Log of the attempt"
        onScroll={(e) => {
          const p = e.currentTarget;
          atEnd.current = p.scrollTop + p.clientHeight > p.scrollHeight - 20;
        }}
      >
        {log?.text || (running ? "The task has no log yet." : "The task has no log.")}
      </pre>
    </section>
  );
}

function Parameters({ all }: { all: TaskParameter[] }) {
  return (
    <div class="wide" tabIndex={0} role="region" aria-label="Parameters">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">parameter</th>
            <th scope="col" class="number">
              value
            </th>
            <th scope="col">unit</th>
            <th scope="col" class="number">
              default
            </th>
          </tr>
        </thead>
        <tbody>
          {all.map((p) => (
            <tr key={p.name} class={p.varies ? "varies" : ""}>
              <th scope="row">
                {p.name}
                {p.varies && <small> varies</small>}
              </th>
              <td class="number">{p.value}</td>
              <td>{p.unit}</td>
              <td class="number muted">{p.value === p.default ? "" : p.default}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Figures({ task }: { task: Task }) {
  const finished = task.manifest?.finished ?? "";
  const { value, error } = useFetched<FiguresOfResult>(`${taskPath(task.id)}/figures`, [finished]);
  if (!value) return error ? <Failure error={error} /> : <p class="empty">Loading…</p>;
  const { figures, others } = value;
  if (figures.length + others.length === 0) return <p class="empty">Figures are drawn from the result, which is not there yet.</p>;
  const version = new URLSearchParams({ finished });
  return (
    <>
      <div class="cards figures-of-result">
        {figures.map((f) => (
          <Drawing key={f.name} f={f} address={`${taskPath(task.id)}/figures/${encodeURIComponent(f.name)}?${version}`} />
        ))}
      </div>
      {others.length > 0 && <h2>Figures that this result lacks</h2>}
      <dl class="origin">
        {others.map((o) => (
          <div key={o.name}>
            <dt>{o.name}</dt>
            <dd>{o.why}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Drawing({ f, address }: { f: FigureOfResult; address: string }) {
  const [failed, setFailed] = useState(false);
  return (
    <figure class="panel">
      {failed ? (
        <p class="empty">This figure cannot be drawn from this result.</p>
      ) : (
        <a href={address} target="_blank" rel="noopener">
          <img src={address} alt={f.about} loading="lazy" onError={() => setFailed(true)} />
        </a>
      )}
      <figcaption>
        <b>{f.name}</b> {f.about}
      </figcaption>
    </figure>
  );
}

function Attempts({ all }: { all: Attempt[] }) {
  if (all.length === 0) return <p class="empty">No attempt has begun.</p>;
  return (
    <div class="wide" tabIndex={0} role="region" aria-label="Attempts">
      <table class="list">
        <thead>
          <tr>
            <th scope="col" class="number">
              run
            </th>
            <th scope="col" class="number">
              attempt
            </th>
            <th scope="col">began</th>
            <th scope="col">ended</th>
            <th scope="col">token</th>
            <th scope="col" class="number">
              log
            </th>
          </tr>
        </thead>
        <tbody>
          {all.map((a) => (
            <tr key={a.token}>
              <td class="number">{a.run}</td>
              <td class="number">{a.attempt}</td>
              <td>{moment(a.began)}</td>
              <td>{a.ended}</td>
              <td>
                <code>{a.token}</code>
              </td>
              <td class="number">{bytes(a.bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Origin({ task }: { task: Task }) {
  const m = task.manifest;
  const lines: [string, string][] = [
    ["task", task.id],
    ["file", task.file],
    ["sweep", task.sweep],
  ];
  const source = task.source;
  if (source) lines.push(["source", source.sweep ? `${source.sweep}: ${source.file}` : source.file]);
  if (m) lines.push(...manifestLines(m));
  return (
    <dl class="origin">
      {lines.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function manifestLines(m: ManifestLine): [string, string][] {
  const all: [string, string | undefined][] = [
    ["outcome", m.class ? `${m.state}, ${m.class}` : m.state],
    ["error", m.error],
    ["started", moment(m.started)],
    ["finished", moment(m.finished)],
    ["duration", seconds(m.seconds)],
    ["CPU time", m.cpu_seconds === undefined ? undefined : seconds(m.cpu_seconds)],
    ["Euler steps", m.steps === undefined ? undefined : count(m.steps)],
    ["worker", m.worker],
    ["program", m.version],
    ["model version", String(m.model_version)],
    ["reused from", m.reused_from],
    ["digest", m.digest],
    ["SHA-256", m.sha256],
    ["size", m.bytes === undefined ? undefined : bytes(m.bytes)],
  ];
  return all.filter((line): line is [string, string] => line[1] !== undefined && line[1] !== "" && line[1] !== "–");
}
