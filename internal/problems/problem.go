package problems

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"eisweep/sim"
)

// Severity says how bad a problem is.
type Severity string

// The severities, worst first.
const (
	Critical Severity = "critical" // nothing proceeds
	Error    Severity = "error"    // some tasks do not proceed, or have failed, until somebody acts
	Warning  Severity = "warning"  // tasks proceed, but fewer or for a limited time
	Hint     Severity = "hint"     // nothing is wrong, but somebody may want to know
)

// severities in their order.
var severities = []Severity{Critical, Error, Warning, Hint}

// Kind says what is wrong. Programs may rely on its text.
type Kind string

// The kinds. The subject of each is in parentheses.
const (
	NoCoordinator     Kind = "no-coordinator"     // (the root) tasks are unfinished, and no coordinator runs or answers
	CoordinatorFailed Kind = "coordinator-failed" // (the root) the coordinator cannot continue
	NATSSilent        Kind = "nats-silent"        // (NATS) it does not answer the coordinator
	StorageSilent     Kind = "storage-silent"     // (a directory) its storage does not answer
	DiskFull          Kind = "disk-full"          // (a directory)
	DiskLow           Kind = "disk-low"           // (a directory)
	StoreLimit        Kind = "store-limit"        // (NATS) orders wait because a limit of NATS is reached
	SweepSetAside     Kind = "sweep-set-aside"    // (a sweep) some of its files cannot be read or written
	SweepUnreadable   Kind = "sweep-unreadable"   // (a sweep) its state cannot be read
	SweepGone         Kind = "sweep-gone"         // (a sweep) its directory is gone
	TasksFailed       Kind = "tasks-failed"       // (a sweep)
	TasksTooLarge     Kind = "tasks-too-large"    // (a sweep) no connected worker has enough memory for some tasks
	NoWorker          Kind = "no-worker"          // (the root) tasks wait, and no worker takes any
	WorkerSilent      Kind = "worker-silent"      // (a worker) no heartbeat
	WorkerEnded       Kind = "worker-ended"       // (a worker) it ended with an error
	WorkerStopped     Kind = "worker-stopped"     // (a worker) it is connected and takes no tasks
	WorkerVersion     Kind = "worker-version"     // (a worker) its program is of another version than the coordinator's
	AttemptsLost      Kind = "attempts-lost"      // (a task) several attempts were lost, and the task is not settled
	SlurmStopped      Kind = "slurm-stopped"      // (Slurm) the coordinator submits no more jobs, or the last submission failed
	HookFailed        Kind = "hook-failed"        // (a sweep) a command or a webhook of its launch failed
	SlurmHeld         Kind = "slurm-held"         // (Slurm) jobs are pending for a reason that does not go away by itself
	SweepUnfinished   Kind = "sweep-unfinished"   // (a sweep) it has tasks left, and the coordinator does not run it
	WorkerDraining    Kind = "worker-draining"    // (a worker) it ends once its tasks are handed back
	SweepPaused       Kind = "sweep-paused"       // (a sweep) it is paused and has tasks left
	ResultsSuspect    Kind = "results-suspect"    // (a sweep)
)

// Problem is something that is wrong now.
type Problem struct {
	Kind     Kind      `json:"kind"`
	Severity Severity  `json:"severity"`
	Subject  string    `json:"subject"`        // the name of a sweep or worker, the id of a task, a path, NATS or Slurm
	Since    time.Time `json:"since,omitzero"` // zero: not known
	Text     string    `json:"text"`           // one sentence for people, which contains the subject
	Remedy   string    `json:"remedy"`         // what to do about it
}

// Report is what is wrong in a root.
type Report struct {
	Problems []Problem `json:"problems"` // worst first
	More     int       `json:"more"`     // how many further problems were left out
	// Sweeps are the sweeps that were examined, so that nobody has to examine them again.
	Sweeps []string `json:"sweeps"`
}

// Limits of a report: the number of problems, and the characters of each text.
const (
	maxProblems = 200
	maxText     = 600
)

// Normalize sorts the problems, leaves out those beyond the first 200, and makes each text one line of bounded length.
func (r *Report) Normalize() {
	slices.SortStableFunc(r.Problems, compare)
	if more := len(r.Problems) - maxProblems; more > 0 {
		r.Problems, r.More = r.Problems[:maxProblems], r.More+more
	}
	for i := range r.Problems {
		p := &r.Problems[i]
		p.Subject, p.Text, p.Remedy = oneLine(p.Subject), oneLine(p.Text), oneLine(p.Remedy)
	}
	if r.Problems == nil {
		r.Problems = []Problem{} // never null in JSON
	}
}

// Wrong counts the problems that are more than hints.
func (r *Report) Wrong() int {
	n := r.More
	for i := range r.Problems {
		if r.Problems[i].Severity != Hint {
			n++
		}
	}
	return n
}

// compare sorts by severity, then the oldest first, those of unknown age last, then by subject.
func compare(a, b Problem) int {
	rank := func(p Problem) int { return slices.Index(severities, p.Severity) }
	since := a.Since.Compare(b.Since)
	if a.Since.IsZero() != b.Since.IsZero() {
		since = -since
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), since, cmp.Compare(a.Subject, b.Subject))
}

// oneLine joins the lines of a text, and bounds its length.
func oneLine(text string) string {
	return sim.Shorten(strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), " "), maxText)
}
