package views

import (
	"context"
	"maps"
	"os"
	"time"

	"eisweep/cmd/eisweep/internal/display"
	"eisweep/cmd/eisweep/internal/inspect"
	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/coordinator/records"
	"eisweep/internal/control"
	"eisweep/internal/root"
)

// overview makes the rows of the list of sweeps. Those that the coordinator works on come from its snapshot, the others from their
// directories, which are looked at again every few seconds. It is not safe for concurrent use.
type overview struct {
	root     *root.Root
	catalog  inspect.LazyCatalog
	listed   time.Time // when directories were looked at
	others   map[string]directory
	facts    map[string]fact // by name
	rates    map[string]*rate
	allRates rate
	expenses *expenses
}

// directory is the row of a sweep that the coordinator does not work on.
type directory struct {
	stamp time.Time // of its manifest
	row   api.Sweep
}

// fact is what a sweep's stored file says.
type fact struct {
	looked     time.Time
	stamp      time.Time // of the file
	experiment string
}

// listInterval is the time between two looks at the directories of the root.
const listInterval = 5 * time.Second

func newOverview(r *root.Root) *overview {
	return &overview{root: r, others: map[string]directory{}, facts: map[string]fact{}, rates: map[string]*rate{}, expenses: newExpenses(r)}
}

// sweeps returns the rows of all sweeps by name.
func (o *overview) sweeps(ctx context.Context, s *control.Snapshot, now time.Time) (map[string]api.Sweep, error) {
	rows := map[string]api.Sweep{}
	for i := range s.Sweeps {
		rows[s.Sweeps[i].Name] = o.live(s, &s.Sweeps[i], now)
	}
	if now.Sub(o.listed) >= listInterval {
		if err := o.look(ctx, rows); err != nil {
			return nil, err
		}
		o.listed = now
	}
	for name, other := range o.others {
		if _, known := rows[name]; !known {
			row := other.row
			row.AddFaults(s.Faults)
			rows[name] = row
		}
	}
	running := map[string][]control.RunningTask{}
	for i := range s.Running {
		running[s.Running[i].Sweep] = append(running[s.Running[i].Sweep], s.Running[i])
	}
	for name := range rows {
		row := rows[name]
		row.Cost = o.expenses.of(name, running[name], now)
		rows[name] = row
	}
	return rows, nil
}

// live is the row of a sweep that the coordinator works on.
func (o *overview) live(s *control.Snapshot, state *control.SweepState, now time.Time) api.Sweep {
	row := api.Sweep{SweepOverview: inspect.OverviewOf(o.root, state, inspect.FromCoordinator)}
	row.AddFaults(s.Faults)
	row.WorkDone, row.WorkTotal = state.WorkDone, state.WorkTotal
	row.LeftRange = seconds(state.LeftRange)
	if o.rates[state.Name] == nil {
		o.rates[state.Name] = new(rate)
	}
	row.Rate = o.rates[state.Name].perMinute(now, state.Done+state.Failed)
	row.Experiment = o.factOf(state.Name).experiment
	return row
}

// look looks at the directories of the other sweeps, and forgets what is gone.
func (o *overview) look(ctx context.Context, live map[string]api.Sweep) error {
	names, err := o.root.Sweeps()
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, isLive := live[name]; isLive {
			continue
		}
		stamp := modified(o.root.Manifest(name))
		if known, ok := o.others[name]; ok && known.stamp.Equal(stamp) {
			continue
		}
		row := api.Sweep{SweepOverview: inspect.ReadOverview(ctx, o.root, &o.catalog, name), Experiment: o.factOf(name).experiment}
		if err := ctx.Err(); err != nil {
			return err
		}
		o.others[name] = directory{stamp, row}
	}
	there := make(map[string]bool, len(names)+len(live))
	for _, name := range names {
		there[name] = true
	}
	for name := range live {
		there[name] = true
	}
	gone := func(name string) bool { return !there[name] }
	maps.DeleteFunc(o.others, func(name string, _ directory) bool { return gone(name) })
	maps.DeleteFunc(o.facts, func(name string, _ fact) bool { return gone(name) })
	maps.DeleteFunc(o.rates, func(name string, _ *rate) bool { return gone(name) })
	o.expenses.forget(gone)
	return nil
}

// factOf reads a sweep's stored file if it has changed.
func (o *overview) factOf(name string) fact {
	known := o.facts[name]
	if time.Since(known.looked) < listInterval {
		return known
	}
	stamp := modified(o.root.SweepFile(name))
	if !stamp.Equal(known.stamp) {
		if s, err := records.Launched(o.root, name); err == nil {
			known.experiment = string(s.Experiment())
		}
	}
	known.looked, known.stamp = time.Now(), stamp
	o.facts[name] = known
	return known
}

// modified is when a file was modified; zero if it does not exist.
func modified(path string) time.Time {
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// totals are the sums over rows.
func (o *overview) totals(s *control.Snapshot, rows map[string]api.Sweep, workers []control.Worker, now time.Time) api.Totals {
	out := api.Totals{
		Left: display.SecondsIfKnown(s.Left, s.LeftKnown), LeftRange: seconds(s.LeftRange),
		UnresponsiveFor: s.UnresponsiveFor.Seconds(), Limit: s.Limit,
	}
	for name := range rows {
		p := rows[name].Progress
		out.Tasks, out.Done, out.Failed, out.Running = out.Tasks+p.Tasks, out.Done+p.Done, out.Failed+p.Failed, out.Running+p.Running
		out.Silent, out.Pending, out.Waiting = out.Silent+p.Silent, out.Pending+p.Pending, out.Waiting+p.Waiting
		out.Suspect, out.Undecided = out.Suspect+p.Suspect, out.Undecided+p.Undecided
	}
	settled := 0
	for i := range s.Sweeps {
		settled += s.Sweeps[i].Done + s.Sweeps[i].Failed
	}
	out.Rate = o.allRates.perMinute(now, settled)
	for i := range workers {
		if w := &workers[i]; w.Silent {
			out.Lost++
		} else {
			out.Workers, out.Slots, out.Busy = out.Workers+1, out.Slots+w.Slots, out.Busy+w.Busy
		}
	}
	return out
}

// seconds converts a range.
func seconds(of *[2]time.Duration) *[2]float64 {
	if of == nil {
		return nil
	}
	return &[2]float64{of[0].Seconds(), of[1].Seconds()}
}
