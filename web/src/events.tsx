// What happened: sweeps, workers, attempts, the coordinator.

import { useEffect, useState } from "preact/hooks";
import type { Events, RootEvent } from "./api";
import { get } from "./client";
import { bytes, count, counted, moment, shortID } from "./format";
import { useMessages, useStore } from "./store";

/** How many events the page keeps. */
const most = 1000;

export function EventsView() {
  return (
    <>
      <h1>Events</h1>
      <EventList />
    </>
  );
}

/** The events about a sweep, task or worker, or all; the latest first. */
export function EventList({ about }: { about?: string }) {
  const { connection } = useStore();
  const [events, setEvents] = useState<RootEvent[] | null>(null);
  const [failed, setFailed] = useState(false);
  const add = (more: RootEvent[], known: RootEvent[]) => {
    const last = known[0]?.seq ?? 0;
    return [...more.filter((e) => e.seq > last).reverse(), ...known].slice(0, most);
  };
  useEffect(() => {
    if (connection !== "connected") return;
    let ended = false;
    const query = new URLSearchParams({ limit: "200", ...(about ? { subject: about } : {}) });
    get<Events>(`/api/events?${query}`).then(
      (answer) => !ended && setEvents(add(answer.events ?? [], [])),
      () => !ended && setFailed(true),
    );
    return () => {
      ended = true;
    };
  }, [about, connection]);
  useMessages("event", (e) => isAbout(e, about) && setEvents((old) => old && add([e], old)), [about]);
  if (failed) return <p class="error">The events cannot be read.</p>;
  if (!events) return <p class="empty">Loading…</p>;
  if (events.length === 0) return <p class="empty">Nothing has happened yet.</p>;
  return (
    <div class="wide" tabIndex={0} role="region" aria-label="Events">
      <table class="list events">
        <thead>
          <tr>
            <th scope="col">time</th>
            <th scope="col">event</th>
            <th scope="col">about</th>
            <th scope="col">details</th>
          </tr>
        </thead>
        <tbody>
          {events.map((e) => (
            <tr key={e.seq}>
              <td class="time">
                <time dateTime={e.time}>{moment(e.time)}</time>
              </td>
              <td>{e.kind.replaceAll("_", " ")}</td>
              <td>
                <Subject e={e} />
              </td>
              <td>{details(e)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function isAbout(e: RootEvent, about: string | undefined): boolean {
  return !about || e.sweep === about || e.task === about || e.worker === about;
}

function Subject({ e }: { e: RootEvent }) {
  const workers = e.worker ?? (e.kind.startsWith("coordinator") ? e.host : undefined);
  return (
    <>
      {e.task && (
        <a href={`#/task/${e.task}`} class="id">
          {shortID(e.task)}
        </a>
      )}
      {e.sweep && !e.task && <a href={`#/sweep/${encodeURIComponent(e.sweep)}`}>{e.sweep}</a>}
      {workers && <span class={e.task || e.sweep ? "muted" : ""}> {workers}</span>}
    </>
  );
}

/** What else an event says, as a list of facts. */
function details(e: RootEvent): string {
  const facts: (string | false | undefined | 0)[] = [
    e.count !== undefined && e.count > 0 && `${count(e.count)} more`,
    e.user && `by ${e.user}${e.from ? "@" + e.from : ""}`,
    e.tasks && counted(e.tasks, "task"),
    e.done !== undefined && `${count(e.done)} done`,
    e.failed !== undefined && `${count(e.failed)} failed`,
    e.priority !== undefined && `priority ${e.priority}`,
    e.run && e.attempt && `run ${e.run}, attempt ${e.attempt}`,
    e.slots && counted(e.slots, "slot"),
    e.class && `class ${e.class}`,
    e.error,
    e.why,
    e.remedy,
    e.since && `since ${moment(e.since)}`,
    e.free_bytes && `${bytes(e.free_bytes)} free`,
    e.pid && `process ${e.pid}`,
    e.version && `version ${e.version}`,
  ];
  return facts.filter(Boolean).join("; ");
}
