package analysis

import (
	"slices"

	"eisweep/coordinator/catalog"
	"eisweep/internal/manifest"
	"eisweep/internal/quality"
	"eisweep/internal/results"
	"eisweep/sim"
	"eisweep/sweeps"
)

// Result is a task of a sweep's latest launch, or a result file.
type Result struct {
	Sweep      string // "" for a file
	Name       string // of the file: as it was given, or in the sweep's directory
	Path       string // of the result; "" without one that is intact
	ID         sweeps.ID
	Experiment sim.Experiment // "" if not known
	Seed       *uint32        // nil if not known, as in files of the published program
	SourceSeed *uint32        // of the network that a PERTURB task perturbs
	Varying    sim.Values     // PERTURB: the source's, then its own
	Parameters *sim.Parameters
	State      string         // of the task; done for a file
	Line       *manifest.Line // the manifest's last line of the task; nil without one
	Quality    *quality.Quality
	intact     bool // the file is what the line says

	conditional []string // the parameters that apply only if the task sets them, because of [[only_if]]
}

// The states of a task whose result does not match the manifest.
const (
	missing = "missing"
	damaged = "damaged"
)

// newTask returns a task as the directory of its sweep describes it.
func newTask(dir string, t *catalog.TaskStatus) Result {
	r := Result{
		Sweep: dir, Name: t.Task.File, ID: t.Task.ID, Experiment: t.Task.Experiment, Seed: &t.Task.Seed,
		Varying: distinct(t.Task.Varying), Parameters: &t.Task.Parameters, State: string(t.State), Line: t.Line,
	}
	if t.Line != nil {
		r.Quality = t.Line.Quality
	}
	if s := t.Task.Source; s != nil && s.SeedKnown {
		r.SourceSeed = &s.Seed
	}
	r.intact = t.State == catalog.StateDone && t.Line != nil
	switch {
	case t.Gone:
		r.State = missing
	case t.Damaged:
		r.State = damaged
	}
	return r
}

// distinct renames the source's value of a parameter that the task also sets to source.NAME. It comes first.
func distinct(varying sim.Values) sim.Values {
	var out sim.Values
	for i, s := range varying {
		if _, again := varying[i+1:].Get(s.Name); again {
			s.Name = "source." + s.Name
		}
		out = append(out, s)
	}
	return out
}

// addInfo adds what a file says about itself.
func (r *Result) addInfo(info *results.Info) {
	if !info.HasTask {
		return
	}
	r.ID, r.Experiment, r.Seed, r.Varying = info.ID, info.Experiment, &info.Seed, info.Settings
	tree := sim.Resolve(info.Experiment, info.Settings)
	r.Parameters = &tree
	if s := info.Source; s != nil && s.SeedKnown {
		r.SourceSeed = &s.Seed
	}
}

// judgement is sound or suspect; "" for a task without a result or with an unknown quality.
func (r *Result) judgement() string {
	switch {
	case r.Path == "" || r.Quality == nil:
		return ""
	case r.Quality.IsSuspect():
		return suspect
	}
	return "sound"
}

// suspect is the judgement on a result with reasons not to trust it.
const suspect = "suspect"

// parameter returns the value of a parameter, and whether it is known.
func (r *Result) parameter(name string) (sim.Value, bool) {
	if v, ok := r.Varying.Get(name); ok {
		return v, true
	}
	p, err := sim.Lookup(name)
	if err != nil || slices.Contains(r.conditional, name) || r.Parameters == nil || !p.ReadBy(r.Experiment) {
		return sim.Value{}, false
	}
	return p.Get(r.Parameters), true
}
