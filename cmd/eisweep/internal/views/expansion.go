package views

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strconv"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/coordinator/catalog"
	"eisweep/internal/dashboard"
	"eisweep/internal/manifest"
	"eisweep/sim"
	"eisweep/sweeps"
)

// sourceSeed is the name of the seed of the network that a PERTURB task starts from, as a parameter.
const sourceSeed = "source_seed"

// expand makes the rows of a table: the tasks of the latest launch. Of a sweep whose source is not here they are those of its manifest.
// Where the coordinator works on the sweep, they are those that it knows: [until] may add more.
func (t *table) expand(ctx context.Context, made *rows) error {
	x, err := catalog.Lazy(t.d.Root)
	if err != nil {
		return err
	}
	prober, err := cli.NewProber()
	if err != nil {
		return err
	}
	rows := newRowMaker(made)
	tasks, err := x.LatestTasks(ctx, prober, t.sweep)
	switch {
	case err == nil:
		if tasks.Grows() { // [until] decides which tasks there are
			if rows.known, err = t.decided(ctx, x, prober); err != nil {
				return err
			}
		}
		n := tasks.Len()
		if rows.known != nil {
			n = min(n, len(rows.known))
		}
		if err := t.d.tables.admit(t, n); err != nil {
			return err
		}
		made.expansion = tasks
		for number, task := range tasks.Numbered() {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if rows.add(&task) {
				made.numbers = append(made.numbers, int32(number))
			}
		}
	case catalog.MissingSource(t.d.Root, t.sweep, err) != nil:
		for line, err := range manifest.Read(t.d.Root.Manifest(t.sweep)) {
			if err != nil {
				return err
			}
			rows.add(&sweeps.Task{ID: line.ID, Seed: line.Seed, Varying: line.Parameters})
		}
		if err := t.d.tables.admit(t, len(made.ids)); err != nil {
			return err
		}
	case errors.Is(err, fs.ErrNotExist):
		return noSweep(t.sweep)
	default:
		return err
	}
	rows.finish()
	return nil
}

// decided are the tasks of a sweep with [until]: those that the coordinator has or that the manifest has, or without a coordinator those
// that follow from the results.
func (t *table) decided(ctx context.Context, x *catalog.Catalog, prober catalog.Prober) (map[sweeps.ID]bool, error) {
	known := map[sweeps.ID]bool{}
	if !t.isLive {
		status, err := x.ReadSweep(ctx, prober, t.sweep)
		if err != nil {
			return nil, err
		}
		for i := range status.Tasks {
			known[status.Tasks[i].Task.ID] = true
		}
		return known, nil
	}
	for _, id := range t.live.IDs {
		known[id] = true
	}
	for line, err := range manifest.ReadBriefs(t.d.Root.Manifest(t.sweep), 0) {
		if err != nil {
			return nil, err
		}
		known[line.ID] = true
	}
	return known, nil
}

func noSweep(name string) error {
	return &dashboard.Refusal{Code: 404, Text: "there is no sweep " + strconv.Quote(name[:min(len(name), 80)])}
}

// rowMaker makes the columns of identity.
type rowMaker struct {
	t      *rows
	known  map[sweeps.ID]bool // the tasks that there are; nil for all
	names  []string
	byName map[string]*varying
}

// varying is a parameter with the values of the rows that were added.
type varying struct {
	name   string
	values []sim.Value
	places map[sim.Value]int
	rows   []int32 // place in values; -1 for none
}

func newRowMaker(t *rows) *rowMaker {
	r := &rowMaker{t: t, byName: map[string]*varying{}}
	t.rowOf = map[sweeps.ID]int32{}
	return r
}

// add adds a task, unless it has a row already or is none of those that are known.
func (r *rowMaker) add(task *sweeps.Task) bool {
	if _, again := r.t.rowOf[task.ID]; again || r.known != nil && !r.known[task.ID] {
		return false
	}
	row := len(r.t.ids)
	r.t.rowOf[task.ID] = int32(row)
	r.t.ids, r.t.seeds = append(r.t.ids, task.ID), append(r.t.seeds, task.Seed)
	for i, s := range task.Varying {
		name := s.Name
		if _, again := task.Varying[i+1:].Get(name); again {
			name = "source." + name // of the network
		}
		r.set(name, row, s.Value)
	}
	if s := task.Source; s != nil && s.SeedKnown {
		r.set(sourceSeed, row, sim.IntegerValue(int(s.Seed)))
	}
	return true
}

func (r *rowMaker) set(name string, row int, value sim.Value) {
	v := r.byName[name]
	if v == nil {
		v = &varying{name: name, places: map[sim.Value]int{}}
		r.names, r.byName[name] = append(r.names, name), v
	}
	place, ok := v.places[value]
	if !ok {
		place = len(v.values)
		v.values, v.places[value] = append(v.values, value), place
	}
	for len(v.rows) < row {
		v.rows = append(v.rows, -1)
	}
	v.rows = append(v.rows, int32(place))
}

// finish keeps the parameters with several values, numbers in ascending order.
func (r *rowMaker) finish() {
	r.t.parameters, r.t.values = []api.Parameter{}, [][]int32{}
	for _, name := range r.names {
		v := r.byName[name]
		for len(v.rows) < len(r.t.ids) {
			v.rows = append(v.rows, -1)
		}
		if len(v.values) < 2 {
			continue
		}
		p := api.Parameter{Name: name, Unit: unitOf(name)}
		order := v.order()
		to := make([]int32, len(order))
		for place, from := range order {
			to[from] = int32(place)
			p.Values = append(p.Values, v.values[from].Any())
		}
		for row, place := range v.rows {
			if place >= 0 {
				v.rows[row] = to[place]
			}
		}
		r.t.parameters, r.t.values = append(r.t.parameters, p), append(r.t.values, v.rows)
	}
}

// order returns the places of the values in the order in which they are shown.
func (v *varying) order() []int {
	order := make([]int, len(v.values))
	for i := range order {
		order[i] = i
	}
	isNumber := func(x sim.Value) bool {
		switch x.Any().(type) {
		case int, float64:
			return true
		}
		return false
	}
	if !slices.ContainsFunc(v.values, func(x sim.Value) bool { return !isNumber(x) }) {
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(v.values[a].Float(), v.values[b].Float()) })
	}
	return order
}

func unitOf(name string) string {
	if p, err := sim.Lookup(name); err == nil {
		return p.Unit
	}
	return ""
}

// taskAt makes the task of a row again. Where the sweep's source is missing, only what its table has is known.
func (t *rows) taskAt(row int32) sweeps.Task {
	if t.expansion == nil {
		return sweeps.Task{ID: t.ids[row], Seed: t.seeds[row]}
	}
	return t.expansion.At(int(t.numbers[row]))
}
