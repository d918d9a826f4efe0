// Small parts that several views share.

import { type ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Progress, Range, Sweep } from "./api";
import { get, Refusal } from "./client";
import { count, percent, seconds } from "./format";
import { store } from "./store";

/** The time by the server's clock, drawn again every second. */
export function useNow(): number {
  const [now, setNow] = useState(store.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(store.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export interface Fetched<T> {
  value: T | null;
  error: Refusal | null;
}

/** What a path of the server answers; asked again when an input changes, and kept until the answer is there. */
export function useFetched<T>(path: string | null, inputs: unknown[] = []): Fetched<T> {
  const [fetched, setFetched] = useState<Fetched<T> & { path: string | null }>({ value: null, error: null, path });
  useEffect(() => {
    if (path === null) return;
    const abort = new AbortController();
    get<T>(path, abort.signal)
      .then((value) => setFetched({ value, error: null, path }))
      .catch((error: unknown) => {
        if (!abort.signal.aborted && error instanceof Refusal) setFetched((old) => ({ ...old, error }));
      });
    return () => abort.abort();
  }, [path, ...inputs]);
  return fetched.path === path ? fetched : { value: null, error: fetched.error };
}

export function Failure({ error }: { error: Refusal | null }) {
  if (!error) return null;
  return (
    <p class="error" role="alert">
      {error.message} {error.remedy}
    </p>
  );
}

const segments: [string, (p: Progress) => number][] = [
  ["done", (p) => p.done - p.suspect],
  ["suspect", (p) => p.suspect],
  ["failed", (p) => p.failed],
  ["running", (p) => p.running - p.silent],
  ["silent", (p) => p.silent],
  ["waiting", (p) => p.waiting],
  ["pending", (p) => p.pending],
];

/** The tasks of a sweep by state, as a bar. */
export function ProgressBar({ of, name }: { of: Progress; name: string }) {
  const parts = segments.map(([state, n]) => ({ state, n: n(of) })).filter((p) => p.n > 0);
  const text = parts.map((p) => `${count(p.n)} ${p.state}`).join(", ");
  return (
    <div class="bar" role="img" aria-label={`${name}: ${text || "no tasks"}`} title={text}>
      {parts.map((p) => (
        <span key={p.state} class={`state-${p.state}`} style={{ flexGrow: String(p.n) }} />
      ))}
    </div>
  );
}

/** The share of a sweep that is done: by computation where that is known, as tasks differ in size. */
export function shareDone(s: Sweep): string {
  const all = s.done + s.failed;
  if (all === s.tasks || s.work_total <= 0) return percent(all, s.tasks);
  return percent(s.work_done, s.work_total);
}

/** The time left, with the range that contains it with 90 % probability. */
export function TimeLeft({ left, range }: { left: number | null; range: Range | null }) {
  if (left === null) return <>–</>;
  const isWide = range && range[1] > range[0] * 1.05;
  return (
    <>
      {seconds(left)}
      {isWide && (
        <small title="with 90 % probability">
          {" "}
          {seconds(range[0])} to {seconds(range[1])}
        </small>
      )}
    </>
  );
}

export function rate(perMinute: number | null): string {
  if (perMinute === null) return "–";
  if (perMinute >= 10) return `${count(Math.round(perMinute))} / min`;
  return perMinute >= 1 ? `${perMinute.toFixed(1)} / min` : `${(perMinute * 60).toFixed(1)} / h`;
}

/** A number with its name below. */
export function Figure({ name, children, tone }: { name: string; children: ComponentChildren; tone?: string }) {
  return (
    <div class={`figure ${tone ?? ""}`}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export interface Choice {
  value: string;
  text: string;
}

interface SelectProps {
  label: string;
  value: string;
  choices: Choice[];
  choose: (value: string) => void;
}

export function Select({ label, value, choices, choose }: SelectProps) {
  return (
    <label class="select">
      <span>{label}</span>
      <select value={value} onChange={(e) => choose(e.currentTarget.value)}>
        {choices.map((c) => (
          <option key={c.value} value={c.value} selected={c.value === value}>
            {c.text}
          </option>
        ))}
      </select>
    </label>
  );
}

interface TabsProps {
  label: string;
  tabs: { id: string; name: string; view: () => ComponentChildren }[];
}

export function Tabs({ label, tabs }: TabsProps) {
  const [chosen, setChosen] = useState(tabs[0]!.id);
  const at = Math.max(0, tabs.findIndex((t) => t.id === chosen));
  const move = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    const next = tabs[(at + step + tabs.length) % tabs.length]!.id;
    setChosen(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <section class="tabs">
      <div role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map((t, i) => (
          <button
            key={t.id}
            id={`tab-${t.id}`}
            type="button"
            role="tab"
            aria-selected={i === at}
            aria-controls="tab-panel"
            tabIndex={i === at ? 0 : -1}
            onClick={() => setChosen(t.id)}
          >
            {t.name}
          </button>
        ))}
      </div>
      <div id="tab-panel" role="tabpanel" aria-labelledby={`tab-${tabs[at]!.id}`}>
        {tabs[at]!.view()}
      </div>
    </section>
  );
}
