package sweeps

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"eisweep/sim"
	"eisweep/sweeps/internal/document"
)

// ParseSetting reads "name=value", as a command line sets a parameter.
func ParseSetting(text string) (sim.Setting, error) {
	name, value, ok := strings.Cut(text, "=")
	if !ok {
		return sim.Setting{}, fmt.Errorf("%q has no value: write NAME=VALUE", sim.Excerpt(text))
	}
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	p, err := sim.Lookup(name)
	if err != nil {
		return sim.Setting{}, err
	}
	v, err := p.Parse(value)
	if err == nil {
		return sim.Setting{Name: name, Value: v}, nil
	}
	if remedy := meant(p, value); remedy != "" {
		return sim.Setting{}, fmt.Errorf("%s: %w; %s", name, err, remedy)
	}
	return sim.Setting{}, fmt.Errorf("%s: %w", name, err)
}

// Overrides are what a command line changes about a sweep file. Zero fields change nothing.
// Settings must come from ParseSetting, or from Check or Parse of the parameter.
type Overrides struct {
	Name     string        // another name for the sweep
	Settings []sim.Setting // each becomes an axis of one value; the last one of a name counts
	Seeds    []uint32      // replace those of the file
	AddSeeds []uint32      // are added to those of the file, if it does not have them
	Extended *Sweep        // AddSeeds: the sweep as it was launched; its seeds and its replacements of tasks are kept
	Source   string        // a sweep's name, or a path (absolute, or relative to the working directory)
}

// With returns the sweep with the overrides applied. The error is a *Faults.
func (s *Sweep) With(o Overrides) (*Sweep, error) {
	c := s.copy()
	var faults []Fault
	if o.Name != "" {
		if err := checkName(o.Name); err != nil {
			faults = append(faults, Fault{Problem: err.Error()})
		}
		c.name = o.Name
	}
	if o.Source != "" {
		source, err := checkSource(o.Source, "")
		if err != nil {
			faults = append(faults, Fault{Problem: "source: " + err.Error()})
		}
		c.source = source
		c.replaceText("source", "--source "+o.Source)
	}
	if seed, twice := repeated(o.Seeds); twice {
		faults = append(faults, Fault{Problem: fmt.Sprintf("seed %d is given twice", seed)})
	}
	if s.until != nil && len(o.AddSeeds) > 0 {
		return nil, &Faults{List: []Fault{{Problem: "this sweep has [until], which adds seeds by itself, so no seeds can be added",
			Remedy: "raise max_seeds or lower half_width in the sweep file, or give all its seeds with --seeds"}}}
	}
	if c.isExtensionOf(o.Extended) {
		o.AddSeeds = slices.Concat(o.Extended.seeds, o.AddSeeds)
		if len(c.replacements) == 0 {
			c.replacements = slices.Clone(o.Extended.replacements)
		}
	}
	if !c.changeSeeds(o) {
		faults = append(faults,
			Fault{Problem: "this sweep takes its seeds from its sources, so no seeds can be added: give all seeds instead"})
	}
	if len(o.Settings) > 0 { // which remove axes that never vary because of them, but not others
		faults = append(faults, c.idleFaults()...)
	}
	for _, setting := range o.Settings {
		c.override(setting)
	}
	if faults = append(faults, c.writable()...); len(faults) > 0 {
		return nil, &Faults{List: faults}
	}
	return c, nil
}

// isExtensionOf reports whether the tasks of a launched sweep can be among those of s; nil is none.
func (s *Sweep) isExtensionOf(launched *Sweep) bool {
	return launched != nil && launched.experiment == s.experiment
}

// changeSeeds applies the overrides of seeds; false if there is nothing to add to.
func (s *Sweep) changeSeeds(o Overrides) bool {
	if len(o.Seeds) > 0 {
		s.seeds = slices.Clone(o.Seeds)
		s.replaceText("seeds", "--seeds")
	}
	if len(s.seeds) == 0 && len(o.AddSeeds) > 0 {
		return false
	}
	have := make(map[uint32]bool, len(s.seeds))
	for _, seed := range s.seeds {
		have[seed] = true
	}
	for _, seed := range o.AddSeeds {
		if !have[seed] {
			s.seeds = append(s.seeds, seed)
		}
		have[seed] = true
	}
	return true
}

// override makes a parameter an axis of one value, wherever it was set before.
func (s *Sweep) override(set sim.Setting) {
	s.parameters = slices.DeleteFunc(s.parameters, func(p sim.Setting) bool { return p.Name == set.Name })
	if s.derived = slices.DeleteFunc(s.derived, func(d derivation) bool { return d.name == set.Name }); len(s.derived) == 0 {
		s.derived = nil
	}
	for i, a := range s.axes {
		s.axes[i].columns = slices.DeleteFunc(slices.Clone(a.columns), func(c column) bool { return c.name == set.Name })
		if a.sample != nil {
			s.axes[i] = s.axes[i].withoutRepeats()
		}
	}
	s.axes = slices.DeleteFunc(s.axes, func(a axis) bool { return len(a.columns) == 0 })
	end := slices.IndexFunc(s.axes, func(a axis) bool { return a.together || a.sample != nil })
	if end < 0 {
		end = len(s.axes)
	}
	s.axes = slices.Insert(s.axes, end, axis{columns: []column{{name: set.Name, values: []sim.Value{set.Value}}}})
	s.forgetRestrictions(set)
	s.forgetExcludes(set)
	s.replaceText(set.Name, "--set "+set.String())
}

// replaceText notes that an option of the command line, not the text, says what a key or a parameter is.
func (s *Sweep) replaceText(place, option string) {
	delete(s.places, place)
	if s.overridden == nil {
		s.overridden = map[string]string{}
	}
	s.overridden[place] = option
}

// forgetExcludes removes each [[exclude]] whose combinations an override has removed.
func (s *Sweep) forgetExcludes(set sim.Setting) {
	var kept [][]condition
	places := map[string]document.Span{}
	for i, conditions := range s.excludes {
		never := slices.ContainsFunc(conditions, func(c condition) bool {
			return s.following(c.name) == set.Name && !c.set[set.Value]
		})
		if !never {
			places[excludePlace(len(kept))] = s.places[excludePlace(i)]
			kept = append(kept, conditions)
		}
	}
	for i := range s.excludes {
		delete(s.places, excludePlace(i))
	}
	maps.Copy(s.places, places)
	s.excludes = kept
}
