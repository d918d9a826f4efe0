package sweeps

import (
	"context"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"eisweep/sim"
)

// check checks every task of an expansion. All methods except task may be called on a nil
// check, which checks nothing.
type check struct {
	ctx          context.Context
	sweep        *Sweep
	list         []Fault
	seen         map[string]bool // keys of the faults in list
	more         bool            // there were more than maxFaults
	ids          []ID
	names        []uint64 // hashes of the file names
	seed         maphash.Seed
	hits         []int // of each [[exclude]]
	replaced     map[ID]bool
	sources      bool // some source passed
	initialSize  int
	combinations int // visited
	comparisons  int // of combinations with an [[exclude]]
}

func newCheck(ctx context.Context, s *Sweep) *check {
	return &check{ctx: ctx, sweep: s, seen: map[string]bool{}, seed: maphash.MakeSeed(), hits: make([]int, len(s.excludes)),
		replaced: map[ID]bool{}}
}

// add reports a fault once for each key. Only then it calls made: millions of tasks may have
// the same fault.
func (c *check) add(key string, made func() Fault) {
	if c.seen[key] {
		return
	}
	if c.more = len(c.list) >= maxFaults; c.more {
		return
	}
	c.seen[key] = true
	c.list = append(c.list, made())
}

// say adds a fault of the sweep.
func (c *check) say(key, problem, remedy string, places ...string) {
	c.add(key, func() Fault { return c.sweep.fault(problem, remedy, places...) })
}

func (c *check) faults() *Faults { return c.sweep.text.report(c.list, c.more) }

// task checks one task. It returns false when no more faults are reported.
func (c *check) task(d draft) bool {
	t := &d.task
	c.ids = append(c.ids, t.ID)
	c.names = append(c.names, maphash.String(c.seed, t.File))
	c.sources = true
	if t.Replaces != (ID{}) {
		c.replaced[t.Replaces] = true
	}
	if !d.checked {
		c.values(d)
	}
	return !c.more
}

// tooMany reports a sweep with too many tasks.
func (c *check) tooMany(places ...string) {
	c.say("size", "the sweep has too many tasks", fmt.Sprintf("the limit is %d, including those that [[exclude]] drops: split it",
		maxTasks), places...)
}

// values checks the parameters of a task, by themselves and against the file that it starts
// from.
func (c *check) values(d draft) {
	for _, f := range sim.Validate(d.task.Experiment, d.task.Parameters) {
		c.add("combination "+strings.Join(f.Names, " ")+f.Problem, func() Fault { return c.sweep.combinationFault(f, d.where()) })
	}
	if d.network != nil {
		c.inheritance(d)
	}
	if n := d.task.Parameters.Ng.Exc.NPerAxis; d.task.Initial != nil && n != c.initialSize {
		c.add(fmt.Sprint("initial size ", n), func() Fault {
			return c.sweep.fault(fmt.Sprintf("the file of initial_state has ng.exc.n_per_axis = %d, but %s has %d", c.initialSize,
				d.task.File, n),
				"set ng.exc.n_per_axis to that of the file, or use another file", "initial_state", "ng.exc.n_per_axis")
		})
	}
}

// combinationFault returns the fault of values that cannot be combined.
func (s *Sweep) combinationFault(f sim.Fault, where string) Fault {
	problem := f.Error()
	if where != "" {
		problem += " (at " + where + ")"
	}
	return s.fault(problem, "", append(slices.Clone(f.Names), "parameters", "axes", "experiment")...)
}

// where describes what distinguishes a task from the others of its sweep.
func (d *draft) where() string {
	var parts []string
	if d.network != nil {
		parts = append(parts, "source "+d.network.what)
	}
	for _, s := range d.task.Varying {
		parts = append(parts, s.String())
	}
	return strings.Join(parts, ", ")
}

// inheritance checks that a PERTURB task does not change parameters that made its network.
func (c *check) inheritance(d draft) {
	for _, s := range d.own {
		if !madeWith(s.Name) {
			continue
		}
		v, known := d.network.value(mustLookup(s.Name))
		if !d.network.known && s.Name != "ng.exc.n_per_axis" {
			c.say("untold "+s.Name, fmt.Sprintf("%s is fixed by the source, and %s does not contain it", s.Name, d.network.what),
				"remove it", s.Name, "source")
		} else if known && v != s.Value {
			c.say("source "+s.String()+v.String(), fmt.Sprintf("%s, but the source %s was made with %s", s, d.network.what, v),
				"the source fixes how its network was made (sy, pl, its size): remove it, or select sources with [source_where]", s.Name, "source")
		}
	}
}

