package views

import (
	"reflect"
	"time"

	"eisweep/cmd/eisweep/internal/display"
	"eisweep/cmd/eisweep/internal/inspect"
	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/internal/control"
	"eisweep/internal/root"
)

// overview is the list of sweeps. The rows of those that the coordinator works on come from its snapshot, the others
// from their directories. It reads nothing. Rows, maps and findings are replaced, never changed.
type overview struct {
	root   *root.Root
	rows   map[string]*api.Sweep
	live   map[string]bool // that the coordinator works on
	faults []control.SweepFault
	found  findings
	costs  map[string]*inspect.Cost // of findings that are not newer than the snapshot: else an attempt might count twice
	totals api.Totals

	others   control.Progress // sums over the sweeps that the coordinator does not work on
	rates    map[string]*rate
	allRates rate
}

// changes are the names of the rows that changed.
type changes struct {
	changed, removed []string
	any              bool // these, or the totals
}

func newOverview(r *root.Root) overview {
	return overview{root: r, rows: map[string]*api.Sweep{}, live: map[string]bool{}, rates: map[string]*rate{},
		found: findings{unread: -1}}
}

// take takes in a snapshot that the coordinator was asked for at a time.
func (o *overview) take(s *control.Snapshot, workers []control.Worker, asked, now time.Time) (out changes) {
	if o.found.at.Before(asked) {
		o.costs = o.found.costs
	}
	live, running := make(map[string]bool, len(s.Sweeps)), map[string][]control.RunningTask{}
	for i := range s.Running {
		running[s.Running[i].Sweep] = append(running[s.Running[i].Sweep], s.Running[i])
	}
	for i := range s.Sweeps {
		name := s.Sweeps[i].Name
		live[name] = true
		o.put(name, o.liveRow(s, &s.Sweeps[i], running[name], now), &out)
	}
	if !reflect.DeepEqual(live, o.live) || !reflect.DeepEqual(s.Faults, o.faults) {
		o.live, o.faults = live, s.Faults
		o.addOthers(&out)
	}
	was := o.totals
	o.totals = o.total(s, workers, now)
	out.any = len(out.changed)+len(out.removed) > 0 || !reflect.DeepEqual(was, o.totals)
	return out
}

// find takes in what directories say.
func (o *overview) find(found findings) (out changes) {
	out.any = found.unread != o.found.unread
	o.found = found
	o.addOthers(&out)
	out.any = out.any || len(out.changed)+len(out.removed) > 0
	return out
}

// addOthers makes the rows of the sweeps that the coordinator does not work on, and removes those that are gone.
func (o *overview) addOthers(out *changes) {
	o.others = control.Progress{}
	for name, found := range o.found.rows {
		if o.live[name] {
			continue
		}
		row := *found
		row.AddFaults(o.faults)
		o.put(name, row, out)
		add(&o.others, &row.Progress)
	}
	for name := range o.rows {
		if o.found.rows[name] == nil && !o.live[name] {
			delete(o.rows, name)
			out.removed = append(out.removed, name)
		}
	}
	for name := range o.rates {
		if !o.live[name] {
			delete(o.rates, name)
		}
	}
}

// put puts a row in the place of another one, unless it is the same.
func (o *overview) put(name string, row api.Sweep, out *changes) {
	if was := o.rows[name]; was == nil || !reflect.DeepEqual(*was, row) {
		o.rows[name] = &row
		out.changed = append(out.changed, name)
	}
}

// liveRow is the row of a sweep that the coordinator works on.
func (o *overview) liveRow(s *control.Snapshot, state *control.SweepState, running []control.RunningTask, now time.Time) api.Sweep {
	row := api.Sweep{SweepOverview: inspect.OverviewOf(o.root, state, inspect.FromCoordinator)}
	row.AddFaults(s.Faults)
	row.WorkDone, row.WorkTotal = state.WorkDone, state.WorkTotal
	row.LeftRange = seconds(state.LeftRange)
	if o.rates[state.Name] == nil {
		o.rates[state.Name] = new(rate)
	}
	row.Rate = o.rates[state.Name].perMinute(now, state.Done+state.Failed)
	row.Experiment = o.found.experiments[state.Name]
	if cost := o.costs[state.Name]; cost != nil {
		copied, noReader := *cost, (*inspect.CostReader)(nil)
		noReader.AddRunning(&copied, state.Name, running, now)
		row.Cost = &copied
	}
	return row
}

// total sums over the sweeps and the workers.
func (o *overview) total(s *control.Snapshot, workers []control.Worker, now time.Time) api.Totals {
	out := api.Totals{
		Left: display.SecondsIfKnown(s.Left, s.LeftKnown), LeftRange: seconds(s.LeftRange),
		UnresponsiveFor: s.UnresponsiveFor.Seconds(), Limit: s.Limit, Progress: o.others,
	}
	settled := 0
	for i := range s.Sweeps {
		add(&out.Progress, &o.rows[s.Sweeps[i].Name].Progress)
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

func add(to, p *control.Progress) {
	to.Tasks, to.Done, to.Failed, to.Running = to.Tasks+p.Tasks, to.Done+p.Done, to.Failed+p.Failed, to.Running+p.Running
	to.Silent, to.Pending, to.Waiting = to.Silent+p.Silent, to.Pending+p.Pending, to.Waiting+p.Waiting
	to.Suspect, to.Undecided = to.Suspect+p.Suspect, to.Undecided+p.Undecided
}

// seconds converts a range.
func seconds(of *[2]time.Duration) *[2]float64 {
	if of == nil {
		return nil
	}
	return &[2]float64{of[0].Seconds(), of[1].Seconds()}
}
