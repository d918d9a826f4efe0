package sweeps

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"eisweep/sweeps/shipped"
)

// bare is a sweep without what only messages need.
func (s *Sweep) bare() Sweep {
	c := *s
	c.text, c.places, c.overridden = text{}, nil, nil
	return c
}

// checkRoundTrip looks whether a sweep reads as itself after it was written.
func checkRoundTrip(t *testing.T, s *Sweep) {
	t.Helper()
	written := s.TOML()
	again, err := Parse("/elsewhere/sweep.toml", written)
	if err != nil {
		t.Fatalf("parse what was written:\n%v\n%s", err, written)
	}
	if !reflect.DeepEqual(again.bare(), s.bare()) {
		t.Fatalf("read again it is %+v, want %+v", again.bare(), s.bare())
	}
	if !bytes.Equal(again.TOML(), written) {
		t.Fatalf("written again it is\n%s\nwant\n%s", again.TOML(), written)
	}
}

const everything = `
name = "everything"
experiment = "PERTURB"
seeds = [3, 1, 2]
source = "some/\"folder\\\u00fc\n"
initial_state = { file = "FILE.h5", take = ["wii", "wee"] }
source_where = { seed = [1, 2], pl.eta_e = 3 }
[parameters]
pl.soft_max = true
sy.w_dist = "normal"
numint.dt = 1e-4
[[together]]
pl.eta_e = [1, 2]
sy.e2e.p = [1, 0.5]
[[together]]
pl.eta_i = [1, 2]
[axes]
inp.n_stimuli = [3, 4]
inp.exc.bg_input = { from = -1, to = 1e6, count = 7 }
sy.i2e.p = [0.333333333]
[derive]
pl.rho0 = "pl.eta_e * 2 + perturb.size"
perturb.size = "min(pl.eta_i, 5) + 1"
perturb.n_perturbed = "round(inp.n_stimuli / 2)"
[[only_if]]
vary = ["inp.exc.bg_input", "pl.eta_i"]
pl.eta_e = 1
inp.n_stimuli = [3, 5]
[[exclude]]
pl.eta_e = 1
pl.bp_weights = [true, false]
[[exclude]]
pl.eta_e = 2
[[replace]]
tasks = ["t00112233445566778899aabbccddeeff"]
set.numint.max_steps = 3
set.pl.eta_i = 3
`

// growing is a sweep whose points get seeds until they have enough.
const growing = `
name = "growing"
experiment = "APPROXIMATE"
seeds = [9, 3, 5, 1]
[axes]
sy.e2e.w_total = [1, 2]
[until]
measure = "cc_mean"
half_width = 2.5e-2
min_seeds = 2
max_seeds = 3
`

func TestRoundTrip(t *testing.T) {
	checkRoundTrip(t, mustParse(t, everything))
	checkRoundTrip(t, mustParse(t, growing))
	for _, name := range shipped.Names() {
		checkRoundTrip(t, readShipped(t, name))
	}
}

func TestWrittenPathsAreAbsolute(t *testing.T) {
	s, err := Parse(
		"/home/me/sweeps/x.toml",
		[]byte("name = 'x'\nexperiment = 'PERTURB'\nsource = '../old/results.h5'\ninitial_state = { file = 'y.h5' }\n"),
	)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`source = "/home/me/old/results.h5"`, `file = "/home/me/sweeps/y.h5", take = ["wee", "wei", "wie", "wii"]`} {
		if !strings.Contains(string(s.TOML()), want) {
			t.Errorf("%q is missing in\n%s", want, s.TOML())
		}
	}
}

func FuzzSweepFile(f *testing.F) {
	f.Add(everything)
	f.Add(overridden)
	f.Add(derived)
	f.Add(restricted)
	f.Add(growing)
	f.Add(dependsOnItself)
	f.Add(fmt.Sprintf(sampled, "latin-hypercube", 5, 3))
	for _, name := range shipped.Names() {
		content, err := shipped.Read(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(content))
	}
	f.Fuzz(func(t *testing.T, content string) {
		s, err := Parse("/fuzz.toml", []byte(content))
		if err != nil {
			if faults, ok := err.(*Faults); !ok || len(faults.List) == 0 || faults.Error() == "" {
				t.Fatalf("error is %#v", err)
			}
			return
		}
		checkRoundTrip(t, s)
		if newGrid(s).size()*max(1, len(s.seeds)) < 1000 {
			checkTasks(t, s)
		}
	})
}

// checkTasks looks whether an expansion keeps what it promises.
func checkTasks(t *testing.T, s *Sweep) {
	e, err := s.Expand(t.Context(), nil)
	if err != nil {
		return
	}
	ids, names := map[ID]bool{}, map[string]bool{}
	for task := range e.All() {
		if task.ID != Identify(&task) || ids[task.ID] || names[task.File] {
			t.Fatalf("task %s (%s) is not what it says, or there twice, in\n%s", task.ID, task.File, s.TOML())
		}
		if len(task.File) > maxFileName || strings.Contains(task.File, "/") {
			t.Fatalf("file is %q", task.File)
		}
		ids[task.ID], names[task.File] = true, true
	}
	if len(ids) != e.Len() {
		t.Fatalf("%d tasks, Len %d", len(ids), e.Len())
	}
}

func FuzzSetting(f *testing.F) {
	f.Add("numint.n_trials=20")
	f.Add("pl.eta_e=-0")
	f.Add("pl.is_plastic=BOTH")
	f.Add("=")
	f.Fuzz(func(t *testing.T, content string) {
		s, err := ParseSetting(content)
		if err != nil {
			return
		}
		if again, err := ParseSetting(s.String()); err != nil || again != s {
			t.Fatalf("%q is %v, and that is %v, %v", content, s, again, err)
		}
	})
}

func FuzzSeeds(f *testing.F) {
	f.Add("1-10,15")
	f.Add("4294967295")
	f.Add("0-10000000")
	f.Fuzz(func(t *testing.T, content string) {
		seeds, err := ParseSeeds(content)
		if err != nil {
			return
		}
		if _, twice := repeated(seeds); twice || len(seeds) == 0 || len(seeds) > maxTasks {
			t.Fatalf("%q gives %d seeds", content, len(seeds))
		}
	})
}

func FuzzName(f *testing.F) {
	for _, name := range []string{"approximate", "../x", "a/b", "", "-a", strings.Repeat("a", 64), "A", "x.h5"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if checkName(name) == nil && (isPath(name) || strings.ContainsAny(name, "/\\.~ ") || len(name) > 63 || name == "") {
			t.Fatalf("%q is taken for a name", name)
		}
		if settings := ValuesInName(name); !slices.IsSortedFunc(settings, byOrder) {
			t.Fatalf("%q tells %v", name, settings)
		}
		source, err := checkSource(name, "/root")
		if err == nil && isPath(source) && !strings.HasPrefix(source, "/") {
			t.Fatalf("%q is the source %q", name, source)
		}
	})
}
