package coordinator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"sort"

	"eisweep/coordinator/catalog"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Plan is what launching an order would do.
type Plan struct {
	Sweeps []SweepPlan

	catalog *catalog.Catalog
}

// SweepPlan is a Plan's part for one sweep.
type SweepPlan struct {
	control.SweepPlan
	Sweep *sweeps.Sweep

	expansion *sweeps.Expansion
	planner   *planner
}

// Action is what a launch does about one task.
type Action string

// The actions.
const (
	Run   Action = "run"   // execute it
	Wait  Action = "wait"  // execute it when its source is done
	Block Action = "block" // fail it: its source is missing
	Keep  Action = "keep"  // its result is in place
	Link  Action = "link"  // its result gets this name as well
	Leave Action = "leave" // its failure stands
)

// PlanItem is a task with what a launch does about it, and why.
type PlanItem struct {
	Task   *sweeps.Task
	Action Action
	Reason string

	run      int            // the highest so far
	part     bool           // the order is for some tasks, of which it is one
	stands   bool           // it has a sound result somewhere, which a failure leaves
	number   int            // of the task in the expansion
	retried  bool           // it failed before
	failure  *catalog.Entry // Leave: the failure
	conflict bool           // a file of another task is in the way
	recorded bool           // every line was written when it was looked at
	damaged  bool           // its own file is in the way, and is not what the manifest says
	adopt    *manifest.Line // Keep: the manifest doesn't have this line
}

// planner holds what a plan compares tasks with.
type planner struct {
	ctx      context.Context
	root     *root.Root
	catalog  *catalog.Catalog
	prober   catalog.Prober
	order    Order
	coming   map[sweeps.ID]bool           // executed by this order
	awaited  func(sweeps.ID) bool         // executed by an earlier one
	writeOut func()                       // writes the lines that are due; nil: there are none
	dirs     map[string]map[string]bool   // names in a sweep's folder
	alien    map[string]*manifest.Line    // by path, of files without a line; nil for what is no result
	adopted  map[sweeps.ID]*manifest.Line // of alien
}

// NewPlan finds out what launching the order would do. It only reads. The error
// is a *sweeps.Faults when a sweep cannot be expanded.
func NewPlan(ctx context.Context, r *root.Root, prober catalog.Prober, o Order) (*Plan, error) {
	x, err := catalog.Read(r)
	if err != nil {
		return nil, err
	}
	return newPlan(ctx, r, x, prober, o, func(sweeps.ID) bool { return false }, nil)
}

