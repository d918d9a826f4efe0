package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"eisweep/coordinator/catalog"
	"eisweep/internal/control"
	"eisweep/sim"
	"eisweep/sweeps"
)

// Choice selects tasks of a sweep.
type Choice struct {
	request control.Choice
	where   []sim.Setting
	ids     map[string]bool // of request.Tasks those that are whole
	parts   []string        // and those that are starts
	seeds   map[uint32]bool
}

// maxParts bounds the starts of ids, each of which is compared with every task.
const maxParts = 1000

// NewChoice checks a choice. The error names a parameter or value that doesn't exist.
func NewChoice(request control.Choice) (*Choice, error) {
	c := &Choice{request: request, ids: map[string]bool{}, seeds: map[uint32]bool{}}
	for _, seed := range request.Seeds {
		c.seeds[seed] = true
	}
	for _, name := range slices.Sorted(maps.Keys(request.Where)) {
		s, err := sweeps.ParseSetting(name + "=" + request.Where[name])
		if err != nil {
			return nil, fmt.Errorf("choose tasks by %s: %w", name, err)
		}
		c.where = append(c.where, s)
	}
	for _, text := range request.Tasks {
		if _, err := sweeps.ParseID(text); err == nil {
			c.ids[text] = true
		} else {
			c.parts = append(c.parts, text)
		}
	}
	if len(c.parts) > maxParts {
		return nil, fmt.Errorf("choose tasks: more than %d abbreviated ids: give them in full", maxParts)
	}
	return c, nil
}

// Fits reports whether a task has everything that the choice asks for.
func (c *Choice) Fits(t *catalog.TaskStatus) bool {
	failed := t.State == catalog.StateFailed
	switch {
	case c.request.Failed && !failed,
		c.request.Suspect && t.Verdict == 0,
		c.request.Class != "" && (!failed || t.Line == nil || t.Line.Class != c.request.Class),
		len(c.request.Seeds) > 0 && !c.seeds[t.Task.Seed],
		!c.named(t.Task.ID.String()):
		return false
	}
	return !slices.ContainsFunc(c.where, func(s sim.Setting) bool { return !hasValue(&t.Task, s) })
}

func (c *Choice) named(id string) bool {
	return len(c.request.Tasks) == 0 || c.ids[id] || slices.ContainsFunc(c.parts, func(part string) bool {
		return strings.HasPrefix(id,
			part)
	})
}

// hasValue reports whether a parameter has a value in a task; for PERTURB what its
// source was made with counts, as far as the file name tells.
func hasValue(t *sweeps.Task, want sim.Setting) bool {
	for _, s := range t.Varying {
		if s.Name == want.Name {
			return s.Value == want.Value
		}
	}
	p, err := sim.Lookup(want.Name)
	return err == nil && p.ReadBy(t.Experiment) && p.Get(&t.Parameters) == want.Value
}
