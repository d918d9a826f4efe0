package sweeps

import (
	"context"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"eisweep/sim"
)

// check looks at every task of an expansion. Its methods but task may be called
// on a nil check, which looks at nothing.
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
	return &check{ctx: ctx, sweep: s, seen: map[string]bool{}, seed: maphash.MakeSeed(), hits: make([]int, len(s.excludes)), replaced: map[ID]bool{}}
}

// add reports a fault, once for each key. It is made only then: millions of tasks may
// have the same one.
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

// say is add for a fault of the sweep.
func (c *check) say(key, problem, remedy string, places ...string) {
	c.add(key, func() Fault { return c.sweep.fault(problem, remedy, places...) })
}

func (c *check) faults() *Faults { return c.sweep.text.report(c.list, c.more) }

// task looks at one task.
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

// tooMany reports a sweep of more tasks than there may be.
func (c *check) tooMany(places ...string) {
	c.say("size", "the sweep has too many tasks", fmt.Sprintf("it may have %d, including those that [[exclude]] drops: split it", maxTasks), places...)
}

// values looks at the parameters of a task: by themselves, and against what it
// starts from.
func (c *check) values(d draft) {
	for _, f := range sim.Validate(d.task.Experiment, d.task.Parameters) {
		c.add("combination "+strings.Join(f.Names, " ")+f.Problem, func() Fault { return c.sweep.combinationFault(f, d.where()) })
	}
	if d.network != nil {
		c.inheritance(d)
	}
	if n := d.task.Parameters.Ng.Exc.NPerAxis; d.task.Initial != nil && n != c.initialSize {
		c.add(fmt.Sprint("initial size ", n), func() Fault {
			return c.sweep.fault(fmt.Sprintf("initial_state is of ng.exc.n_per_axis = %d, and %s of %d", c.initialSize, d.task.File, n),
				"set ng.exc.n_per_axis to the file's, or take another file", "initial_state", "ng.exc.n_per_axis")
		})
	}
}

// combinationFault is the fault of values that don't go together.
func (s *Sweep) combinationFault(f sim.Fault, where string) Fault {
	problem := f.Error()
	if where != "" {
		problem += " (at " + where + ")"
	}
	return s.fault(problem, "", append(slices.Clone(f.Names), "parameters", "axes", "experiment")...)
}

// where tells a task from the others of its sweep.
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

// inheritance looks whether a PERTURB task changes what its network was made
// with.
func (c *check) inheritance(d draft) {
	for _, s := range d.own {
		if !madeWith(s.Name) {
			continue
		}
		v, known := d.network.value(mustLookup(s.Name))
		if !d.network.told && s.Name != "ng.exc.n_per_axis" {
			c.say("untold "+s.Name, fmt.Sprintf("%s is the source's, and %s doesn't tell it", s.Name, d.network.what), "remove it", s.Name, "source")
		} else if known && v != s.Value {
			c.say("source "+s.String()+v.String(), fmt.Sprintf("%s, but the source %s was made with %s", s, d.network.what, v),
				"what a network was made with (sy, pl, its size) is its source's: remove it, or choose the sources with [source_where]", s.Name, "source")
		}
	}
}

// madeWith reports whether a parameter made the network that PERTURB pushes.
func madeWith(name string) bool {
	return strings.HasPrefix(name, "sy.") || strings.HasPrefix(name, "pl.") || name == "ng.exc.n_per_axis"
}

// excluded counts what an [[exclude]] drops.
func (c *check) excluded(i int) {
	if c != nil {
		c.hits[i]++
		c.sources = true
	}
}

// visited counts a combination, whether it is dropped or not, and reports whether there
// may be as many.
func (c *check) visited() bool {
	if c == nil {
		return true
	}
	if c.combinations++; c.combinations > maxTasks {
		c.tooMany("source", "axes")
	}
	return !c.enough()
}

// enough reports whether the sweep takes more tasks or time than one may, or nobody waits
// for it any longer.
func (c *check) enough() bool {
	return c != nil && (c.combinations > maxTasks || c.comparisons > maxExcluding || c.ctx.Err() != nil)
}

// excluding counts what a comparison with an [[exclude]] costs.
func (c *check) excluding(cost int) {
	if c == nil {
		return
	}
	if c.comparisons += cost; c.comparisons > maxExcluding {
		c.say("excluding", "too many [[exclude]] for so many combinations", "write fewer, with lists of values, or split the sweep", "exclude")
	}
}

// untold reports a source that [source_where] can't judge.
func (c *check) untold(n *network, name string) {
	if c != nil {
		c.say("where "+name, fmt.Sprintf("source_where: %s doesn't tell %s", n.what, name), "choose the files by their path instead", "source_where")
	}
}

// seedless reports a source that tells no seed.
func (c *check) seedless(n *network) {
	if c != nil {
		c.say("seedless", fmt.Sprintf("the source %s doesn't tell its seed", n.what), "give the tasks seeds of their own: seeds = [1], or --seeds 1", "source", "experiment")
		c.sources = true
	}
}

// finish looks at the tasks as a whole.
func (c *check) finish(e *Expansion) {
	for i, n := range c.hits {
		if n == 0 {
			c.say(excludePlace(i), "this [[exclude]] matches no combination", "compare it with the axes, or remove it", excludePlace(i), "exclude")
		}
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

// unused lists the tasks to be replaced that never came.
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

// combinationFaults are those of a training sweep's combinations that don't
// concern a parameter that is wrong already. It is for the report of a file that
// has other faults, and gives up on large sweeps.
func (s *Sweep) combinationFaults(wrong map[string]bool) []Fault {
	if !s.experiment.Trains() || combinations(s.axes) > 100_000 {
		return nil
	}
	g := newGrid(s)
	c := newCheck(context.Background(), s)
	g.each(func(at []int) bool {
		own := g.settings(slices.Clone(s.parameters), at)
		d := draft{task: Task{Varying: own[len(s.parameters):]}}
		for _, f := range sim.Validate(s.experiment, sim.Resolve(s.experiment, own)) {
			if !slices.ContainsFunc(f.Names, func(n string) bool { return wrong[n] }) {
				c.add("combination "+strings.Join(f.Names, " ")+f.Problem, func() Fault { return s.combinationFault(f, d.where()) })
			}
		}
		return true
	})
	return c.list
}
