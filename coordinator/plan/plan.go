package plan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sort"

	"eisweep/coordinator/catalog"
	"eisweep/internal/control"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Plan is the effect that a launch would have.
type Plan struct {
	Sweeps []Sweep
}

// Preview plans a launch where no coordinator needs to run. It only reads. The error
// wraps a *sweeps.Faults when a sweep cannot be expanded.
func Preview(ctx context.Context, r *root.Root, prober catalog.Prober, request Request) (*Plan, error) {
	c, err := catalog.Read(r)
	if err != nil {
		return nil, err
	}
	return New(ctx, c, prober, nil, request)
}

// New plans a launch by a catalog that was just refreshed, next to the earlier launches of a coordinator; nil when none
// runs. A plan that resumes a sweep has no counts. Errors are as of Preview.
func New(ctx context.Context, c *catalog.Catalog, prober catalog.Prober, earlier Launches, request Request) (*Plan, error) {
	p := newPlanner(ctx, c, prober, earlier, request)
	if err := c.CheckReadable(request.Sweeps); err != nil {
		return nil, err
	}
	c.Index() // the first task would do it while it holds the catalog's lock
	ordered, depended := sourcesFirst(request.Sweeps)
	lib := catalog.NewLibrary(ctx, c, prober, request.Sweeps)
	if request.IsPartial() || request.Resumed != nil {
		if err := lib.UseCopies(); err != nil {
			return nil, err
		}
	}
	plan, faults := &Plan{}, []error{}
	for _, s := range ordered {
		e, err := s.Expand(ctx, lib)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		plan.Sweeps = append(plan.Sweeps, Sweep{
			SweepPlan: control.SweepPlan{Name: s.Name(), Dir: p.root.SweepDir(s.Name())}, Sweep: s, Expansion: e, planner: p,
		})
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	for i := range plan.Sweeps {
		if err := plan.Sweeps[i].stop(); err != nil {
			return nil, err
		}
	}
	if request.Resumed != nil { // its items are looked at once, when they are submitted
		return plan, nil
	}
	for i := range plan.Sweeps {
		if err := plan.Sweeps[i].count(depended[plan.Sweeps[i].Name]); err != nil {
			return nil, err
		}
	}
	return plan, nil
}

// Follow has the plan's items end with ctx, in place of the context that it was made with.
func (p *Plan) Follow(ctx context.Context) {
	for i := range p.Sweeps {
		p.Sweeps[i].planner.ctx = ctx
	}
}

// sourcesFirst puts sweeps that train before those that need networks, and says
// which are the source of another.
func sourcesFirst(all []*sweeps.Sweep) ([]*sweeps.Sweep, map[string]bool) {
	ordered, depended := append([]*sweeps.Sweep(nil), all...), map[string]bool{}
	sort.SliceStable(ordered, func(i, j int) bool { return ordered[i].SourceName() == "" && ordered[j].SourceName() != "" })
	for _, s := range all {
		if s.SourceName() != "" && !s.SourceIsPath() {
			depended[s.SourceName()] = true
		}
	}
	return ordered, depended
}

// Summary is the plan in figures, as people see it.
func (p *Plan) Summary() control.Plan {
	var out control.Plan
	for i := range p.Sweeps {
		out.Sweeps = append(out.Sweeps, p.Sweeps[i].SweepPlan)
	}
	return out
}

// Conflict is the error of a launch that may not move files of other tasks; nil when none is in the way.
func (p *Plan) Conflict() error {
	list := make([]control.SweepPlan, len(p.Sweeps))
	for i := range p.Sweeps {
		list[i] = p.Sweeps[i].SweepPlan
	}
	return ConflictIn(list)
}

// ConflictIn is Conflict for the sweeps of a plan.
func ConflictIn(list []control.SweepPlan) error {
	var e SupersedeError
	for i := range list {
		if n := list[i].Conflicts; n > 0 {
			e.Count, e.Sweep = e.Count+n, cmp.Or(e.Sweep, list[i].Name)
		}
	}
	if e.Count == 0 {
		return nil
	}
	return &e
}

// SupersedeError says that files of other tasks are in the way of a launch.
type SupersedeError struct {
	Count int
	Sweep string // the first sweep that has such files
}

func (e *SupersedeError) Error() string {
	const remedy = "to superseded/ (nothing is deleted), --as NAME launches under another name"
	if e.Count == 1 {
		return fmt.Sprintf("1 result file in %s belongs to a task with other parameters or of an older model version, and has a name that "+
			"this launch needs: --supersede moves it %s", e.Sweep, remedy)
	}
	return fmt.Sprintf("%d result files in %s belong to tasks with other parameters or of an older model version, and have names that "+
		"this launch needs: --supersede moves them %s", e.Count, e.Sweep, remedy)
}
