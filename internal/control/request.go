package control

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"eisweep/internal/protocol"
	"eisweep/sim"
	"eisweep/sweeps"
)

// The verbs of requests, each with the types of its request and its answer.
const (
	VerbLaunch   = "launch"   // Launch, Plan
	VerbCancel   = "cancel"   // Steer, Steered: queued tasks are removed, running ones finish
	VerbPause    = "pause"    // Steer, Steered: workers get no more of its tasks
	VerbResume   = "resume"   // Steer, Steered
	VerbDrain    = "drain"    // Drain, Drained
	VerbSnapshot = "snapshot" // Nothing, Snapshot
	VerbSummary  = "summary"  // Steer (Sweeps: which), Summary
	VerbWorkers  = "workers"  // Nothing, Workers
	VerbExplain  = "explain"  // Explain, Explained
	VerbProblems = "problems" // Nothing, problems.Report
	VerbClean    = "clean"    // Clean, Cleaned
	VerbVerify   = "verify"   // Steer, Verified
	VerbPing     = "ping"     // Nothing, Pong
)

// Nothing is a request without parameters, or an answer without data.
type Nothing struct{}

// LaunchRequest asks to run sweeps, or some of their tasks again.
type LaunchRequest struct {
	Sweeps    SweepFiles `json:"sweeps"`
	Supersede bool       `json:"supersede"`
	Drop      bool       `json:"drop"`     // the launch may leave out finished tasks of the previous one
	Priority  int        `json:"priority"` // higher first; 0 is the default
	// MaxRunning is how many tasks of each sweep may run at a time; 0 is any number.
	MaxRunning int `json:"max_running,omitempty"`
	// Rerun, if not nil, limits the launch to the tasks that match it, and runs them whatever their state. The
	// stored sweep file is replaced only if KeepFile is false.
	Rerun    *Choice `json:"rerun,omitempty"`
	KeepFile bool    `json:"keep_file"`
	Dry      bool    `json:"dry"` // only return the plan
	// Hooks are those of each of the sweeps; nil: none, and those of earlier launches no longer count.
	Hooks *Hooks `json:"hooks,omitempty"`
}

// SweepFile is a sweep as text, overrides applied.
type SweepFile struct {
	Path string `json:"path"` // for messages
	TOML string `json:"toml"`
}

// maxSweeps is how many sweeps a request names at most.
const maxSweeps = 10_000

// SweepFiles holds at most maxSweeps files; more are not read.
type SweepFiles []SweepFile

// UnmarshalJSON decodes one file at a time, so that a request with too many takes no memory.
func (s *SweepFiles) UnmarshalJSON(text []byte) error {
	in := json.NewDecoder(bytes.NewReader(text))
	if _, err := in.Token(); err != nil {
		return err
	}
	for *s = nil; in.More(); {
		var file SweepFile
		if err := in.Decode(&file); err != nil {
			return err
		}
		if *s = append(*s, file); len(*s) > maxSweeps {
			return fmt.Errorf("it has more than %d sweeps", maxSweeps)
		}
	}
	return nil
}

func (l *LaunchRequest) check() error {
	if l.Rerun != nil && len(l.Rerun.Where) > len(sim.Table()) {
		return fmt.Errorf("it selects tasks by %d parameters, there are %d", len(l.Rerun.Where), len(sim.Table()))
	}
	return nil
}

func (s *Steer) check() error {
	if len(s.Sweeps) > maxSweeps {
		return fmt.Errorf("it names %d sweeps, at most %d are possible", len(s.Sweeps), maxSweeps)
	}
	return nil
}

// Choice selects tasks of a sweep: those that match all fields that are set.
type Choice struct {
	Failed  bool              `json:"failed"`
	Suspect bool              `json:"suspect,omitempty"`
	Class   string            `json:"class,omitempty"`
	Seeds   []uint32          `json:"seeds,omitempty"`
	Where   map[string]string `json:"where,omitempty"` // parameter values as on the command line
	Tasks   []string          `json:"tasks,omitempty"` // ids or unique prefixes
}

// Steer names the sweeps of a request; none means all.
type Steer struct {
	Sweeps []string `json:"sweeps"`
}

// Steered has the result for each sweep that was named.
type Steered struct {
	Sweeps []SteeredSweep `json:"sweeps"`
	// UnresponsiveFor is how long NATS has not answered the coordinator: the decision
	// holds, and workers and the queue get it when NATS answers.
	UnresponsiveFor time.Duration `json:"unanswered,omitempty"`
}

// SteeredSweep is the result for one sweep. Changed is false if it had the status already.
type SteeredSweep struct {
	Name    string `json:"name"`
	Status  Status `json:"status"`
	Changed bool   `json:"changed"`
	Removed int    `json:"removed"` // tasks taken out of the queue
	Moved   int    `json:"moved"`   // tasks that are queued for another sweep
	Running int    `json:"running"` // tasks that are running and will finish
}

