// The workers: what they run, how loaded they are, when they last reported.

import { Action } from "./action";
import type { Worker } from "./api";
import { bytes, count, seconds, shortID } from "./format";
import { useEffect, useState } from "preact/hooks";
import { mayControl } from "./session";
import { store, useMessages } from "./store";
import { useFetched, Failure, useNow } from "./parts";
import type { Workers } from "./api";

export function WorkersView() {
  const first = useFetched<Workers>("/api/workers");
  const [live, setLive] = useState<Workers | null>(null);
  useMessages("workers", setLive, []);
  useEffect(() => {
    if (first.value) setLive((old) => old ?? first.value);
  }, [first.value]);
  const workers = live?.workers ?? null;
  if (!live) return first.error ? <Failure error={first.error} /> : <p class="empty">Loading…</p>;
  return (
    <>
      <header class="title">
        <h1>Workers</h1>
        <div class="controls">
          <Action
            label="Drain all workers"
            path="/api/workers/drain"
            body={{ targets: (workers ?? []).filter((w) => !w.silent).map((w) => w.name) }}
            danger
            allowed={mayControl() && (workers ?? []).filter((w) => !w.silent).length > 1}
          />
        </div>
      </header>
      {!workers || workers.length === 0 ? (
        <div class="empty">
          <p>No worker is connected.</p>
          <pre>eisweep worker</pre>
        </div>
      ) : (
        <List workers={workers} />
      )}
    </>
  );
}

function List({ workers }: { workers: Worker[] }) {
  useNow();
  const all = [...workers].sort((a, b) => Number(b.silent) - Number(a.silent) || (a.host + a.name < b.host + b.name ? -1 : 1));
  return (
    <div class="wide" tabIndex={0} role="region" aria-label="Workers">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">worker</th>
            <th scope="col">host</th>
            <th scope="col">state</th>
            <th scope="col" class="load">
              slots busy
            </th>
            <th scope="col" class="number">
              memory free
            </th>
            <th scope="col">tasks</th>
            <th scope="col" class="number">
              done
            </th>
            <th scope="col" class="number">
              last heartbeat
            </th>
            <th scope="col" class="number">
              connected for
            </th>
            <th scope="col">version</th>
            {mayControl() && <th scope="col">control</th>}
          </tr>
        </thead>
        <tbody>
          {all.map((w) => (
            <Row key={w.name} w={w} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const mostTasks = 2;

function Row({ w }: { w: Worker }) {
  const heartbeat = store.since(w.last_seen);
  const state = w.ended ? "ended" : w.silent ? "silent" : w.state;
  const tasks = w.tasks ?? [];
  return (
    <tr class={w.silent ? "lost" : ""}>
      <th scope="row">
        {w.name}
        {w.job && <small> job {w.job}</small>}
      </th>
      <td>{w.host}</td>
      <td>
        <span class={`key ${w.silent ? "state-failed" : w.busy > 0 ? "state-running" : "state-pending"}`}>{state}</span>
        {w.ended && <p class="error">{w.state}</p>}
        {w.memory_refused && <p class="muted">{w.memory_refused}</p>}
      </td>
      <td class="load">
        <Load busy={w.busy} slots={w.slots} />
      </td>
      <td class="number">{w.memory > 0 ? `${bytes(Math.max(0, w.memory_free))} of ${bytes(w.memory)}` : "–"}</td>
      <td class="tasks">
        {tasks.slice(0, mostTasks).map((id) => (
          <a key={id} href={`#/task/${id}`} class="id">
            {shortID(id)}
          </a>
        ))}
        {tasks.length > mostTasks && <span class="muted">+ {tasks.length - mostTasks}</span>}
      </td>
      <td class="number">{count(w.done)}</td>
      <td class={`number ${w.silent ? "bad" : ""}`}>{heartbeat < 59.5 ? `${Math.round(heartbeat)} s` : seconds(heartbeat)} ago</td>
      <td class="number">{seconds(store.since(w.since))}</td>
      <td>{w.version}</td>
      {mayControl() && (
        <td>
          <Action
            label="Drain"
            path="/api/workers/drain"
            body={{ targets: [w.name] }}
            danger
            allowed={!w.silent && w.state !== "draining"}
          />
        </td>
      )}
    </tr>
  );
}

function Load({ busy, slots }: { busy: number; slots: number }) {
  return (
    <>
      <div class="bar" role="img" aria-label={`${busy} of ${slots} slots busy`}>
        <span class="state-running" style={{ flexGrow: String(busy) }} />
        <span class="state-waiting" style={{ flexGrow: String(Math.max(0, slots - busy)) }} />
      </div>
      <span class="share">
        {busy} of {slots}
      </span>
    </>
  );
}