// newPlan also knows of which tasks earlier launches wait, and what they are about to
// write.
func newPlan(ctx context.Context, r *root.Root, x *catalog.Catalog, prober catalog.Prober, o Order, awaited func(sweeps.ID) bool, writeOut func()) (*Plan, error) {
	p := &planner{awaited: awaited, writeOut: writeOut, ctx: ctx, root: r, catalog: x, prober: prober, order: o, coming: map[sweeps.ID]bool{}, dirs: map[string]map[string]bool{},
		alien: map[string]*manifest.Line{}, adopted: map[sweeps.ID]*manifest.Line{}}
	if err := x.CheckReadable(o.Sweeps); err != nil {
		return nil, err
	}
	ordered, depended := sourcesFirst(o.Sweeps)
	lib := catalog.NewLibrary(ctx, x, prober, o.Sweeps)
	if o.part() || o.restored {
		if err := lib.UseCopies(); err != nil {
			return nil, err
		}
	}
	plan, faults := &Plan{catalog: x}, []error{}
	for _, s := range ordered {
		e, err := s.Expand(ctx, lib)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		plan.Sweeps = append(plan.Sweeps, SweepPlan{control.SweepPlan{Name: s.Name(), Dir: r.SweepDir(s.Name())}, s, e, p})
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	for i := range plan.Sweeps {
		if err := plan.Sweeps[i].count(depended[plan.Sweeps[i].Name]); err != nil {
			return nil, err
		}
	}
	return plan, nil
}

// follow has the plan's items end with ctx, in place of the context that it was made with.
func (p *Plan) follow(ctx context.Context) {
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

// Items ranges over the sweep's tasks in their order. A failure to look at a file,
// or the end of the plan's context, ends it with that error.
func (s *SweepPlan) Items() iter.Seq2[PlanItem, error] {
	return func(yield func(PlanItem, error) bool) {
		for number, t := range s.expansion.Numbered() {
			item, ok, err := s.planner.consider(s.Sweep.Name(), &t)
			item.number = number
			if err == nil {
				err = s.planner.ctx.Err()
			}
			if err != nil {
				yield(PlanItem{}, err)
				return
			}
			if ok && !yield(item, nil) {
				return
			}
		}
	}
}

// count fills the plan's figures; depended says whether other sweeps of the order
// need to know what this one executes.
func (s *SweepPlan) count(depended bool) error {
	gone, replaced := &catalog.Files{}, map[sweeps.ID]bool{}
	if !s.planner.order.part() {
		var err error
		if replaced, err = unreplaced(s.planner.root, s.Sweep); err != nil {
			return err
		}
		gone = s.planner.catalog.Recorded(s.Name)
	}
	for item, err := range s.Items() {
		if err != nil {
			return err
		}
		s.add(&item)
		gone.Remove(item.Task.File)
		if replaced[item.Task.ID] {
			s.Restored++
		}
		if depended && (item.Action == Run || item.Action == Wait) {
			s.planner.coming[item.Task.ID] = true
		}
	}
	return s.countGone(gone)
}

// countGone lists the files of earlier launches that are still there.
func (s *SweepPlan) countGone(gone *catalog.Files) error {
	for file, err := range gone.Names() {
		if err != nil {
			return err
		}
		exists, err := s.planner.exists(s.Name, file)
		if err != nil {
			return err
		}
		if exists {
			s.Gone = append(s.Gone, file)
		}
	}
	sort.Strings(s.Gone)
	return nil
}

func (s *SweepPlan) add(item *PlanItem) {
	s.Tasks++
	switch item.Action {
	case Run:
		s.New++
		if item.retried {
			s.Retried++
		}
		if item.damaged {
			s.Damaged++
		}
	case Wait:
		s.Waiting++
	case Block:
		s.Blocked++
	case Keep:
		s.Done++
	case Link:
		s.Linked++
	case Leave:
		s.Settled++
	}
	if item.conflict {
		s.Conflicts++
	}
}

// Told is the plan as it is told to people.
func (p *Plan) Told() control.Plan {
	var out control.Plan
	for i := range p.Sweeps {
		out.Sweeps = append(out.Sweeps, p.Sweeps[i].SweepPlan)
	}
	return out
}

// exists tells whether a name is in the sweep's folder, which is listed once.
func (p *planner) exists(sweep, file string) (bool, error) {
	names, ok := p.dirs[sweep]
	if !ok {
		var err error
		if names, err = catalog.Names(p.root.SweepDir(sweep)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, fmt.Errorf("list results of %s: %w", sweep, err)
		}
		p.dirs[sweep] = names
	}
	return names[file], nil
}

// SupersedeError says that files of other tasks are in the way of a launch.
type SupersedeError struct {
	Count int
	Sweep string // the first sweep that has such files
}

func (e *SupersedeError) Error() string {
	const remedy = "to superseded/ (nothing is deleted), --as NAME launches under another name"
	if e.Count == 1 {
		return fmt.Sprintf("1 result file in %s belongs to a task with other parameters or of an older model version, and has a name that this launch needs: --supersede moves it %s", e.Sweep, remedy)
	}
	return fmt.Sprintf("%d result files in %s belong to tasks with other parameters or of an older model version, and have names that this launch needs: --supersede moves them %s", e.Count, e.Sweep, remedy)
}
