// What happened: sweeps, workers, attempts, the coordinator.

import { useEffect, useState } from "preact/hooks";
import type { RootEvent } from "./api";
import { get } from "./client";
import { moment, shortID } from "./format";
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
    const query = new URLSearchParams(about ? { about } : {});
    get<{ events: RootEvent[] | null }>(`/api/events?${query}`).then(
      (answer) => !ended && setEvents(add(answer.events ?? [], [])),
      () => !ended && setFailed(true),
    );
    return () => {
      ended = true;
    };
  }, [about, connection]);
  useMessages("events", (m) => setEvents((old) => old && add((m.events ?? []).filter((e) => isAbout(e, about)), old)), [about]);
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
            <th scope="col">what happened</th>
          </tr>
        </thead>
        <tbody>
          {events.map((e) => (
            <tr key={e.seq}>
              <td class="time">
                <time dateTime={e.time}>{moment(e.time)}</time>
              </td>
              <td>{e.kind}</td>
              <td>
                <Subject e={e} />
              </td>
              <td>{e.text}</td>
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
  if (e.task) return <a href={`#/task/${e.task}`}>{shortID(e.task)}</a>;
  if (e.sweep) return <a href={`#/sweep/${encodeURIComponent(e.sweep)}`}>{e.sweep}</a>;
  return <>{e.worker ?? ""}</>;
}
