// The table of a sweep's tasks while they change.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Measures, Tasks } from "./api";
import { get, sweepPath } from "./client";
import { tableOf, update, withMeasures } from "./model";
import { useMessages, useStore } from "./store";
import { emptyTable, type TaskTable } from "./tasktable";

export interface Live {
  table: TaskTable;
  version: number; // changes with the table's values
  others: string[]; // measures that the table has not, because it is large
  want: (measure: string) => void; // gets one of them
}

/** Milliseconds between two requests for measures that change; all of them come with each answer. */
function measuresPause(tasks: number): number {
  return 3000 + 0.3 * tasks;
}

/** What a view has of a sweep's tasks. */
interface Known {
  table: TaskTable;
  measures: Measures | null;
  revision: string;
  fetching: boolean;
  missed: boolean; // something changed that the answer to the current request may lack
}

/** The sweep's table of tasks, kept up to date by the stream's messages, and its measures. The name must not change. */
export function useTasks(name: string, settled: number): Live {
  const { connection } = useStore();
  const [live, setLive] = useState({ table: emptyTable, version: 0 });
  const [others, setOthers] = useState<string[]>([]);
  const [wanted, setWanted] = useState<string[]>([]);
  const known = useRef<Known>({ table: emptyTable, measures: null, revision: "", fetching: false, missed: false }).current;
  const isThere = useRef(true);
  useEffect(() => () => void (isThere.current = false), []);
  const show = (table: TaskTable) => {
    known.table = table;
    setLive((old) => ({ table, version: old.version + 1 }));
  };
  const take = (answer: Tasks) => {
    if (answer.full) show(withKnown(tableOf(answer), known.measures));
    else if (known.table.ids.length === answer.count) {
      update(known.table, answer);
      show(known.table);
    } else {
      known.missed = true;
      return;
    }
    known.revision = answer.revision;
  };
  /** Gets what changed since the last answer, until nothing was missed. */
  const fetchChanges = async () => {
    known.missed = true;
    if (known.fetching) return;
    known.fetching = true;
    try {
      while (known.missed && isThere.current) {
        known.missed = false;
        take(await get<Tasks>(`${sweepPath(name)}/tasks?${new URLSearchParams(known.revision ? { since: known.revision } : {})}`));
      }
    } catch {
      // The stream ends as well if the server cannot be reached; when it is there again, this is tried again.
    } finally {
      known.fetching = false;
    }
  };
  useMessages(
    "tasks",
    (answer) => {
      if (answer.sweep !== name) return;
      if (known.fetching) known.missed = true;
      else take(answer);
      if (known.missed) void fetchChanges();
    },
    [],
  );
  useMessages("reset", (reset) => void (reset.sweep === name && fetchChanges()), []);
  useEffect(() => {
    if (connection === "connected") void fetchChanges();
  }, [connection]);
  useMeasures(name, wanted, live.table.ids.length, settled, (measures) => {
    known.measures = measures;
    setOthers(measures.others ?? []);
    show(withKnown(known.table, measures));
  });
  const want = (measure: string) => setWanted([...(known.measures?.measures.map((m) => m.name) ?? []), measure]);
  return { ...live, others, want };
}

/**
 * Gets the wanted measures, or if there are none those that the server chooses: when more tasks are settled, and again while some are
 * still to be computed.
 */
function useMeasures(name: string, wanted: string[], rows: number, settled: number, take: (measures: Measures) => void): void {
  const [round, setRound] = useState(0);
  const followed = useFollowed(settled, measuresPause(rows));
  useEffect(() => {
    if (rows === 0 || settled === 0) return;
    let ended = false;
    let timer = 0;
    const query = new URLSearchParams(wanted.length > 0 ? { names: wanted.join() } : {});
    get<Measures>(`${sweepPath(name)}/measures?${query}`).then(
      (answer) => {
        if (ended) return;
        take(answer);
        if (answer.missing > 0) timer = window.setTimeout(() => setRound((n) => n + 1), measuresPause(rows));
      },
      () => {},
    );
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [name, wanted, rows, followed, round]);
}

/** A number that follows another one with a pause between two changes, in milliseconds. */
function useFollowed(n: number, pause: number): number {
  const [followed, follow] = useState(n);
  const last = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, last.current + pause - Date.now());
    const timer = setTimeout(() => {
      last.current = Date.now();
      follow(n);
    }, wait);
    return () => clearTimeout(timer);
  }, [n]);
  return followed;
}

function withKnown(table: TaskTable, measures: Measures | null): TaskTable {
  const fits = measures?.values.every((v) => v.length === table.ids.length);
  return measures && fits ? withMeasures(table, measures) : table;
}
