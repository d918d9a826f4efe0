package sweeps

import (
	"cmp"
	"maps"
	"slices"

	"eisweep/internal/until"
	"eisweep/sim"
	"eisweep/sweeps/internal/document"
	"eisweep/sweeps/internal/stopping"
)

// MaxFile is the size of the largest sweep file, in bytes. Read at most one byte more:
// Parse refuses what is larger.
const MaxFile = document.MaxFile

// Sweep is a sweep file that was read and checked as far as possible by itself; Expand checks
// the rest. A Sweep is immutable: With and Replace return new ones.
type Sweep struct {
	name         string
	experiment   sim.Experiment
	seeds        []uint32       // empty: PERTURB takes those of its sources
	until        *stopping.Rule // nil: every point has all seeds
	source       string
	where        []condition
	initial      *initialFile
	parameters   []sim.Setting // in the order of sim.Table
	axes         []axis        // those of [axes], then those of [[together]], then that of [sample]
	derived      []derivation  // each after those that it needs
	restrictions []restriction
	excludes     [][]condition
	replacements []Replacement
	text         text
	places       map[string]document.Span // places in the text, for faults: of keys and parameters by name
	overridden   map[string]string        // in place of the text, what was given for a key or a parameter
}

// axis varies independently of the others: one parameter, or several together.
type axis struct {
	together bool    // written as [[together]]
	sample   *sample // written as [sample]
	columns  []column
}

// column is a parameter with its value at each position of an axis.
type column struct {
	name   string
	values []sim.Value
}

// size returns the number of positions of an axis.
func (a axis) size() int { return len(a.columns[0].values) }

// condition is true if a parameter has one of the values. In [source_where] the name may be
// "seed".
type condition struct {
	name   string
	values []sim.Value
	set    map[sim.Value]bool // of values
}

func newCondition(name string, values []sim.Value) condition {
	c := condition{name, values, make(map[sim.Value]bool, len(values))}
	for _, v := range values {
		c.set[v] = true
	}
	return c
}

// initialFile is the initial_state of a sweep file.
type initialFile struct {
	path string // absolute
	take []string
}

// Parse reads a sweep file. name is that of the file, for messages and for the paths in it,
// which are relative to its directory. The error is a *Faults with everything that is wrong
// with the file.
func Parse(name string, content []byte) (*Sweep, error) {
	r := &reader{
		text:  text{name: name, bytes: document.WithoutMark(content)},
		sweep: &Sweep{places: map[string]document.Span{}},
		wrong: map[string]bool{},
	}
	return r.read()
}

// Name returns the sweep's name, which is also that of its directory under the root.
func (s *Sweep) Name() string { return s.name }

// Experiment returns what every task of the sweep computes.
func (s *Sweep) Experiment() sim.Experiment { return s.experiment }

// SourceName returns where a PERTURB sweep finds its trained networks: the name of a sweep, or
// an absolute path (SourceIsPath); "" if there is none.
func (s *Sweep) SourceName() string { return s.source }

// SourceIsPath reports whether SourceName is a path.
func (s *Sweep) SourceIsPath() bool { return isPath(s.source) }

// Until says how many seeds each point of a sweep gets.
type Until struct {
	Measure string // a column of tables
	until.Rule
}

// Until returns the [until] of the sweep; false if it has none, and all points have all seeds. Points get the seeds in the order of
// the sweep; their number is the limit.
func (s *Sweep) Until() (Until, bool) {
	u := s.until
	if u == nil {
		return Until{}, false
	}
	return Until{u.Measure, until.Rule{HalfWidth: u.HalfWidth, Level: u.Level, Min: u.Least, Max: len(s.seeds)}}, true
}

// MeasureNames lists the measures that results of an experiment can have, as [until] names them.
func MeasureNames(e sim.Experiment) []string { return stopping.Measures(e) }

// copy returns a sweep whose parts can be changed without changing s.
func (s *Sweep) copy() *Sweep {
	c := *s
	c.seeds = slices.Clone(s.seeds)
	c.parameters = slices.Clone(s.parameters)
	c.derived = slices.Clone(s.derived)
	c.restrictions = slices.Clone(s.restrictions)
	c.excludes = slices.Clone(s.excludes)
	c.replacements = slices.Clone(s.replacements)
	c.places, c.overridden = maps.Clone(s.places), maps.Clone(s.overridden)
	c.axes = slices.Clone(s.axes)
	for i := range c.axes {
		c.axes[i].columns = slices.Clone(s.axes[i].columns)
	}
	return &c
}

// fault returns a fault at the first of the places that are in the text. If what is there was overridden, the fault names
// what was given instead.
func (s *Sweep) fault(problem, remedy string, places ...string) Fault {
	for _, p := range places {
		if given, ok := s.overridden[p]; ok {
			return s.text.fault(document.Span{}, given+": "+problem, remedy)
		}
		if at, ok := s.places[p]; ok {
			return s.text.fault(at, problem, remedy)
		}
	}
	return s.text.fault(document.Span{}, problem, remedy)
}

// sortSettings puts settings into the order in which file names have them.
func sortSettings(settings []sim.Setting) { slices.SortStableFunc(settings, byOrder) }

func byOrder(a, b sim.Setting) int { return cmp.Compare(sim.Order(a.Name), sim.Order(b.Name)) }
