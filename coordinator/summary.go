package coordinator

import (
	"time"

	"eisweep/internal/queue"
	"eisweep/sim"
	"eisweep/sweeps"
)

// Summary is what became of the launched sweeps.
type Summary struct {
	Sweeps []SweepSummary
}

// SweepSummary is what became of one.
type SweepSummary struct {
	Name     string
	Dir      string
	Tasks    int
	Done     int // in place now: Ran, Reused and Linked together
	Ran      int // executed for this sweep in this session, with a result
	Reused   int // in place before
	Linked   int // got a name here; another sweep's result, or another name's
	Failed   int // Failures: the first of them
	ByClass  map[queue.Class]int
	Failures []Failure
}

func (k *Coordinator) summary() Summary {
	var out Summary
	for _, s := range k.sweeps {
		t := k.machine.sweeps[s.name]
		byClass := make(map[queue.Class]int, len(s.byClass))
		for c, n := range s.byClass {
			byClass[c] = n
		}
		out.Sweeps = append(out.Sweeps, SweepSummary{
			Name: s.name, Dir: k.config.Root.SweepDir(s.name), Tasks: t.total, Done: t.phases[done], Failed: t.phases[failed],
			Ran: s.ran, Reused: s.reused, Linked: s.linked, ByClass: byClass, Failures: append([]Failure(nil), s.failures...),
		})
	}
	return out
}

// Snapshot is how far the launched sweeps have come.
type Snapshot struct {
	Elapsed   time.Duration // since the coordinator started
	Left      time.Duration // of all sweeps, with as many tasks at a time as now
	LeftKnown bool          // false until enough was measured
	Sweeps    []SweepState
	Running   []RunningTask
}

// SweepState is how far one has come.
type SweepState struct {
	Name                                          string
	Tasks, Done, Failed, Running, Queued, Waiting int
	// WorkDone of WorkTotal: settlings weighted by their cost, of what this session executes.
	WorkDone, WorkTotal float64
	Left                time.Duration
	LeftKnown           bool
}

// RunningTask is an attempt that a worker has announced.
type RunningTask struct {
	ID             sweeps.ID
	Sweep, File    string
	Worker, Host   string
	Attempt        int
	Since          time.Time
	Progress       sim.Progress
	StepsPerSecond float64 // Euler steps
	Left           time.Duration
	LeftKnown      bool
}

// Snapshot returns how far the launched sweeps have come.
func (k *Coordinator) Snapshot() Snapshot {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := Snapshot{Elapsed: time.Since(k.begun)}
	inFlight := map[string]float64{}
	for _, r := range k.running {
		out.Running = append(out.Running, *r)
		inFlight[r.Sweep] += k.workDone(r)
	}
	sortRunning(out.Running)
	var all work
	for _, s := range k.sweeps {
		t := k.machine.sweeps[s.name]
		state := SweepState{Name: s.name, Tasks: t.total, Done: t.phases[done], Failed: t.phases[failed], Running: t.phases[running],
			Queued: t.phases[queued] + t.phases[placing], Waiting: t.phases[waiting], WorkDone: s.work.done + inFlight[s.name], WorkTotal: s.work.total}
		state.Left, state.LeftKnown = k.pace.left(state.WorkTotal - state.WorkDone)
		all.done, all.total = all.done+state.WorkDone, all.total+state.WorkTotal
		out.Sweeps = append(out.Sweeps, state)
	}
	k.pace.measure(time.Now(), all.done)
	out.Left, out.LeftKnown = k.pace.left(all.total - all.done)
	return out
}

// workDone is the part of a running task's cost that is behind it.
func (k *Coordinator) workDone(r *RunningTask) float64 {
	b := k.books[r.ID]
	if b == nil || r.Progress.Total == 0 {
		return 0
	}
	t := b.names[r.Sweep]
	if t == nil {
		return 0
	}
	return cost(t) * float64(r.Progress.Done) / float64(r.Progress.Total)
}

// Sweeps returns the sweeps that workers are to be offered tasks of, in the order
// of their launches.
func (k *Coordinator) Sweeps() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []string
	for _, s := range k.sweeps {
		if !k.machine.sweeps[s.name].finished {
			out = append(out, s.name)
		}
	}
	return out
}
