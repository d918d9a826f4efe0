package views

import (
	"cmp"
	"context"
	"slices"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/display"
	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/coordinator/records"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// failuresListed is how many failures of a class are listed.
const failuresListed = 100

// failures answers a request for the failures of a sweep.
func (d *Dashboard) failures(ctx context.Context, sweep string) (*api.Failures, error) {
	t, err := d.tables.of(ctx, sweep)
	if err != nil {
		return nil, err
	}
	out := t.countFailures()
	wanted := map[sweeps.ID]*api.FailureLine{}
	for i := range out.Classes {
		for j := range out.Classes[i].Tasks {
			wanted[out.Classes[i].Tasks[j].ID] = &out.Classes[i].Tasks[j]
		}
	}
	if len(wanted) == 0 {
		return out, nil
	}
	for line, err := range manifest.Read(d.Root.Manifest(sweep)) {
		if err != nil {
			return nil, err
		}
		if to := wanted[line.ID]; to != nil && line.State == manifest.Failed {
			to.Error = cli.FirstLine(line.Error)
		}
	}
	return out, nil
}

// countFailures counts the failures by class and by the values of each parameter.
func (t *table) countFailures() *api.Failures {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := &api.Failures{Sweep: t.sweep, Classes: []api.FailedClass{}, Values: []api.FailedOfValues{}}
	byClass := map[int8]*api.FailedClass{}
	for i, state := range t.states {
		if state != failed {
			continue
		}
		c := byClass[t.classes[i]]
		if c == nil {
			c = &api.FailedClass{Class: t.className(i), Tasks: []api.FailureLine{}}
			c.Rerun = "eisweep rerun " + t.sweep + " --failed"
			if c.Class != "" {
				again := display.RerunClass("eisweep rerun "+t.sweep, protocol.Class(c.Class))
				c.Rerun = cmp.Or(again.Command, again.Note)
			}
			byClass[t.classes[i]] = c
		}
		if c.Count++; len(c.Tasks) < failuresListed {
			c.Tasks = append(c.Tasks, api.FailureLine{ID: t.ids[i], Seed: t.seeds[i]})
		}
	}
	for _, c := range byClass {
		out.Classes = append(out.Classes, *c)
	}
	slices.SortFunc(out.Classes, func(a, b api.FailedClass) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Class, b.Class))
	})
	for p := range t.parameters {
		out.Values = append(out.Values, t.countValues(p))
	}
	return out
}

// className is the class of a failure; "" if it is not known.
func (t *table) className(row int) string {
	if c := t.classes[row]; c >= 0 {
		return string(protocol.Classes()[c])
	}
	return ""
}

// countValues counts tasks, failures and suspect results by the values of a parameter.
func (t *table) countValues(parameter int) api.FailedOfValues {
	p := &t.parameters[parameter]
	n := len(p.Values)
	out := api.FailedOfValues{Name: p.Name, Values: p.Values, Tasks: make([]int, n), Failed: make([]int, n), Suspect: make([]int, n)}
	for i, place := range t.values[parameter] {
		if place < 0 {
			continue
		}
		out.Tasks[place]++
		if t.states[i] == failed {
			out.Failed[place]++
		}
		if t.reasons[i] != 0 {
			out.Suspect[place]++
		}
	}
	return out
}

// detail answers a request for one sweep.
func (d *Dashboard) detail(ctx context.Context, sweep string) (*api.SweepDetail, error) {
	t, err := d.tables.of(ctx, sweep)
	if err != nil {
		return nil, err
	}
	row, err := d.hub.row(ctx, sweep)
	if err != nil {
		return nil, err
	}
	out := &api.SweepDetail{Sweep: *row, Reasons: map[string]int{}, Classes: map[string]int{}, Seeds: []uint32{}}
	t.describe(out)
	if text, err := records.ReadFile(d.Root, sweep); err == nil { // a sweep that was unpacked alone may have none
		out.TOML = string(text)
	}
	return out, nil
}

// describe adds what the rows say together.
func (t *table) describe(out *api.SweepDetail) {
	t.mu.Lock()
	defer t.mu.Unlock()
	out.Parameters = append([]api.Parameter{}, t.parameters...)
	seen := map[uint32]bool{}
	names := reasonNames()
	for i := range t.ids {
		if !seen[t.seeds[i]] {
			seen[t.seeds[i]] = true
			out.Seeds = append(out.Seeds, t.seeds[i])
		}
		if t.states[i] == failed {
			out.Classes[cmp.Or(t.className(i), "unknown")]++
		}
		for bit, name := range names {
			if t.reasons[i]>>bit&1 == 1 {
				out.Reasons[name]++
			}
		}
	}
	slices.Sort(out.Seeds)
}
