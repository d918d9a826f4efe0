package sweeps

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"eisweep/sim"
	"eisweep/sweeps/internal/document"
)

// reader converts a document to a sweep, and collects its faults.
type reader struct {
	text   text
	sweep  *Sweep
	faults []Fault         // at most maxFaults
	failed int             // how many faults there were
	wrong  map[string]bool // parameters with a fault of their own
	values int             // of the axes so far
}

// keys are the entries of a sweep file, with the function that reads each.
var keys = []struct {
	name string
	read func(*reader, *document.Node)
}{
	{"name", (*reader).readName},
	{"experiment", (*reader).readExperiment},
	{"seeds", (*reader).readSeeds},
	{"source", (*reader).readSource},
	{"source_where", (*reader).readWhere},
	{"initial_state", (*reader).readInitial},
	{"parameters", (*reader).readParameters},
	{"axes", (*reader).readAxes},
	{"together", (*reader).readTogether},
	{"sample", (*reader).readSample},
	{"derive", (*reader).readDerive},
	{"only_if", (*reader).readOnlyIf},
	{"exclude", (*reader).readExcludes},
	{"until", (*reader).readUntil},
	{"replace", (*reader).readReplacements},
}

func keyNames() []string {
	var names []string
	for _, k := range keys {
		names = append(names, k.name)
	}
	return names
}

func (r *reader) read() (*Sweep, error) {
	r.sweep.text = r.text
	root, err := document.Parse(r.text.bytes)
	if bad := (*document.SyntaxError)(nil); errors.As(err, &bad) {
		return nil, &Faults{List: []Fault{r.text.fault(bad.At, bad.Problem, bad.Remedy)}}
	}
	for _, f := range root.Fields {
		if r.full() {
			break
		}
		r.checkKey(f)
	}
	for _, k := range keys { // in this order: the experiment and the axes come before what refers to them
		if f := root.Field(k.name); f != nil {
			r.sweep.places[k.name] = f.Place()
			k.read(r, f)
		}
	}
	r.require(root)
	r.faults = append(r.faults, r.sweep.writable()...)
	if len(r.faults) > 0 {
		return nil, r.report()
	}
	return r.sweep, nil
}

// checkKey reports an entry that sweep files do not have.
func (r *reader) checkKey(f *document.Node) {
	names := keyNames()
	if slices.Contains(names, f.Name) {
		return
	}
	if name := f.Leaf(); knownParameter(name) {
		r.fail(f.Key, fmt.Sprintf("the parameter %s is outside [parameters]", name),
			"move it under [parameters], or with a list of values under [axes]")
		return
	}
	remedy := "a sweep file has " + strings.Join(names, ", ")
	if near := sim.Nearest(f.Name, names); near != "" {
		remedy = "did you mean " + near + "?"
	}
	r.fail(f.Key, "unknown key "+sim.Excerpt(f.Name), remedy)
}

func knownParameter(name string) bool {
	_, err := sim.Lookup(name)
	return err == nil
}

// require reports the entries that every sweep file needs.
func (r *reader) require(root *document.Node) {
	if root.Field("name") == nil {
		r.fail(document.Span{}, "the sweep has no name", `write name = "…" at the top; `+nameRule)
	}
	if root.Field("experiment") == nil {
		r.fail(document.Span{}, "the sweep has no experiment", `write experiment = "APPROXIMATE", "GRADIENT" or "PERTURB"`)
	}
	if root.Field("seeds") == nil && r.sweep.until == nil && r.sweep.experiment.Trains() {
		r.sweep.seeds = []uint32{1}
	}
}

// report returns every fault of the file, including those of the sweep as a whole that do not
// follow from another fault.
func (r *reader) report() *Faults {
	if r.sweep.experiment != "" {
		r.faults = append(r.faults, r.sweep.consistency()...)
		r.faults = append(r.faults, r.sweep.combinationFaults(r.wrong)...)
	}
	return r.text.report(r.faults, r.full())
}

func (r *reader) fail(at document.Span, problem, remedy string) {
	if r.failed++; r.failed <= maxFaults {
		r.faults = append(r.faults, r.text.fault(at, problem, remedy))
	}
}

// full reports whether the limit of faults is reached, so that no more need to be found.
func (r *reader) full() bool { return r.failed > maxFaults }

// describe returns how an error message calls a value of the file.
func (r *reader) describe(n *document.Node) string { return n.Describe(r.text.bytes) }

// word reads a node that must be text.
func (r *reader) word(n *document.Node, what string) (string, bool) {
	s, ok := n.Data.(string)
	if !ok {
		r.fail(n.Place(), what+" must be text in quotes, not "+r.describe(n), "")
	}
	return s, ok
}

func (r *reader) readName(n *document.Node) {
	name, ok := r.word(n, "name")
	if !ok {
		return
	}
	if err := checkName(name); err != nil {
		r.fail(n.Value, err.Error(), "")
	}
	r.sweep.name = name
}

func (r *reader) readExperiment(n *document.Node) {
	word, ok := r.word(n, "experiment")
	if !ok {
		return
	}
	e, err := sim.ParseExperiment(word)
	if err != nil {
		r.fail(n.Value, err.Error(), "")
	}
	r.sweep.experiment = e
}

func (r *reader) readSource(n *document.Node) {
	source, ok := r.word(n, "source")
	if !ok {
		return
	}
	source, err := checkSource(source, filepath.Dir(r.text.name))
	if err != nil {
		r.fail(n.Value, err.Error(), `write source = "approximate" for a sweep, or the path of a result file or a directory of them`)
	}
	r.sweep.source = source
}
