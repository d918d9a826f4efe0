// What the page knows of the root, kept up to date by one stream of server-sent events.

import { useEffect, useState } from "preact/hooks";
import type { Curves, Log, Problems, Reset, RootEvent, Running, State, Sweep, Task, Tasks, Workers } from "./api";

/** What the stream's events carry. */
interface Messages {
  state: State;
  workers: Workers;
  tasks: Tasks;
  reset: Reset;
  running: Running;
  task: Task;
  log: Log;
  curves: Curves;
  event: RootEvent;
  problems: Problems;
}

const kinds = ["state", "workers", "tasks", "reset", "running", "task", "log", "curves", "event", "problems"] as const;

export type Connection = "connecting" | "connected" | "disconnected" | "refused";

type Listener = () => void;
type Handler<K extends keyof Messages> = (message: Messages[K]) => void;

/** What the stream is to have besides the state of the sweeps. */
export interface Topics {
  sweep?: string;
  task?: string;
}

const longestPause = 4000; // ms between two attempts to connect

class Store {
  state: State | null = null;
  connection: Connection = "connecting";
  lostAt = 0;
  private clock = 0; // server's minus the browser's, ms
  private readonly listeners = new Set<Listener>();
  private readonly handlers = new Map<keyof Messages, Set<(message: never) => void>>();
  private topics: Topics = {};
  private source: EventSource | null = null;
  private pause = 250;
  private timer = 0;

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  on<K extends keyof Messages>(kind: K, handler: Handler<K>): () => void {
    const all = this.handlers.get(kind) ?? new Set();
    this.handlers.set(kind, all.add(handler as (message: never) => void));
    return () => all.delete(handler as (message: never) => void);
  }

  /** Now, by the server's clock. */
  now(): number {
    return Date.now() + this.clock;
  }

  /** Seconds since a time, by the server's clock; at least 0. */
  since(time: string): number {
    return Math.max(0, (this.now() - new Date(time).getTime()) / 1000);
  }

  /** Opens the stream, or another one if it has to have other topics. */
  watch(topics: Topics): void {
    if (this.source && topics.sweep === this.topics.sweep && topics.task === this.topics.task) return;
    this.topics = topics;
    this.open();
  }

  private open(): void {
    clearTimeout(this.timer);
    this.source?.close();
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(this.topics)) if (value) query.set(name, value as string);
    const source = new EventSource(`/api/stream?${query}`);
    this.source = source;
    source.onerror = () => this.lost(source);
    for (const kind of kinds) {
      source.addEventListener(kind, (event) => this.receive(kind, JSON.parse((event as MessageEvent<string>).data)));
    }
  }

  /** The browser's own retries end for good at an answer such as 502, so this opens anew itself. */
  private lost(source: EventSource): void {
    if (source !== this.source) return;
    source.close();
    if (this.connection !== "disconnected") {
      this.connection = "disconnected";
      this.lostAt = Date.now();
      this.changed();
    }
    this.timer = window.setTimeout(() => this.retry(), this.pause);
    this.pause = Math.min(longestPause, this.pause * 2);
  }

  private async retry(): Promise<void> {
    const response = await fetch("/api/state", { headers: { Accept: "application/json" } }).catch(() => null);
    if (response?.status === 401 || response?.status === 403) {
      this.connection = "refused";
      this.changed();
      return;
    }
    this.open();
  }

  private receive<K extends keyof Messages>(kind: K, message: Messages[K]): void {
    if (kind === "state") this.take(message as State);
    for (const handler of this.handlers.get(kind) ?? []) handler(message as never);
  }

  private take(state: State): void {
    const version = this.state?.coordinator.version;
    if (version !== undefined && version !== state.coordinator.version) {
      location.reload(); // another program has another page
      return;
    }
    this.clock = new Date(state.now).getTime() - Date.now();
    this.state = { ...state, sweeps: state.full || !this.state ? state.sweeps : merged(this.state.sweeps, state) };
    this.connection = "connected";
    this.pause = 250;
    this.changed();
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

function merged(known: Sweep[], change: State): Sweep[] {
  const all = new Map(known.map((s) => [s.sweep, s]));
  for (const s of change.sweeps) all.set(s.sweep, s);
  for (const name of change.removed ?? []) all.delete(name);
  return [...all.values()].sort((a, b) => (a.sweep < b.sweep ? -1 : 1));
}

export const store = new Store();

/** Draws the component again when the state or the connection changes. */
export function useStore(): Store {
  const [, draw] = useState(0);
  useEffect(() => store.subscribe(() => draw((n) => n + 1)), []);
  return store;
}

/** Calls the handler with each message of a kind as long as the component exists. */
export function useMessages<K extends keyof Messages>(kind: K, handler: Handler<K>, inputs: unknown[]): void {
  useEffect(() => store.on(kind, handler), inputs);
}
