package coordinator

import (
	"cmp"
	"context"
	"slices"
	"time"

	"eisweep/internal/control"
	"eisweep/internal/queue"
)

// Summary tells what became of the sweeps of these names, of all that were launched here
// if there are none. Who follows them has been told of every line that it speaks of.
func (k *Coordinator) Summary(ctx context.Context, names []string) (control.Summary, error) {
	var here []string
	var others []control.SweepSummary
	for _, name := range names {
		if k.standOf(name) != "" {
			here = append(here, name)
			continue
		}
		s, err := k.summarizeUnlaunched(ctx, name)
		if err != nil {
			return control.Summary{}, err
		}
		others = append(others, s)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.batch.lines) > 0 {
		if err := k.ascertain(ctx); err != nil {
			return control.Summary{}, err
		}
	}
	k.flush()
	var out control.Summary
	if len(here) > 0 || len(names) == 0 {
		out = k.summary(here...)
	}
	out.Sweeps = append(out.Sweeps, others...)
	return out, k.failure
}

func (k *Coordinator) summary(names ...string) control.Summary {
	var out control.Summary
	for _, s := range k.sweeps {
		if len(names) > 0 && !slices.Contains(names, s.name) {
			continue
		}
		t := k.machine.sweeps[s.name]
		byClass := make(map[queue.Class]int, len(s.byClass))
		for c, n := range s.byClass {
			byClass[c] = n
		}
		out.Sweeps = append(out.Sweeps, control.SweepSummary{
			Name: s.name, Dir: k.config.Root.SweepDir(s.name), Stand: k.stand(s), Tasks: t.total, Done: t.phases[done], Failed: t.phases[failed],
			Ran: s.ran, Reused: s.reused, Linked: s.linked, ByClass: byClass, Failures: append([]control.Failure(nil), s.failures...),
		})
	}
	return out
}

// Snapshot returns how far the launched sweeps have come.
func (k *Coordinator) Snapshot() control.Snapshot {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.batch.lines) > 0 && k.ascertainSoon() {
		k.flush() // what is told is in the manifests
	}
	out := control.Snapshot{Elapsed: time.Since(k.begun), Unanswered: k.config.Queue.Unanswered()}
	inFlight := map[string]float64{}
	silent := map[string]int{}
	for _, r := range k.running {
		r.HeardAgo = time.Since(r.heard)
		if r.Silent = r.HeardAgo > silence; r.Silent {
			silent[r.Sweep]++
		}
		out.Running = append(out.Running, r.RunningTask)
		inFlight[r.Sweep] += r.workDone()
	}
	sortRunning(out.Running)
	var all work
	flying := 0.0
	for _, n := range inFlight {
		flying += n
	}
	for _, s := range k.sweeps {
		t := k.machine.sweeps[s.name]
		state := control.SweepState{Name: s.name, Tasks: t.total, Done: t.phases[done], Failed: t.phases[failed], Running: t.phases[running],
			Queued: t.phases[queued] + t.phases[placing], Waiting: t.phases[waiting], WorkDone: s.work.done + inFlight[s.name], WorkTotal: s.work.total}
		state.Priority, state.Stand, state.Silent = s.priority, k.stand(s), silent[s.name]
		state.Left, state.LeftKnown = k.pace.left(state.WorkTotal - state.WorkDone)
		all.done, all.total = all.done+state.WorkDone, all.total+state.WorkTotal
		out.Sweeps = append(out.Sweeps, state)
	}
	k.pace.measure(time.Now(), flying)
	out.Left, out.LeftKnown = k.pace.left(all.total - all.done)
	return out
}

// workDone is the part of a running task's cost that is behind it.
func (r *atWork) workDone() float64 {
	if r.Progress.Total == 0 {
		return 0
	}
	return r.cost * float64(r.Progress.Done) / float64(r.Progress.Total)
}

// Sweeps returns the sweeps that workers are to be offered tasks of, those of
// higher priority first, else in the order of their launches.
func (k *Coordinator) Sweeps() []string {
	var out []string
	for _, s := range k.offer() {
		out = append(out, s.Name)
	}
	return out
}

func (k *Coordinator) offer() []queue.OpenSweep {
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []queue.OpenSweep
	for _, s := range k.sweeps {
		if t := k.machine.sweeps[s.name]; !t.finished && t.stand == control.Open {
			out = append(out, queue.OpenSweep{Name: s.name, Priority: s.priority})
		}
	}
	slices.SortStableFunc(out, func(a, b queue.OpenSweep) int { return cmp.Compare(b.Priority, a.Priority) })
	return out
}
