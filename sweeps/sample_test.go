package sweeps

import (
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"eisweep/sim"
)

const sampled = `
name = "sampled"
experiment = "APPROXIMATE"
seeds = [1, 2]
[axes]
pl.bp_weights = [true, false]
[sample]
method = "%s"
count = %d
seed = %d
sy.e2e.w_total = { from = 1, to = 3 }
pl.eta_e = { from = 1e-6, to = 1e-4, scale = "log" }
numint.n_trials = { from = 50, to = 500 }
inp.n_stimuli = { from = 3, to = 48, scale = "log" }
pl.is_plastic = ["EXC", "INH", "BOTH"]
`

func sampledSweep(t *testing.T, method string, count, seed int) *Sweep {
	t.Helper()
	return mustParse(t, fmt.Sprintf(sampled, method, count, seed))
}

func ids(t *testing.T, s *Sweep) map[ID]bool {
	t.Helper()
	out := map[ID]bool{}
	for task := range mustExpand(t, s, nil).All() {
		out[task.ID] = true
	}
	return out
}

// TestRaisingCountKeepsTheTasks of 60 points when there are 100.
func TestRaisingCountKeepsTheTasks(t *testing.T) {
	for _, method := range []string{"sobol", "random"} {
		for _, seed := range []int{0, 5} {
			few, many := ids(t, sampledSweep(t, method, 60, seed)), ids(t, sampledSweep(t, method, 100, seed))
			if len(few) != 240 || len(many) != 400 {
				t.Errorf("%s: %d and %d tasks, want 240 and 400", method, len(few), len(many))
			}
			for id := range few {
				if !many[id] {
					t.Errorf("%s: task %s is gone", method, id)
					break
				}
			}
		}
	}
}

// TestSampledValuesFillTheirRanges: each half, integer and word is drawn as often as it should be.
func TestSampledValuesFillTheirRanges(t *testing.T) {
	for _, method := range []string{"sobol", "latin-hypercube", "random"} {
		var low, logLow, stimuliLow, words, n int
		trials := map[int]bool{}
		for task := range mustExpand(t, sampledSweep(t, method, 1024, 3), nil).All() {
			p := task.Parameters
			if w := p.Sy.E2E.WTotal; w < 1 || w > 3 {
				t.Fatalf("w_total is %g", w)
			} else if w < 2 {
				low++
			}
			if eta := float64(p.Pl.EtaE); eta < float64(float32(1e-6)) || eta > float64(float32(1e-4)) {
				t.Fatalf("eta_e is %g", eta)
			} else if eta < 1e-5 {
				logLow++
			}
			if n := p.Inp.NStimuli; n < 3 || n > 48 {
				t.Fatalf("n_stimuli is %d", n)
			} else if n < 12 {
				stimuliLow++
			}
			if p.Pl.IsPlastic == "INH" {
				words++
			}
			trials[p.Numint.NTrials] = true
			n++
		}
		near := func(name string, got int, share float64) {
			if math.Abs(float64(got)/float64(n)-share) > 0.05 {
				t.Errorf("%s: %s: %d of %d, want a share of %g", method, name, got, n, share)
			}
		}
		near("w_total below 2", low, 0.5)
		near("eta_e below 1e-5", logLow, 0.5)
		near("n_stimuli below 12", stimuliLow, math.Log(12./3)/math.Log(49./3))
		near("INH", words, 1./3)
		if len(trials) < 300 || !trials[50] && !trials[51] || !trials[500] && !trials[499] {
			t.Errorf("%s: %d values of n_trials", method, len(trials))
		}
	}
}

// TestTheFirstSobolPointHasTheLowerEnds, as the page says.
func TestTheFirstSobolPointHasTheLowerEnds(t *testing.T) {
	first := files(mustExpand(t, sampledSweep(t, "sobol", 1, 0), nil))[0]
	want := "results~numint.n_trials=50~sy.e2e.w_total=1~pl.is_plastic=EXC~pl.bp_weights=true~pl.eta_e=1e-06~inp.n_stimuli=3~seed=1.h5"
	if first != want {
		t.Errorf("the first task is %s, want %s", first, want)
	}
}

// TestSampledTasksOnRecord: no version and no machine may draw other points.
func TestSampledTasksOnRecord(t *testing.T) {
	for method, want := range map[string]string{
		"sobol":           "61d5fe57cae9dd6d",
		"latin-hypercube": "726ca66a32dfbbe2",
		"random":          "321aac6498734045",
	} {
		hash := sha256.New()
		for task := range mustExpand(t, sampledSweep(t, method, 200, 11), nil).All() {
			fmt.Fprintln(hash, task.ID)
		}
		if got := fmt.Sprintf("%x", hash.Sum(nil)[:8]); got != want {
			t.Errorf("%s: the hash of the ids is %s, want %s", method, got, want)
		}
	}
}

func TestSamplesAreWrittenAsPoints(t *testing.T) {
	for _, method := range []string{"sobol", "latin-hypercube", "random"} {
		s := sampledSweep(t, method, 20, 7)
		checkRoundTrip(t, s)
		checkTasks(t, s)
		if text := string(s.TOML()); !strings.Contains(text, "[sample.points]\nsy.e2e.w_total = [") || strings.Contains(text, "from") {
			t.Errorf("written it is\n%s", text)
		}
	}
}

// TestRepeatedPointsAreLeftOut, also when an override makes points equal.
func TestRepeatedPointsAreLeftOut(t *testing.T) {
	s := mustParse(t, "name = 'x'\nexperiment = 'APPROXIMATE'\n[sample]\ncount = 100\npl.is_plastic = ['EXC', 'INH']\n"+
		"numint.n_trials = { from = 1, to = 3 }\npl.eta_e = { from = 1, to = 2 }\n")
	if n := mustExpand(t, s, nil).Len(); n != 100 {
		t.Errorf("%d tasks, want 100", n)
	}
	fixed, err := s.With(Overrides{Settings: []sim.Setting{setting(t, "pl.eta_e=1")}})
	if err != nil {
		t.Fatal(err)
	}
	if n := mustExpand(t, fixed, nil).Len(); n != 6 {
		t.Errorf("%d tasks, want 6", n)
	}
	sample, ok := fixed.Sample()
	names := []string{"pl.is_plastic", "numint.n_trials"}
	if !ok || sample.Points != 6 || sample.Method != "sobol" || !slices.Equal(sample.Parameters, names) {
		t.Errorf("the sample is %+v", sample)
	}
	checkRoundTrip(t, fixed)
	if _, ok := mustParse(t, "name = 'x'\nexperiment = 'APPROXIMATE'\n").Sample(); ok {
		t.Error("a sweep without [sample] has one")
	}
}

// TestExcludedPointsOfASample: conditions apply to sampled parameters.
func TestExcludedPointsOfASample(t *testing.T) {
	s := mustParse(t, fmt.Sprintf(sampled, "sobol", 30, 0)+"[[exclude]]\npl.is_plastic = 'EXC'\npl.bp_weights = true\n")
	for task := range mustExpand(t, s, nil).All() {
		if task.Parameters.Pl.IsPlastic == "EXC" && task.Parameters.Pl.BPWeights {
			t.Fatalf("%s was not dropped", task.File)
		}
	}
	if n := mustExpand(t, s, nil).Len(); n <= 60 || n >= 120 {
		t.Errorf("%d tasks", n)
	}
}