// Drain names the workers that are to return their tasks and end, or the hosts of such workers.
type Drain struct {
	Targets []string `json:"targets"`
	All     bool     `json:"all,omitempty"` // all connected workers
}

// Drained lists the workers that got the command.
type Drained struct {
	Workers []string `json:"workers"`
	Unknown []string `json:"unknown"` // targets that name no worker
}

// Workers lists the workers that were connected recently.
type Workers struct {
	Workers []Worker `json:"workers"`
}

// Worker is the state of a worker, as it reports it.
type Worker struct {
	Name            string      `json:"name"`
	Host            string      `json:"host"`
	PID             int         `json:"pid"`
	Version         string      `json:"version"`
	Slots           int         `json:"slots"`
	Busy            int         `json:"busy"`
	Memory          int64       `json:"memory"` // bytes that tasks may take; 0: not known
	Since           time.Time   `json:"since"`
	LastSeen        time.Time   `json:"last_seen"`
	State           string      `json:"state"`                    // working, idle, draining, why it takes no tasks, or why it ended
	Free            int64       `json:"memory_free"`              // bytes that further tasks may take
	Refused         string      `json:"memory_refused,omitempty"` // why it refused a task lately, for lack of memory
	Deadline        time.Time   `json:"deadline,omitzero"`
	Job             string      `json:"job,omitempty"` // of a batch system
	Done            int         `json:"done"`
	Tasks           []sweeps.ID `json:"tasks"`           // that it runs
	Silent          bool        `json:"silent"`          // no heartbeat for Silence, or ended
	Ended           bool        `json:"ended,omitempty"` // by an error, which State contains
	Kernels         string      `json:"kernels"`
	LastSeenSeconds float64     `json:"last_seen_seconds"` // ago
}

// absence is how long a silent worker still counts where capacity is planned: neither the queue nor a pool of jobs changes its size for a
// short interruption.
const absence = 30 * time.Second

// IsAbsent reports whether the worker no longer counts where capacity is planned.
func (w *Worker) IsAbsent() bool {
	return w.Ended || time.Duration(w.LastSeenSeconds*float64(time.Second)) > absence
}

// Takes says whether the worker takes tasks, if it has free memory and slots.
func (w *Worker) Takes() bool { return w.State == protocol.Working || w.State == protocol.Idle }

// Explain asks why a task, or a sweep, is not running: an id, a unique prefix of one, or
// a sweep's name.
type Explain struct {
	Target string `json:"target"`
}

// Explained is the answer, for people: a sentence, then details.
type Explained struct {
	Target  string   `json:"target"`
	Sweep   string   `json:"sweep"`
	State   string   `json:"state"`  // of the task: waiting, queued, running, done, failed; of a sweep its status
	Reason  string   `json:"reason"` // the sentence
	Remedy  string   `json:"remedy,omitempty"`
	Details []string `json:"details,omitempty"`
}

// Clean asks to remove the files of a sweep that are no longer needed: superseded
// results, files of attempts that ended, old checkpoints.
type Clean struct {
	Sweep string `json:"sweep"`
	Dry   bool   `json:"dry"`
	Logs  bool   `json:"logs,omitempty"` // and the logs of tasks that are done
}

// Cleaned lists the files that were, or would be, removed.
type Cleaned struct {
	Files []CleanedFile `json:"files"`
}

// CleanedFile is one of them, relative to the root.
type CleanedFile struct {
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"`
	Why   string `json:"why"` // superseded, orphaned, checkpoint, log
}

// Verified has the findings of verify.
type Verified struct {
	Sweeps []VerifiedSweep `json:"sweeps"`
	Inputs *VerifiedSweep  `json:"inputs,omitempty"` // the copies of outside files; nil when there are none
}

// VerifiedSweep has the findings in one sweep's directory.
type VerifiedSweep struct {
	Name     string    `json:"name"`
	Sound    int       `json:"sound"`    // results that match the manifest to the byte
	Rebuilt  int       `json:"rebuilt"`  // results without a manifest line, which have one again
	Assessed int       `json:"assessed"` // results whose lines, of an earlier version, got the field quality
	Gone     int       `json:"gone"`     // results that are missing, and that the latest launch does not want
	Problems []Problem `json:"problems"`
}

// Problem is a file that is missing, damaged or unexpected.
type Problem struct {
	File   string    `json:"file"`
	ID     sweeps.ID `json:"id"`   // zero if it is not known
	Kind   string    `json:"kind"` // missing, truncated, altered, unreadable, unknown or unrecorded
	Detail string    `json:"detail"`
	Again  bool      `json:"again"` // the next launch computes it again
}

// Pong identifies the coordinator.
type Pong struct {
	Host    string    `json:"host"`
	PID     int       `json:"pid"`
	Version string    `json:"version"`
	Since   time.Time `json:"since"`
}
