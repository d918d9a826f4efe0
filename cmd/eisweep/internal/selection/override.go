package selection

import (
	"cmp"
	"errors"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/sim"
	"eisweep/sweeps"
)

// readOverrides parses the flags that override sweeps, and reports all their faults.
func (s *Sweeps) readOverrides() (sweeps.Overrides, error) {
	o := sweeps.Overrides{Name: s.as, Source: s.source}
	if s.usesTrials() {
		if _, err := sweeps.ParseSetting(s.trialsSetting()); err != nil {
			return o, cli.Usagef("-n %s: %w", s.trials, err)
		}
	}
	settings, err := ParseSettings(s.allSettings())
	faults := []error{err}
	o.Settings = settings
	for _, list := range []struct {
		flag, text string
		to         *[]uint32
	}{{"--seeds", s.seeds, &o.Seeds}, {"--add-seeds", s.addSeeds, &o.AddSeeds}} {
		if list.text == "" {
			continue
		}
		var err error
		if *list.to, err = sweeps.ParseSeeds(list.text); err != nil {
			faults = append(faults, cli.Usagef("%s %s: %w", list.flag, list.text, err))
		}
	}
	if s.source == "." || s.source == ".." {
		o.Source += "/" // a directory, not a name
	}
	return o, errors.Join(faults...)
}

// usesTrials reports whether -n is given and has an effect: PERTURB ignores it.
func (s *Sweeps) usesTrials() bool { return s.trials != "" && s.experiment != string(sim.Perturb) }

// trialsSetting is -n as a value of --set.
func (s *Sweeps) trialsSetting() string { return "numint.n_trials=" + s.trials }

// allSettings is --set and -n.
func (s *Sweeps) allSettings() []string {
	if !s.usesTrials() {
		return s.settings
	}
	return append([]string{s.trialsSetting()}, s.settings...)
}

// ParseSettings parses NAME=VALUE texts; each name may appear once.
func ParseSettings(texts []string) ([]sim.Setting, error) {
	var out []sim.Setting
	var faults []error
	seen := map[string]bool{}
	for _, text := range texts {
		setting, err := sweeps.ParseSetting(text)
		switch {
		case err != nil:
			faults = append(faults, cli.Usagef("--set %s: %w", text, err))
		case seen[setting.Name]:
			faults = append(faults, cli.Usagef("--set %s: %s is set twice", text, setting.Name))
		default:
			seen[setting.Name] = true
			out = append(out, setting)
		}
	}
	return out, errors.Join(faults...)
}

// apply applies each override to the sweeps that it concerns: a setting to experiments that read it, seeds to sweeps that train
// if any does, a source to PERTURB.
func (s *Sweeps) apply(e *cli.Env, list []*sweeps.Sweep, o sweeps.Overrides) ([]*sweeps.Sweep, error) {
	if err := s.checkUsed(e, list, o); err != nil {
		return nil, err
	}
	trains := false
	for _, sweep := range list {
		trains = trains || sweep.Experiment().Trains()
	}
	out, faults := make([]*sweeps.Sweep, len(list)), []error{}
	for i, sweep := range list {
		var err error
		own := sweeps.Overrides{Name: o.Name, Settings: readBy(sweep.Experiment(), o.Settings)}
		if !trains || sweep.Experiment().Trains() {
			own.Seeds, own.AddSeeds = o.Seeds, o.AddSeeds
		}
		if len(own.AddSeeds) > 0 && len(own.Seeds) == 0 {
			if own.Extended, err = s.launched(e, cmp.Or(o.Name, sweep.Name())); err != nil {
				faults = append(faults, err)
				continue
			}
		}
		if !sweep.Experiment().Trains() {
			own.Source = o.Source
		}
		if out[i], err = sweep.With(own); err != nil {
			faults = append(faults, cli.WithCode(cli.ExitInput, err))
		}
	}
	return out, errors.Join(faults...)
}

// checkUsed rejects overrides that none of the sweeps uses.
func (s *Sweeps) checkUsed(e *cli.Env, list []*sweeps.Sweep, o sweeps.Overrides) error {
	var faults []error
	perturbs := false
	for _, sweep := range list {
		perturbs = perturbs || !sweep.Experiment().Trains()
	}
	if o.Source != "" && !perturbs {
		faults = append(faults, cli.Usagef("--source %s: only PERTURB sweeps have a source, and none is given", s.source))
	}
	for _, setting := range o.Settings {
		read := false
		for _, sweep := range list {
			read = read || len(readBy(sweep.Experiment(), []sim.Setting{setting})) > 0
		}
		if !read {
			faults = append(faults, cli.Usagef("--set %s: %s does not read %s; see `eisweep params %s`", setting, experimentsText(list),
				setting.Name, setting.Name))
		}
	}
	if s.trials != "" && s.experiment == string(sim.Perturb) {
		e.Notef("-n %s has no effect: PERTURB trains nothing", s.trials)
	}
	return errors.Join(faults...)
}

func experimentsText(list []*sweeps.Sweep) string {
	var names []string
	for _, sweep := range list {
		names = append(names, string(sweep.Experiment()))
	}
	return strings.Join(names, ", ")
}

// readBy returns the settings that an experiment reads.
func readBy(x sim.Experiment, settings []sim.Setting) []sim.Setting {
	var out []sim.Setting
	for _, s := range settings {
		if p, err := sim.Lookup(s.Name); err == nil && p.ReadBy(x) {
			out = append(out, s)
		}
	}
	return out
}
