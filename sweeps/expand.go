package sweeps

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"eisweep/sim"
	"eisweep/sweeps/internal/document"
	"eisweep/sweeps/internal/stopping"
)

// Expansion is the tasks of a sweep.
type Expansion struct {
	sweep     *Sweep
	grid      *grid
	networks  *networks // PERTURB
	initial   *Initial
	replacing map[ID][]int
	length    int
	unused    []ID
}

// Len is the number of tasks.
func (e *Expansion) Len() int { return e.length }

// Unused lists the tasks that Replace should replace but the sweep does not have.
func (e *Expansion) Unused() []ID { return e.unused }

// All returns the tasks in their order: by source, by seed, by the axes in the order of the
// file, the last one fastest. Tasks are created during iteration. Iterating again, from any
// goroutine, gives the same ones.
func (e *Expansion) All() iter.Seq[Task] {
	return func(yield func(Task) bool) {
		e.walk(func(d draft) bool { return yield(d.task) }, nil)
	}
}

// Numbered is All with the number of each task, with which At creates it again. The numbers
// increase; some belong to no task.
func (e *Expansion) Numbered() iter.Seq2[int, Task] {
	return func(yield func(int, Task) bool) {
		e.walk(func(d draft) bool { return yield(d.number, d.task) }, nil)
	}
}

// At creates the task with a number from Numbered.
func (e *Expansion) At(number int) Task {
	combinations, seeds := e.grid.size(), max(1, len(e.sweep.seeds))
	var n *network
	if e.networks != nil {
		n = e.networks.at(number / combinations / seeds)
	}
	m := e.newMaker(n)
	m.setSeed(m.seeds(nil)[number/combinations%seeds])
	at := e.grid.at(number % combinations)
	m.combine(at)
	return m.make(at).task
}

// Grows reports whether the sweep has [until]: its points need not get all seeds.
func (e *Expansion) Grows() bool { return e.sweep.until != nil }

// Point returns the point of the task with a number from Numbered, and the place of its seed in the order of the sweep, from 0. A
// point is a combination of a network (PERTURB) and of all varying parameters but the seed.
func (e *Expansion) Point(number int) (point, seed int) {
	combinations, seeds := e.grid.size(), max(1, len(e.sweep.seeds))
	return number/(combinations*seeds)*combinations + number%combinations, number / combinations % seeds
}

// NumberOf is the inverse of Point.
func (e *Expansion) NumberOf(point, seed int) int {
	combinations, seeds := e.grid.size(), max(1, len(e.sweep.seeds))
	return (point/combinations*seeds+seed)*combinations + point%combinations
}

// Expand expands the sweep into its tasks, and checks everything about them that can be
// checked before they run. lib may be nil for a sweep that refers to no other sweep or file.
// The error is a *Faults with everything that is wrong, or that of ctx.
func (s *Sweep) Expand(ctx context.Context, lib Library) (*Expansion, error) {
	if faults := s.consistency(); len(faults) > 0 {
		return nil, s.text.report(append(faults, s.combinationFaults(nil)...), false)
	}
	if lib == nil {
		lib = noLibrary{}
	}
	c := newCheck(ctx, s)
	if n := combinations(s.axes); n > maxTasks || n*max(1, len(s.seeds)) > maxTasks {
		c.tooMany("axes", "seeds")
		return nil, c.faults()
	}
	e := &Expansion{sweep: s, grid: newGrid(s), replacing: s.replacing()}
	s.lookUp(ctx, lib, e, c)
	if len(c.list) == 0 {
		e.walk(c.task, c)
		if !c.enough() {
			c.finish(e)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(c.list) > 0 {
		return nil, c.faults()
	}
	e.length, e.unused = len(c.ids), c.unused()
	return e, nil
}

// consistency reports entries that the experiment needs or does not take.
func (s *Sweep) consistency() []Fault {
	var faults []Fault
	add := func(problem, remedy string, places ...string) {
		faults = append(faults, s.fault(problem, remedy, places...))
	}
	trains := s.experiment.Trains()
	switch {
	case !trains && s.source == "" && s.places["source"] == (document.Span{}):
		add("PERTURB needs trained networks, but the sweep names no source",
			`write source = "approximate" (a sweep) or the path of a result file, or give --source`, "experiment")
	case trains && s.source != "":
		add(fmt.Sprintf("%s trains its own networks and does not take a source", s.experiment),
			"remove source, or start from a file's weights with initial_state", "source", "experiment")
	}
	if trains && len(s.where) > 0 {
		add(fmt.Sprintf("source_where selects sources, but %s does not take any", s.experiment), "remove it", "source_where")
	}
	if s.until != nil {
		s.checkUntil(add)
	}
	if !trains && s.initial != nil {
		add("PERTURB takes its weights from its source, not from initial_state", "remove it", "initial_state")
	}
	return faults
}

// checkUntil reports an [until] that can never be fulfilled.
func (s *Sweep) checkUntil(add func(problem, remedy string, places ...string)) {
	u := s.until
	if n := len(s.seeds); n > 0 && u.Least > n {
		have := fmt.Sprintf("there are only %d seeds", n)
		if n == 1 {
			have = "there is only 1 seed"
		}
		add(fmt.Sprintf("until has min_seeds = %d, but %s", u.Least, have),
			"give more seeds (max_seeds, if there is no list of them) or a smaller min_seeds", "seeds", "until.max_seeds", "until")
	}
	if names := stopping.Measures(s.experiment); u.IsMeasure() && !slices.Contains(names, u.Measure) {
		add(fmt.Sprintf("results of %s do not have %s", s.experiment, u.Measure),
			"they have "+strings.Join(names, ", "), "until.measure")
	}
}

// lookUp finds the sweep or files that the sweep refers to.
func (s *Sweep) lookUp(ctx context.Context, lib Library, e *Expansion, c *check) {
	if s.experiment == sim.Perturb {
		networks, fault := s.sources(ctx, lib)
		if fault != nil {
			c.add("source", func() Fault { return *fault })
		}
		e.networks = networks
	}
	if s.initial == nil {
		return
	}
	files, err := lib.Results(s.initial.path)
	switch {
	case err != nil:
		c.say("initial", "initial_state: "+err.Error(), "", "initial_state")
	case len(files) != 1:
		c.say("initial", fmt.Sprintf("initial_state: %s contains %d result files", s.initial.path, len(files)), "name one of them",
			"initial_state")
	case files[0].NPerAxis == 0:
		c.say("initial", fmt.Sprintf("initial_state: %s contains no weights", s.initial.path), "", "initial_state")
	default:
		e.initial = &Initial{Input: files[0].input(), Take: s.initial.take}
		c.initialSize = files[0].NPerAxis
	}
}

// noLibrary has no sweeps and no results.
type noLibrary struct{}

var errNoLibrary = errors.New("other sweeps and files are not available here")

func (noLibrary) Sweep(string) (*Sweep, error)         { return nil, errNoLibrary }
func (noLibrary) Results(string) ([]ResultFile, error) { return nil, errNoLibrary }
