package hooks

import (
	"slices"
	"time"

	"eisweep/coordinator/records"
	"eisweep/internal/control"
)

// look compares the launched sweeps with what has fired, and fires the rest.
func (k *Keeper) look() {
	for _, sweep := range k.armed() {
		if n, finished, ok := k.state(sweep); ok {
			k.fire(sweep, &n, finished)
		}
	}
}

// armed lists the sweeps that may have an event.
func (k *Keeper) armed() (out []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for sweep, f := range k.files {
		if f.isArmed() {
			out = append(out, sweep)
		}
	}
	slices.Sort(out)
	return out
}

// state is the state of a sweep; not ok if the launch that armed its hooks has not been submitted.
func (k *Keeper) state(sweep string) (n Notice, finished, ok bool) {
	armed := k.armedAt(sweep)
	k.config.Core.Lock()
	defer k.config.Core.Unlock()
	s, m := k.config.Sweeps.Get(sweep), k.config.Core.Machine()
	if s == nil || s.Launched().Before(armed) || !m.IsLaunched(sweep) {
		return n, false, false
	}
	counts := m.Counts(sweep)
	n = Notice{Sweep: sweep, Tasks: counts.Total, Done: counts.Done, Suspect: s.Suspects(), Failed: counts.Failed}
	if counts.Failed > 0 {
		n.Failure = s.LastFailure()
	}
	return n, k.config.Sweeps.Status(sweep) == control.Finished && counts.Dropped == 0, true
}

func (k *Keeper) armedAt(sweep string) time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f := k.files[sweep]; f != nil {
		return f.Armed
	}
	return time.Now()
}

// fireArchived fires for the sweeps that finished before this coordinator started, which it has not resumed.
func (k *Keeper) fireArchived() {
	for _, sweep := range k.armed() {
		if k.isLaunched(sweep) {
			continue
		}
		record, err := records.Read(k.config.Root, sweep)
		if err != nil || record.Launched.Before(k.armedAt(sweep)) {
			continue
		}
		if s, ok := records.ReadSettled(k.config.Root, sweep); ok {
			k.fire(sweep, &Notice{Sweep: sweep, Tasks: s.Tasks, Done: s.Done, Suspect: s.Suspect, Failed: s.Failed}, true)
		}
	}
}

func (k *Keeper) isLaunched(sweep string) bool {
	k.config.Core.Lock()
	defer k.config.Core.Unlock()
	return k.config.Sweeps.Get(sweep) != nil
}

// fire makes deliveries of the events that have happened. They are durable at once, and so is that they were made.
func (k *Keeper) fire(sweep string, n *Notice, finished bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := k.files[sweep]
	if f == nil || k.closed || !k.config.Core.OwnsRoot() {
		return
	}
	n.Time, n.Root = time.Now().UTC(), k.config.Root.Path()
	was := *f
	f.FailedBefore = min(f.FailedBefore, n.Failed)
	if n.Failed > f.FailedBefore && !f.FiredFailure {
		f.FiredFailure = true
		f.add(n, TaskFailed, f.Hooks.OnFailure)
	}
	if finished && !f.FiredFinish {
		f.FiredFinish = true
		f.FiredFailure = true // none comes any more
		f.add(n, SweepFinished, f.Hooks.OnFinish)
	}
	if f.FailedBefore == was.FailedBefore && f.FiredFailure == was.FiredFailure && f.FiredFinish == was.FiredFinish {
		return
	}
	if err := f.write(k.config.Root); err != nil {
		k.config.Log.Warn("hooks wait until they can be recorded", "sweep", sweep, "error", err)
		*f = was
	}
	k.listProblems()
}

// add adds the deliveries of an event.
func (f *file) add(n *Notice, event Event, command string) {
	notice := *n
	notice.Event = event
	f.Deliveries = slices.Clip(f.Deliveries)
	if command != "" {
		f.Deliveries = append(f.Deliveries, &delivery{ID: newID(), Notice: notice, Command: command})
	}
	for i := range f.Hooks.Webhooks {
		f.Deliveries = append(f.Deliveries, &delivery{ID: newID(), Notice: notice, Webhook: &f.Hooks.Webhooks[i]})
	}
}
