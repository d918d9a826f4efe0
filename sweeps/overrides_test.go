package sweeps

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"eisweep/sim"
)

const overridden = `
name = "base"
experiment = "APPROXIMATE"
seeds = [1, 2]
[parameters]
numint.n_trials = 20
[axes]
pl.is_plastic = ["BOTH", "EXC"]
sy.e2e.w_total = [1, 2]
[[together]]
pl.eta_e = [1e-5, 3e-5]
pl.eta_i = [1e-5, 2e-5]
[[exclude]]
pl.is_plastic = "EXC"
sy.e2e.w_total = 2
`

func with(t *testing.T, s *Sweep, o Overrides) *Sweep {
	t.Helper()
	c, err := s.With(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestOverrideBecomesAnAxis(t *testing.T) {
	s := mustParse(t, overridden)
	c := with(t, s, Overrides{Name: "other", Seeds: []uint32{5}, AddSeeds: []uint32{6, 5, 6}, Settings: []sim.Setting{
		setting(t, "numint.n_trials=30"), setting(t, "pl.is_plastic=BOTH"), setting(t, "pl.eta_i=0"),
	}})
	var want []string
	for _, seed := range []string{"5", "6"} {
		for _, w := range []string{"1", "2"} {
			for _, eta := range []string{"1e-05", "3e-05"} {
				want = append(want, "results~numint.n_trials=30~sy.e2e.w_total="+w+"~pl.is_plastic=BOTH~pl.eta_e="+eta+"~pl.eta_i=0~seed="+seed+".h5")
			}
		}
	}
	if got := files(mustExpand(t, c, nil)); !slices.Equal(got, want) {
		t.Errorf("files are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if c.Name() != "other" || s.Name() != "base" || mustExpand(t, s, nil).Len() != 12 {
		t.Errorf("the sweep itself was changed: %s", s.TOML())
	}
}

func TestOverrideKeepsWhatItIsTheSameTaskAs(t *testing.T) {
	s := mustParse(t, overridden)
	c := with(t, s, Overrides{Settings: []sim.Setting{setting(t, "numint.n_trials=20")}})
	var a, b []ID
	for task := range mustExpand(t, s, nil).All() {
		a = append(a, task.ID)
	}
	for task := range mustExpand(t, c, nil).All() {
		b = append(b, task.ID)
	}
	if !slices.Equal(a, b) {
		t.Error("repeating a value on the command line changes the tasks")
	}
}

func TestAddedSeedsNeedSeeds(t *testing.T) {
	if _, err := mustParse(t, pushedSweep).With(Overrides{AddSeeds: []uint32{1}}); err == nil {
		t.Error("seeds were added to those of the sources")
	}
	c := with(t, mustParse(t, "name = 'x'\nexperiment = 'GRADIENT'\n"), Overrides{AddSeeds: []uint32{3}})
	if !slices.Equal(c.seeds, []uint32{1, 3}) {
		t.Errorf("seeds are %v", c.seeds)
	}
}

// Seeds are added to those of the launched sweep, whose replacements are kept.
func TestSeedsAreAddedToTheLaunchedSweep(t *testing.T) {
	file := mustParse(t, overridden)
	launched := with(t, file, Overrides{AddSeeds: []uint32{7}})
	launched = replace(t, launched, Replacement{Tasks: []ID{mustExpand(t, file, nil).at(0).ID},
		Settings: []sim.Setting{setting(t, "numint.max_steps=3000")}})
	c := with(t, file, Overrides{AddSeeds: []uint32{9}, Extended: launched})
	if !slices.Equal(c.seeds, []uint32{1, 2, 7, 9}) || !reflect.DeepEqual(c.replacements, launched.replacements) {
		t.Errorf("seeds %v, replacements %v", c.seeds, c.replacements)
	}
	again := with(t, launched, Overrides{AddSeeds: []uint32{9}, Extended: launched})
	if !slices.Equal(again.seeds, c.seeds) || len(again.replacements) != 1 {
		t.Errorf("of the launched sweep itself: seeds %v, replacements %v", again.seeds, again.replacements)
	}
	other := mustParse(t, "name = 'base'\nexperiment = 'GRADIENT'\nseeds = [4]\n")
	if c := with(t, file, Overrides{AddSeeds: []uint32{9}, Extended: other}); !slices.Equal(c.seeds, []uint32{1, 2, 9}) {
		t.Errorf("of another experiment: %v", c.seeds)
	}
}

// A replacement that equals a task of the sweep is rejected by the name of that task's file.
func TestReplacementThatExists(t *testing.T) {
	s := mustParse(t, overridden)
	first := mustExpand(t, s, nil).at(0)
	collides := replace(t, s, Replacement{Tasks: []ID{first.ID}, Settings: []sim.Setting{setting(t, "pl.is_plastic=EXC")}})
	_, err := collides.Expand(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), first.ID.String()+" would be a point that the sweep has: results~") {
		t.Errorf("error %v", err)
	}
	both := replace(t, s, Replacement{Tasks: []ID{first.ID, mustExpand(t, s, nil).at(2).ID},
		Settings: []sim.Setting{setting(t, "sy.e2e.w_total=9")}})
	if _, err := both.Expand(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "would be replaced by one task, results~") {
		t.Errorf("error %v", err)
	}
}

func TestSourceOfTheCommandLine(t *testing.T) {
	s := mustParse(t, "name = 'x'\nexperiment = 'PERTURB'\n[parameters]\nperturb.n_perturbed = 3\n")
	if _, err := s.Expand(t.Context(), trainedLibrary(t)); err == nil || !strings.Contains(err.Error(), "names no source") {
		t.Errorf("without a source the error is %v", err)
	}
	c := with(t, s, Overrides{Source: "trained"})
	if n := mustExpand(t, c, trainedLibrary(t)).Len(); n != 8 || c.SourceIsPath() || c.SourceName() != "trained" {
		t.Errorf("%d tasks of source %s", n, c.SourceName())
	}
	for _, path := range []string{"./x", "x.h5", "../"} {
		if c := with(t, s, Overrides{Source: path}); !strings.HasPrefix(c.SourceName(), "/") || !c.SourceIsPath() {
			t.Errorf("source %s is %s", path, c.SourceName())
		}
	}
	if c, err := s.With(Overrides{Source: "./\xff.h5"}); err == nil {
		t.Errorf("a sweep file is to name %q", c.SourceName())
	}
}

func TestReplacement(t *testing.T) {
	s := mustParse(t, overridden)
	old := slices.Collect(mustExpand(t, s, nil).All())
	s = replace(
		t,
		s,
		Replacement{Tasks: []ID{old[1].ID, {1}}, Settings: []sim.Setting{setting(t, "numint.max_steps=3000"), setting(t, "pl.eta_i=0.5")}},
	)
	e := mustExpand(t, s, nil)
	first := slices.Collect(e.All())
	if got, want := first[1].File,
		"results~numint.max_steps=3000~sy.e2e.w_total=1~pl.is_plastic=BOTH~pl.eta_e=3e-05~pl.eta_i=0.5~seed=1.h5"; got != want {
		t.Errorf("file is %s, want %s", got, want)
	}
	if first[1].Replaces != old[1].ID || first[1].ID != Identify(&first[1]) || !slices.Equal(e.Unused(), []ID{{1}}) {
		t.Errorf("task is %+v, unused %v", first[1], e.Unused())
	}
	first[1] = old[1]
	if !reflect.DeepEqual(first, old) {
		t.Error("other tasks changed")
	}
	s = replace(t, s, Replacement{Tasks: []ID{e.at(1).ID}, Settings: []sim.Setting{setting(t, "numint.max_steps=4000")}})
	again := mustExpand(t, s, nil)
	if task := again.at(1); task.Replaces != e.at(1).ID || task.Parameters.Numint.MaxSteps != 4000 || task.Parameters.Pl.EtaI != 0.5 {
		t.Errorf("the replaced replacement is %+v", task)
	}
	checkRoundTrip(t, s)
}

func replace(t *testing.T, s *Sweep, r Replacement) *Sweep {
	t.Helper()
	c, err := s.Replace(r)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// at is the i-th task.
func (e *Expansion) at(i int) Task { return slices.Collect(e.All())[i] }

// A source's replacement takes the place of what failed in what depends on it.
func TestDependentsTakeTheReplacement(t *testing.T) {
	lib := trainedLibrary(t)
	s := lib.sweeps["trained"]
	failed := mustExpand(t, s, nil).at(2)
	lib.sweeps["trained"] = replace(t, s, Replacement{Tasks: []ID{failed.ID}, Settings: []sim.Setting{setting(t, "numint.max_dr=1")}})
	pushed := mustExpand(t, mustParse(t, pushedSweep+"[parameters]\nperturb.n_perturbed = 3"), lib).at(2)
	if now := mustExpand(t, lib.sweeps["trained"], nil).at(2); pushed.Source.Task != now.ID || now.ID == failed.ID {
		t.Errorf("the source is %s, want %s", pushed.Source.Task, now.ID)
	}
}

func TestReplacementIsChecked(t *testing.T) {
	s := mustParse(t, overridden)
	s = replace(t, s, Replacement{Tasks: []ID{mustExpand(t, s, nil).at(0).ID}, Settings: []sim.Setting{setting(t, "numint.every_n=7")}})
	if _, err := s.Expand(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "does not divide") {
		t.Errorf("error is %v", err)
	}
	if _, err := s.Replace(Replacement{}); err == nil {
		t.Error("an empty replacement is accepted")
	}
	for text, name := range map[string]string{overridden: "perturb.size=3", pushedSweep: "pl.eta_e=3"} {
		var faults *Faults
		id := mustExpand(t, mustParse(t, overridden), nil).at(0).ID
		_, err := mustParse(t, text).Replace(Replacement{Tasks: []ID{id}, Settings: []sim.Setting{setting(t, name)}})
		if !errors.As(err, &faults) || !strings.Contains(err.Error(), "doesn't read") {
			t.Errorf("%s is set: %v", name, err)
		}
	}
}

func TestParseSeeds(t *testing.T) {
	got, err := ParseSeeds("1-3, 15,4294967295")
	if want := []uint32{1, 2, 3, 15, 4294967295}; err != nil || !slices.Equal(got, want) {
		t.Errorf("seeds are %v, %v", got, err)
	}
	for _, bad := range []string{"", "1,", "3-1", "-1", "4294967296", "1,1-2", "x", "1-2-3", "+1", "0-4294967295"} {
		if seeds, err := ParseSeeds(bad); err == nil {
			t.Errorf("%q gives %d seeds", bad, len(seeds))
		}
	}
}

func TestParseSettingRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"numint.n_trials":     "write NAME=VALUE",
		"numint.n_trial=3":    "did you mean numint.n_trials?",
		"numint.n_trials=0":   "numint.n_trials: 0 is out of range",
		"numint.n_trials=1.0": "not an integer",
		"numint.dt=nan":       "finite",
		"pl.is_plastic=both":  "both is not a legal value (legal: NEITHER, BOTH, EXC, INH); did you mean BOTH?",
	} {
		if _, err := ParseSetting(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v, want %q", text, err, want)
		}
	}
}
