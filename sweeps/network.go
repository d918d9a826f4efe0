package sweeps

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"

	"eisweep/sim"
)

// network is a trained network that a PERTURB task pushes, the result of a task or a file, with
// what is known about it.
type network struct {
	input   Input
	what    string // for messages
	known   bool   // its parameters are known
	tree    sim.Parameters
	varying []sim.Setting // the values in its file's name
	// inherited are the settings that PERTURB takes from the network.
	inherited []sim.Setting
}

// networks are those of a PERTURB sweep, created anew for each iteration. Their numbers
// increase; some belong to no network.
type networks struct {
	all iter.Seq2[int, *network]
	at  func(number int) *network
}

// value returns a parameter of the network, if it is known.
func (n *network) value(p *sim.Parameter) (sim.Value, bool) {
	if n.known {
		return p.Get(&n.tree), true
	}
	if v, ok := settingOf(n.inherited, p.Name); ok {
		return v, true
	}
	return settingOf(n.varying, p.Name)
}

func settingOf(settings []sim.Setting, name string) (sim.Value, bool) {
	for i := len(settings) - 1; i >= 0; i-- {
		if settings[i].Name == name {
			return settings[i].Value, true
		}
	}
	return sim.Value{}, false
}

// sources finds the networks of a PERTURB sweep.
func (s *Sweep) sources(ctx context.Context, lib Library) (*networks, *Fault) {
	fail := func(problem, remedy string) (*networks, *Fault) {
		f := s.fault(problem, remedy, "source", "experiment")
		return nil, &f
	}
	if s.SourceIsPath() {
		files, err := lib.Results(s.source)
		if err != nil {
			return fail("source: "+err.Error(), "give a result file or a directory of result files")
		}
		if problem := untrained(files); problem != "" {
			return fail(problem, "a source is the result of APPROXIMATE or GRADIENT")
		}
		return networksOfFiles(files), nil
	}
	source, err := lib.Sweep(s.source)
	if errors.Is(err, fs.ErrNotExist) {
		return fail(fmt.Sprintf("the source sweep %s does not exist: %v", s.source, err), "launch it first, or name another source")
	}
	if err != nil {
		return fail(fmt.Sprintf("the source sweep %s can't be read: %v", s.source, err), "")
	}
	if !source.experiment.Trains() {
		return fail(fmt.Sprintf("the source sweep %s is a PERTURB sweep and contains no trained networks", s.source),
			"name the sweep that trained the networks")
	}
	if source.until != nil {
		return fail(fmt.Sprintf("the source sweep %s has [until], so its networks are not known in advance", s.source),
			"finish it first; then give the directory of its results, ROOT/"+s.source+"/")
	}
	tasks, err := source.Expand(ctx, lib)
	if err != nil {
		return fail(fmt.Sprintf("the source sweep %s can't be expanded: %v", s.source, err), "")
	}
	return networksOfTasks(s.source, tasks), nil
}

// untrained reports a file without a trained network; "" if all have one.
func untrained(files []ResultFile) string {
	for _, f := range files {
		if f.Experiment == sim.Perturb || !f.Trained {
			return fmt.Sprintf("the source %s contains no trained network", f.Path)
		}
	}
	return ""
}

func networksOfTasks(sweep string, tasks *Expansion) *networks {
	all := func(yield func(int, *network) bool) {
		for number, t := range tasks.Numbered() {
			if !yield(number, networkOfTask(sweep, &t)) {
				return
			}
		}
	}
	return &networks{all: all, at: func(number int) *network {
		t := tasks.At(number)
		return networkOfTask(sweep, &t)
	}}
}

func networkOfTask(sweep string, t *Task) *network {
	return &network{
		input:     Input{Task: t.ID, Sweep: sweep, File: t.File, Seed: t.Seed, SeedKnown: true},
		what:      fmt.Sprintf("%s/%s", sweep, t.File),
		known:     true,
		tree:      t.Parameters,
		varying:   t.Varying,
		inherited: inherited(t.Settings()),
	}
}

func networksOfFiles(files []ResultFile) *networks {
	all := func(yield func(int, *network) bool) {
		for i, f := range files {
			if !yield(i, networkOfFile(f)) {
				return
			}
		}
	}
	return &networks{all: all, at: func(i int) *network { return networkOfFile(files[i]) }}
}

// networkOfFile returns what is known about a result file. If the file does not contain its
// parameters, these are the values in its name and the sizes of its arrays.
func networkOfFile(f ResultFile) *network {
	n := &network{input: f.input(), what: f.Path, known: f.Known, varying: ValuesInName(f.Path)}
	if !f.Known {
		n.inherited = append(inherited(n.varying), sizes(f)...)
		return n
	}
	n.tree = sim.Resolve(f.Experiment, f.Settings)
	n.inherited = inherited(f.Settings)
	for i, s := range n.varying { // the file takes precedence over its name
		n.varying[i].Value, _ = n.value(mustLookup(s.Name))
	}
	return n
}

// input returns how a task refers to a result file.
func (f *ResultFile) input() Input {
	in := Input{Task: f.Task, Sweep: f.Sweep, File: f.File, Seed: f.Seed, SeedKnown: f.Known}
	if f.Task == (ID{}) {
		in.SHA256, in.Path, in.Sweep, in.File = f.SHA256, f.Path, "", ""
	}
	return in
}

func sizes(f ResultFile) []sim.Setting {
	var settings []sim.Setting
	for _, s := range []struct {
		name string
		n    int
	}{{"ng.exc.n_per_axis", f.NPerAxis}, {"inp.n_stimuli", f.NStimuli}} {
		if v, err := mustLookup(s.name).Check(s.n); err == nil {
			settings = append(settings, sim.Setting{Name: s.name, Value: v})
		}
	}
	return settings
}

// inherited returns the settings of a network that PERTURB reads.
func inherited(settings []sim.Setting) []sim.Setting {
	return slices.DeleteFunc(slices.Clone(settings), func(s sim.Setting) bool {
		return !mustLookup(s.Name).ReadBy(sim.Perturb)
	})
}

// mustLookup is sim.Lookup for a name that is known to exist.
func mustLookup(name string) *sim.Parameter {
	p, err := sim.Lookup(name)
	if err != nil {
		panic(err)
	}
	return p
}
