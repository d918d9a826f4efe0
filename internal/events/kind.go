package events

import "log/slog"

// Kind is what happened. The list is closed: docs/events.md has it too.
type Kind string

// The kinds of events.
const (
	SweepLaunched        Kind = "sweep_launched"
	SweepExtended        Kind = "sweep_extended" // a rerun, or more seeds of a sweep with [until]
	SweepPaused          Kind = "sweep_paused"
	SweepResumed         Kind = "sweep_resumed"
	SweepCancelled       Kind = "sweep_cancelled"
	SweepPriorityChanged Kind = "sweep_priority_changed"
	SweepLimitChanged    Kind = "sweep_limit_changed" // of tasks at a time
	SweepFinished        Kind = "sweep_finished"
	SweepSetAside        Kind = "sweep_set_aside" // its files cannot be read or written
	SweepContinued       Kind = "sweep_continued" // they can again
	SweepRemoved         Kind = "sweep_removed"
	SweepRenamed         Kind = "sweep_renamed"
	HookStarted          Kind = "hook_started"  // a command or a webhook of a launch
	HookFinished         Kind = "hook_finished" // it has succeeded
	HookFailed           Kind = "hook_failed"

	WorkerJoined   Kind = "worker_joined"
	WorkerSilent   Kind = "worker_silent" // its heartbeat is lost
	WorkerBack     Kind = "worker_back"
	WorkerDraining Kind = "worker_draining" // somebody told it to return its tasks
	WorkerLeft     Kind = "worker_left"

	AttemptStarted   Kind = "attempt_started"
	AttemptFinished  Kind = "attempt_finished" // with a result
	AttemptReturned  Kind = "attempt_returned"
	AttemptTakenOver Kind = "attempt_taken_over" // the coordinator ended it; the task is for another worker
	AttemptBack      Kind = "attempt_back"       // it was ended too early, and continues
	AttemptFailed    Kind = "attempt_failed"     // the task runs again
	TaskFailed       Kind = "task_failed"        // it does not run again by itself

	CoordinatorStarted       Kind = "coordinator_started"
	CoordinatorStopped       Kind = "coordinator_stopped"
	CoordinatorTookOver      Kind = "coordinator_took_over" // from one that did not release the root
	CoordinatorLostOwnership Kind = "coordinator_lost_ownership"

	DiskLow         Kind = "disk_low"
	DiskEnough      Kind = "disk_enough"
	NATSUnreachable Kind = "nats_unreachable"
	NATSReachable   Kind = "nats_reachable"
	EventsLost      Kind = "events_lost" // the log could not be written for long
)

// property is what the log of the process says of a kind.
type property struct {
	message string
	level   slog.Level
}

var properties = map[Kind]property{
	SweepLaunched:        {"sweep launched", slog.LevelInfo},
	SweepExtended:        {"sweep extended", slog.LevelInfo},
	SweepPaused:          {"sweep paused", slog.LevelInfo},
	SweepResumed:         {"sweep resumed", slog.LevelInfo},
	SweepCancelled:       {"sweep cancelled", slog.LevelInfo},
	SweepPriorityChanged: {"the priority of a sweep changed", slog.LevelInfo},
	SweepLimitChanged:    {"the limit of a sweep's tasks at a time changed", slog.LevelInfo},
	SweepFinished:        {"sweep finished", slog.LevelInfo},
	SweepSetAside:        {"the sweep is set aside until this is repaired; the others continue", slog.LevelError},
	SweepContinued:       {"the sweep continues", slog.LevelInfo},
	SweepRemoved:         {"sweep removed", slog.LevelInfo},
	SweepRenamed:         {"sweep renamed", slog.LevelInfo},
	HookStarted:          {"a hook started", slog.LevelInfo},
	HookFinished:         {"a hook finished", slog.LevelInfo},
	HookFailed:           {"a hook failed", slog.LevelWarn},

	WorkerJoined:   {"a worker joined", slog.LevelInfo},
	WorkerSilent:   {"a worker's heartbeat is lost", slog.LevelWarn},
	WorkerBack:     {"a worker is back", slog.LevelInfo},
	WorkerDraining: {"a worker was told to return its tasks and to end", slog.LevelInfo},
	WorkerLeft:     {"a worker left", slog.LevelInfo},

	AttemptStarted:   {"an attempt started", slog.LevelInfo},
	AttemptFinished:  {"an attempt finished", slog.LevelInfo},
	AttemptReturned:  {"an attempt was returned unfinished", slog.LevelInfo},
	AttemptTakenOver: {"an attempt ended without an outcome, and its task will run again", slog.LevelWarn},
	AttemptBack:      {"an attempt that had fallen silent is back and continues", slog.LevelInfo},
	AttemptFailed:    {"an attempt failed, and its task will run again", slog.LevelWarn},
	TaskFailed:       {"a task failed", slog.LevelInfo},

	CoordinatorStarted:       {"the coordinator started", slog.LevelInfo},
	CoordinatorStopped:       {"the coordinator stopped", slog.LevelInfo},
	CoordinatorTookOver:      {"the coordinator took over from one that had not released the root", slog.LevelInfo},
	CoordinatorLostOwnership: {"the coordinator lost the ownership of the root", slog.LevelError},

	DiskLow:         {"the disk of the root is almost full", slog.LevelWarn},
	DiskEnough:      {"the disk of the root has enough space again", slog.LevelInfo},
	NATSUnreachable: {"NATS is unreachable", slog.LevelWarn},
	NATSReachable:   {"NATS is reachable again", slog.LevelInfo},
	EventsLost:      {"events could not be written and are lost", slog.LevelWarn},
}
