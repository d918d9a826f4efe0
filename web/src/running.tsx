// The tasks of a sweep that run now, with their progress.

import { useState } from "preact/hooks";
import type { Running, RunningTask } from "./api";
import { count, percent, seconds, shortID } from "./format";
import { useMessages } from "./store";

export function RunningTasks({ sweep }: { sweep: string }) {
  const [running, setRunning] = useState<Running | null>(null);
  useMessages("running", (r) => r.sweep === sweep && setRunning(r), [sweep]);
  if (!running || running.tasks.length === 0) return <p class="empty">No task of this sweep is running.</p>;
  return (
    <div class="wide short" tabIndex={0} role="region" aria-label="Running tasks">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">task</th>
            <th scope="col" class="progress">
              progress
            </th>
            <th scope="col">phase</th>
            <th scope="col" class="number">
              steps / s
            </th>
            <th scope="col" class="number">
              time left
            </th>
            <th scope="col">worker</th>
            <th scope="col" class="number">
              attempt
            </th>
          </tr>
        </thead>
        <tbody>
          {running.tasks.map((r) => (
            <Row key={r.id} r={r} />
          ))}
        </tbody>
      </table>
      {running.count > running.tasks.length && <p class="readout">{count(running.count)} tasks are running.</p>}
    </div>
  );
}

function Row({ r }: { r: RunningTask }) {
  const p = r.progress;
  return (
    <tr>
      <th scope="row">
        <a href={`#/task/${r.id}`}>{shortID(r.id)}</a>
      </th>
      <td class="progress">
        <ShareBar done={p.Done} total={p.Total} />
        <span class="share">{percent(p.Done, p.Total)}</span>
      </td>
      <td>
        {p.Phase || "starting"}
        {p.Trials > 0 && `, trial ${count(p.Trial)} of ${count(p.Trials)}`}
      </td>
      <td class="number">{count(Math.round(r.steps_per_second))}</td>
      <td class={`number ${r.silent ? "bad" : ""}`}>{timeLeftOf(r)}</td>
      <td>{r.worker}</td>
      <td class="number">{r.attempt}</td>
    </tr>
  );
}

/** The time left, or if the worker is silent the age of its last heartbeat. */
export function timeLeftOf(r: RunningTask): string {
  if (r.silent) return `last heartbeat ${seconds(r.last_seen_seconds)} ago`;
  return r.left_known ? seconds(r.left / 1e9) : "–";
}

/** How much of a task is done, as a bar. */
export function ShareBar({ done, total }: { done: number; total: number }) {
  const fraction = total > 0 ? Math.min(1, done / total) : 0;
  return (
    <div class="bar" role="img" aria-label={`${percent(done, total)} done`}>
      <span class="state-running" style={{ flexGrow: String(fraction) }} />
      <span class="state-waiting" style={{ flexGrow: String(1 - fraction) }} />
    </div>
  );
}
