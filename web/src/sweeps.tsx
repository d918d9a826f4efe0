// The list of sweeps, and sums over them.

import type { Sweep } from "./api";
import { bytes, count, counted, seconds } from "./format";
import { Figure, ProgressBar, rate, shareDone, TimeLeft } from "./parts";
import { useStore } from "./store";

export function SweepsView() {
  const { state } = useStore();
  if (!state) return <p class="empty">Loading…</p>;
  const t = state.totals;
  return (
    <>
      <h1>Sweeps</h1>
      <dl class="figures">
        <Figure name="tasks done">
          {count(t.done)} <small>of {count(t.tasks)}</small>
        </Figure>
        <Figure name="running">{count(t.running)}</Figure>
        <Figure name="failed" tone={t.failed > 0 ? "bad" : ""}>
          {count(t.failed)}
        </Figure>
        <Figure name="suspect" tone={t.suspect > 0 ? "doubtful" : ""}>
          {count(t.suspect)}
        </Figure>
        <Figure name="rate">{rate(t.rate)}</Figure>
        <Figure name="time left"><TimeLeft left={t.left} range={t.left_range} /></Figure>
        <Figure name="slots busy" tone={t.lost > 0 ? "bad" : ""}>
          {count(t.busy)} <small>of {count(t.slots)}, {counted(t.workers, "worker")}</small>
        </Figure>
      </dl>
      {state.unread > 0 && <p class="readout">{counted(state.unread, "sweep")} still to be read: the counts follow.</p>}
      {state.sweeps.length === 0 ? <Nothing reading={state.unread !== 0} /> : <List sweeps={state.sweeps} />}
    </>
  );
}

function Nothing({ reading }: { reading: boolean }) {
  if (reading) return <p class="empty">Reading the root directory…</p>;
  return (
    <div class="empty">
      <p>No sweep has been launched in this root yet.</p>
      <pre>eisweep launch quick</pre>
    </div>
  );
}

function List({ sweeps }: { sweeps: Sweep[] }) {
  return (
    <div class="wide" tabIndex={0} role="region" aria-label="Sweeps">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">sweep</th>
            <th scope="col">status</th>
            <th scope="col" class="progress">
              progress
            </th>
            <th scope="col" class="number">
              tasks
            </th>
            <th scope="col" class="number">
              failed
            </th>
            <th scope="col" class="number">
              suspect
            </th>
            <th scope="col" class="number">
              rate
            </th>
            <th scope="col">time left</th>
            <th scope="col" class="number">
              time spent
            </th>
            <th scope="col" class="number">
              size
            </th>
            <th scope="col" class="number">
              priority
            </th>
          </tr>
        </thead>
        <tbody>
          {sweeps.map((s) => (
            <Row key={s.sweep} s={s} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ s }: { s: Sweep }) {
  return (
    <tr>
      <th scope="row">
        <a href={`#/sweep/${encodeURIComponent(s.sweep)}`}>{s.sweep}</a>
        {s.error && <p class="error">{s.error}</p>}
      </th>
      <td>
        <Status of={s} />
      </td>
      <td class="progress">
        {!s.unread && <ProgressBar of={s} name={s.sweep} />}
        <span class="share">{s.unread ? "still to be read" : shareDone(s)}</span>
      </td>
      <td class="number">{s.unread ? "–" : count(s.tasks)}</td>
      <td class={`number ${s.failed > 0 ? "bad" : ""}`}>{count(s.failed)}</td>
      <td class={`number ${s.suspect > 0 ? "doubtful" : ""}`}>{count(s.suspect)}</td>
      <td class="number">{rate(s.rate)}</td>
      <td><TimeLeft left={s.status === "finished" ? null : s.left} range={s.left_range} /></td>
      <td class="number">{s.spent === undefined ? "–" : seconds(s.spent)}</td>
      <td class="number">{s.bytes === undefined ? "–" : bytes(s.bytes)}</td>
      <td class="number">{s.priority}</td>
    </tr>
  );
}

export function Status({ of }: { of: Sweep }) {
  const status = of.status ?? "unfinished";
  return <span class={`status status-${status}`}>{status === "open" && of.running > 0 ? "running" : status}</span>;
}
