package sweeps

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"eisweep/sim"
	"eisweep/sweeps/internal/document"
)

// Replacement replaces tasks of a sweep by the same tasks with other values of some parameters.
type Replacement struct {
	Tasks    []ID
	Settings []sim.Setting
}

// Replace returns the sweep with some of its tasks replaced, in place and order,
// by the same tasks with the settings changed. Their ids and file names change, and
// Task.Replaces has the old ids. A replacement can itself be replaced. Ids that the sweep
// does not have are kept and have no effect; Expansion.Unused lists them. A parameter that the
// experiment does not read is an error, a *Faults, because it would replace nothing.
func (s *Sweep) Replace(r Replacement) (*Sweep, error) {
	if len(r.Tasks) == 0 || len(r.Settings) == 0 {
		return nil, errors.New("replace tasks: no task or no setting is named")
	}
	if faults := s.unread(r.Settings); len(faults) > 0 {
		return nil, &Faults{List: faults}
	}
	c := s.copy()
	r.Tasks, r.Settings = slices.Clone(r.Tasks), slices.Clone(r.Settings)
	sortSettings(r.Settings)
	c.replacements = append(c.replacements, r)
	if faults := c.writable(); len(faults) > 0 {
		return nil, &Faults{List: faults}
	}
	return c, nil
}

// Replaced lists the tasks that replacements name, including those that the sweep does not
// have.
func (s *Sweep) Replaced() iter.Seq[ID] {
	return func(yield func(ID) bool) {
		for _, r := range s.replacements {
			for _, id := range r.Tasks {
				if !yield(id) {
					return
				}
			}
		}
	}
}

// unread returns a fault for every setting that tasks of this experiment do not read.
func (s *Sweep) unread(settings []sim.Setting) []Fault {
	remedy := "choose a parameter that it reads"
	if !s.experiment.Trains() {
		remedy = "the source fixes how its network was made: replace tasks of the source"
	}
	var faults []Fault
	for _, set := range settings {
		if p, err := sim.Lookup(set.Name); err == nil && p.ReadBy(s.experiment) {
			continue
		}
		faults = append(faults, Fault{Problem: fmt.Sprintf("%s doesn't read %s", s.experiment, set.Name), Remedy: remedy})
	}
	return faults
}

// readReplacements reads the [[replace]] tables that Replace writes.
func (r *reader) readReplacements(n *document.Node) {
	for _, item := range r.tables(n, "replace") {
		if r.full() {
			return
		}
		var replacement Replacement
		for _, f := range item.Fields {
			switch f.Name {
			case "tasks":
				replacement.Tasks = r.ids(f)
			case "set":
				replacement.Settings = r.replacing(f)
			default:
				r.fail(f.Key, "unknown key "+sim.Excerpt(f.Name)+" in [[replace]]", "a replacement has tasks and set")
			}
		}
		if item.Field("tasks") == nil || item.Field("set") == nil {
			r.fail(item.Place(), "a [[replace]] without tasks or set", `write tasks = ["t…"] and set.numint.max_steps = 3000`)
		}
		r.sweep.replacements = append(r.sweep.replacements, replacement)
	}
}

func (r *reader) ids(n *document.Node) []ID {
	if len(n.Items) == 0 {
		r.fail(n.Place(), "tasks must be a list of task ids", `write tasks = ["t…"]`)
	}
	var ids []ID
	for _, item := range n.Items {
		word, _ := item.Data.(string)
		id, err := ParseID(word)
		if err != nil || id == (ID{}) {
			r.fail(item.Place(), "this is not a task id: t and 32 hex digits", "")
		}
		ids = append(ids, id)
	}
	return ids
}

func (r *reader) replacing(n *document.Node) []sim.Setting {
	var settings []sim.Setting
	for _, f := range r.table(n, "[replace.set]") {
		if v, ok := r.one(f.Parameter, f.node); ok {
			settings = append(settings, sim.Setting{Name: f.Name, Value: v})
		}
	}
	if n.IsTable() && len(n.Fields) == 0 {
		r.fail(n.Place(), "set names no parameter", "")
	}
	sortSettings(settings)
	return settings
}