// madeWith reports whether a parameter determines the network that PERTURB pushes.
func madeWith(name string) bool {
	return strings.HasPrefix(name, "sy.") || strings.HasPrefix(name, "pl.") || name == "ng.exc.n_per_axis"
}

// excluded counts a combination that an [[exclude]] drops.
func (c *check) excluded(i int) {
	if c != nil {
		c.hits[i]++
		c.sources = true
	}
}

// visited counts a combination, dropped or not, and reports whether to continue.
func (c *check) visited() bool {
	if c == nil {
		return true
	}
	if c.combinations++; c.combinations > maxTasks {
		c.tooMany("source", "axes")
	}
	return !c.enough()
}

// enough reports whether the sweep exceeds the limits of tasks or comparisons, or its
// context has ended.
func (c *check) enough() bool {
	return c != nil && (c.combinations > maxTasks || c.comparisons > maxExcluding || c.ctx.Err() != nil)
}

// excluding adds the cost of a comparison with an [[exclude]].
func (c *check) excluding(cost int) {
	if c == nil {
		return
	}
	if c.comparisons += cost; c.comparisons > maxExcluding {
		c.say("excluding", "too many [[exclude]] for so many combinations", "write fewer, with lists of values, or split the sweep",
			"exclude")
	}
}

// unknownValue reports a source that does not contain a parameter of [source_where].
func (c *check) unknownValue(n *network, name string) {
	if c != nil {
		c.say("where "+name, fmt.Sprintf("source_where: %s does not contain %s", n.what, name), "select the files by their paths instead",
			"source_where")
	}
}

// unknownSeed reports a source that does not contain its seed.
func (c *check) unknownSeed(n *network) {
	if c != nil {
		c.say("seedless", fmt.Sprintf("the source %s does not contain its seed", n.what),
			"give the tasks their own seeds: seeds = [1], or --seeds 1", "source", "experiment")
		c.sources = true
	}
}

// finish checks the tasks as a whole.
func (c *check) finish(e *Expansion) {
	for i, n := range c.hits {
		if n == 0 {
			c.say(excludePlace(i), "this [[exclude]] matches no combination", "compare it with the axes, or remove it", excludePlace(i),
				"exclude")
		}
	}
	for _, f := range c.sweep.idleFaults() {
		c.add("only_if", func() Fault { return f })
	}
	switch {
	case len(c.ids) > 0:
		c.distinct(e)
	case len(c.list) > 0:
	case !c.sources:
		c.say("none", "no source matches [source_where]", "compare it with the source's parameters", "source_where", "source")
	default:
		c.say("none", "the sweep has no tasks: [[exclude]] drops every combination", "", "exclude")
	}
}

// unused lists the tasks to replace that the sweep does not have.
func (c *check) unused() []ID {
	var ids []ID
	for _, r := range c.sweep.replacements {
		for _, id := range r.Tasks {
			if !c.replaced[id] {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// combinationFaults returns the faults of a training sweep's combinations, except for
// parameters that are already known to be wrong. It is used for the report of a file with
// other faults, and skips large sweeps.
func (s *Sweep) combinationFaults(wrong map[string]bool) []Fault {
	if !s.experiment.Trains() || combinations(s.axes) > 100_000 {
		return nil
	}
	m := (&Expansion{sweep: s, grid: newGrid(s)}).newMaker(nil)
	c := newCheck(context.Background(), s)
	m.grid.each(func(at []int) bool {
		if ok, bad := m.combine(at); !ok || len(bad) > 0 {
			return true
		}
		for _, f := range sim.Validate(s.experiment, m.resolve(m.own)) {
			if !slices.ContainsFunc(f.Names, func(n string) bool { return wrong[n] }) {
				c.add("combination "+strings.Join(f.Names, " ")+f.Problem, func() Fault { return s.combinationFault(f, m.where()) })
			}
		}
		return true
	})
	return c.list
}
