package coordinator

import (
	"eisweep/coordinator/lifecycle"
	"sort"
	"time"

	"eisweep/coordinator/workload"
	"eisweep/internal/control"
	"eisweep/internal/meters"
	"eisweep/sweeps"
)

// Snapshot returns how far the launched sweeps have come.
func (c *Coordinator) Snapshot() control.Snapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ledger.IsEmpty() && c.checkOwnershipSoon() {
		c.flush() // what the snapshot says is in the manifests
	}
	out := control.Snapshot{Elapsed: time.Since(c.begun), UnresponsiveFor: c.config.Queue.UnresponsiveFor(), Faults: c.faults.Summary()}
	gone := map[string]bool{}
	for _, f := range c.diagnoser.Gone() {
		if c.sweeps.Get(f.Sweep) != nil && c.sweeps.Status(f.Sweep) != control.Cancelled {
			gone[f.Sweep], out.Faults = true, append(out.Faults, f)
		}
	}
	out.QueueLasts = c.window.Lasts()
	if err := c.config.Queue.Limited(); err != nil {
		out.Limit = err.Error()
	}
	heard := c.workers.IsAnyHeard(time.Now())
	out.NoWorker = !heard && out.UnresponsiveFor == 0 && !c.mayLackReports()
	inFlight := map[string]float64{}
	silent := map[string]int{}
	for r := range c.attempts.Running() {
		task := r.State(time.Now())
		if task.Silent {
			silent[r.Sweep]++
		}
		out.Running = append(out.Running, task)
		inFlight[r.Sweep] += r.WorkDone()
	}
	sortRunning(out.Running)
	var all workload.Work
	flying := 0.0
	for _, n := range inFlight {
		flying += n
	}
	for s := range c.sweeps.All() {
		n := c.machine.Counts(s.Name)
		progress := control.Progress{Tasks: n.Total, Done: n.Done, Suspect: s.Suspects(), Failed: n.Failed, Running: n.Running,
			Silent: silent[s.Name], Pending: n.ToSend() + n.Unreadable + n.Placing, Waiting: n.Waiting}
		progress.Undecided = c.grower.undecided(s.Name)
		state := control.SweepState{Name: s.Name, Progress: progress, WorkDone: s.Work.Done + inFlight[s.Name], WorkTotal: s.Work.Total}
		state.Priority, state.MaxRunning, state.Status = s.Priority, s.Most, c.sweeps.Status(s.Name)
		if gone[s.Name] { // what was done is missing
			state.Done, state.Suspect, state.Status = 0, 0, control.Status(c.machine.Status(s.Name))
		}
		state.Left, state.LeftKnown, state.LeftRange = c.left(heard, state.WorkTotal-state.WorkDone)
		all.Done, all.Total = all.Done+state.WorkDone, all.Total+state.WorkTotal
		out.Sweeps = append(out.Sweeps, state)
	}
	c.attempts.Pace.Measure(time.Now(), flying)
	out.Left, out.LeftKnown, out.LeftRange = c.left(heard, all.Total-all.Done)
	return out
}

// left is how long so much work takes, if that is known: without workers it is not.
func (c *Coordinator) left(heard bool, rest float64) (left time.Duration, known bool, between *[2]time.Duration) {
	if heard {
		left, known = c.attempts.Pace.Left(rest)
		between = c.attempts.Pace.Range(rest)
	}
	return left, known, between
}

func sortRunning(tasks []control.RunningTask) {
	sort.Slice(tasks, func(i, j int) bool {
		if !tasks[i].Since.Equal(tasks[j].Since) {
			return tasks[i].Since.Before(tasks[j].Since)
		}
		return tasks[i].File < tasks[j].File
	})
}

// Meters are what the coordinator counts and times.
func (c *Coordinator) Meters() *meters.Coordinator { return c.meters }

// Checkpoints returns how old the work is that the running attempts have not saved, and the bytes of what they have saved; see
// attempts.Tracker. It takes as long as the storage does.
func (c *Coordinator) Checkpoints() (oldest time.Duration, bytes int64) {
	return c.attempts.Checkpoints()
}

// SweepTasks are the tasks of a sweep's latest launch, in the order in which they were requested.
type SweepTasks struct {
	Launch uint32            // distinguishes the launch from others of this coordinator
	IDs    []sweeps.ID       // not to be changed
	Phases []lifecycle.Phase // of each
}

// Tasks returns the tasks of a sweep; ok is false if this coordinator does not work on it. What it takes is little and proportional to
// the number of tasks. It appends to the slices of out, whose ids it keeps as far as they are of the same launch.
func (c *Coordinator) Tasks(sweep string, out SweepTasks) (_ SweepTasks, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sweeps.Get(sweep) == nil {
		return SweepTasks{}, false
	}
	if launch := c.machine.LaunchNumber(sweep); launch != out.Launch {
		out = SweepTasks{Launch: launch}
	}
	out.Phases = out.Phases[:0]
	for id, phase := range c.machine.Phases(sweep) {
		if len(out.IDs) == len(out.Phases) {
			out.IDs = append(out.IDs, id)
		}
		out.Phases = append(out.Phases, phase)
	}
	return out, true
}
