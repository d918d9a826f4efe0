// The types of the server's answers, as package cmd/eisweep/internal/views/api defines them. A test compares the fields' names.

export interface Progress {
  tasks: number;
  done: number;
  failed: number;
  running: number;
  silent: number;
  pending: number;
  waiting: number;
  suspect: number;
  undecided: number;
}

export type Range = [number, number];

export interface Sweep extends Progress {
  sweep: string;
  status?: "open" | "paused" | "cancelled" | "finished";
  missing: number;
  damaged: number;
  priority: number;
  max_running?: number;
  left: number | null;
  directory: string;
  from: "coordinator" | "run" | "directory";
  error?: string;
  remedy?: string;
  spent?: number;
  seconds_per_task?: number | null;
  bytes?: number;
  experiment: string;
  left_range: Range | null;
  work_done: number;
  work_total: number;
  unread: boolean; // the counts follow
  rate: number | null;
}

export interface Coordinator {
  host: string;
  pid: number;
  version: string;
  since: string;
  command: string;
  root: string;
}

export interface Totals extends Progress {
  left: number | null;
  left_range: Range | null;
  rate: number | null;
  workers: number;
  lost: number;
  slots: number;
  busy: number;
  unanswered: number;
  limit: string;
}

export interface State {
  full: boolean;
  now: string;
  coordinator: Coordinator;
  sweeps: Sweep[];
  removed?: string[];
  totals: Totals;
  unread: number; // sweeps that are still to be read; -1: not known
  stale_since: string | null; // since when reading the root takes long
}

export interface Parameter {
  name: string;
  unit: string;
  values: (number | string | boolean)[];
}

export interface SweepDetail extends Sweep {
  parameters: Parameter[];
  seeds: number[];
  reasons: Record<string, number> | null;
  classes: Record<string, number> | null;
  toml: string;
}

export interface Tasks {
  sweep: string;
  revision: string;
  full: boolean;
  count: number;
  rows?: number[];
  parameters: Parameter[];
  state_names: string[];
  class_names: string[];
  reason_names: string[];
  host_names: string[];
  id?: string[];
  seed?: number[];
  values?: number[][];
  state: number[];
  class: number[];
  reasons: number[];
  host: number[];
  attempt: number[];
  seconds: number[];
}

export interface Measure {
  name: string;
  unit: string;
  definition: string;
}

export interface Measures {
  sweep: string;
  revision: string;
  measures: Measure[];
  values: (number | null)[][];
  missing: number;
  rows: number;
  others: string[] | null;
}

export interface FailureLine {
  id: string;
  seed: number;
  error: string;
}

export interface FailedClass {
  class: string;
  count: number;
  rerun: string;
  tasks: FailureLine[];
}

export interface FailedOfValues {
  name: string;
  values: (number | string | boolean)[];
  tasks: number[];
  failed: number[];
  suspect: number[];
}

export interface Failures {
  sweep: string;
  classes: FailedClass[] | null;
  parameters: FailedOfValues[] | null;
}

export interface TaskParameter {
  name: string;
  value: string;
  default: string;
  unit: string;
  varies: boolean;
}

export interface Source {
  id: string | null;
  sweep: string;
  file: string;
}

export interface Attempt {
  run: number;
  attempt: number;
  token: string;
  began?: string;
  bytes: number;
  ended: string;
}

export interface SimulationProgress {
  Phase: string;
  Trial: number;
  Trials: number;
  Done: number;
  Total: number;
  Steps: number;
}

export interface RunningTask {
  id: string;
  sweep: string;
  file: string;
  worker: string;
  host: string;
  attempt: number;
  since: string;
  last_seen_seconds: number;
  silent: boolean;
  progress: SimulationProgress;
  steps_per_second: number;
  left: number;
  left_known: boolean;
}

export interface ManifestLine {
  id: string;
  sweep: string;
  state: string;
  class?: string;
  error?: string;
  run: number;
  attempt: number;
  file?: string;
  digest?: string;
  sha256?: string;
  bytes?: number;
  started?: string;
  finished?: string;
  seconds: number;
  cpu_seconds?: number;
  steps?: number;
  host?: string;
  worker?: string;
  version?: string;
  model_version: number;
  reused_from?: string;
}

export interface Reason {
  name: string;
  text: string;
  parameters: string[] | null;
}

export interface Explained {
  target: string;
  sweep: string;
  state: string;
  reason: string;
  remedy?: string;
  details?: string[];
}

export interface Figures {
  id: string;
  figures: Figure[];
  others: OtherFigure[]; // that the result lacks
}

export interface OtherFigure {
  name: string;
  why: string;
}

export interface Figure {
  name: string;
  about: string;
}

export interface Task {
  id: string;
  sweep: string;
  file: string;
  experiment: string;
  seed: number;
  state: string;
  parameters: TaskParameter[] | null;
  source: Source | null;
  attempts: Attempt[] | null;
  running: RunningTask | null;
  manifest: ManifestLine | null;
  quality: Record<string, unknown> | null;
  reasons: Reason[] | null;
  explained: Explained | null;
}

export interface Log {
  id: string;
  run: number;
  attempt: number;
  token: string;
  offset: number;
  next: number;
  bytes: number;
  text: string;
}

export interface Curves {
  id: string;
  trials: number;
  phase: number[] | null;
  trial: number[] | null;
  steps_min: (number | null)[] | null;
  steps_mean: (number | null)[] | null;
  steps_max: (number | null)[] | null;
  unsettled: number[] | null;
  change_max: (number | null)[] | null;
  change_mean: (number | null)[] | null;
  rate_e: (number | null)[] | null;
  rate_i: (number | null)[] | null;
}

export interface Worker {
  name: string;
  host: string;
  pid: number;
  version: string;
  slots: number;
  busy: number;
  memory: number;
  since: string;
  last_seen: string;
  state: string;
  memory_free: number;
  memory_refused?: string;
  deadline?: string;
  job?: string;
  done: number;
  tasks: string[] | null;
  silent: boolean;
  ended?: boolean;
  kernels: string;
  last_seen_seconds: number;
}

export interface Workers {
  workers: Worker[] | null;
}

export interface Effect {
  preview: boolean;
  text: string;
  details: string[] | null;
  names: string[] | null;
  count: number;
  changed: boolean;
  confirm: boolean;
  unknown: string[] | null;
  status: string;
  priority: number;
}

export interface Running {
  sweep: string;
  tasks: RunningTask[];
  count: number;
}

export interface Reset {
  sweep: string;
}

export interface RootEvent {
  seq: number;
  time: string;
  kind: string;
  sweep?: string;
  task?: string;
  file?: string;
  run?: number;
  attempt?: number;
  worker?: string;
  host?: string;
  pid?: number;
  version?: string;
  user?: string;
  from?: string;
  class?: string;
  error?: string;
  why?: string;
  remedy?: string;
  since?: string;
  count?: number;
  tasks?: number;
  done?: number;
  failed?: number;
  slots?: number;
  priority?: number;
  free_bytes?: number;
}

export interface Events {
  events: RootEvent[] | null;
  more: boolean;
}

export interface Problem {
  kind: string;
  severity: "critical" | "error" | "warning" | "hint";
  subject: string;
  since?: string;
  text: string;
  remedy: string;
}

export interface Problems {
  problems: Problem[] | null;
  more: number;
}
