package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"eisweep/internal/quality"
	"eisweep/sweeps"
)

// regimes is the sweep file of quality_python_test.go.
const regimes = "testdata/regimes.toml"

// runRegimes runs the sweep and returns the root.
func runRegimes(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	if told := must(t, "run", regimes, "-p", root); !strings.Contains(told, "suspect: 20 of 24 results (") {
		t.Errorf("run ends with %s", told)
	}
	return root
}

// The quality of a result is in its line however the line came about: from the worker, by a link from another sweep, written
// again by verify without a manifest, and added by verify to a line of an earlier version.
func TestQualityIsInEveryLine(t *testing.T) {
	root := runRegimes(t)
	path := filepath.Join(root, "regimes", "manifest.jsonl")
	qualities := func(manifest string) map[sweeps.ID]*quality.Quality {
		t.Helper()
		last, err := lastLines(manifest)
		if err != nil {
			t.Fatal(err)
		}
		out := map[sweeps.ID]*quality.Quality{}
		for id, line := range last {
			out[id] = line.Quality
		}
		return out
	}
	want := qualities(path)
	same := func(what, manifest string) {
		t.Helper()
		if got := qualities(manifest); !reflect.DeepEqual(got, want) {
			text, _ := json.Marshal(got)
			t.Errorf("%s: %s", what, text)
		}
	}
	told := must(t, "run", regimes, "--as", "linked", "-p", root)
	if !strings.Contains(told, "24 linked") || !strings.Contains(told, "suspect: 20 of 24 results") {
		t.Errorf("the sweep with the same tasks ends with %s", told)
	}
	same("linked", filepath.Join(root, "linked", "manifest.jsonl"))

	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	must(t, "verify", "regimes", "-p", root)
	same("written again", path)

	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	earlier := regexp.MustCompile(`,"check":"[0-9a-f]{8}"|"quality":{("nan":{[^}]*}|[^}])*},`).ReplaceAll(text, nil)
	if err := os.WriteFile(path, earlier, 0o644); err != nil {
		t.Fatal(err)
	}
	if told := must(t, "status", "regimes", "-p", root); !strings.Contains(told, "quality unknown: 24 results") {
		t.Errorf("without a quality, status says %s", told)
	}
	if told := must(t, "verify", "regimes", "-p", root); !strings.Contains(told, "24 intact, 24 with their quality added to the manifest") {
		t.Errorf("verify says %s", told)
	}
	same("added", path)
	if told := must(t, "verify", "regimes", "-p", root); !strings.Contains(told, "regimes: 24 intact\n") {
		t.Errorf("then verify says %s", told)
	}

	changed := regexp.MustCompile(`,"check":"[0-9a-f]{8}"`).ReplaceAll(text, nil)
	changed = bytes.Replace(changed, []byte(`"silent":0,`), []byte(`"silent":0.25,`), 1)
	if err := os.WriteFile(path, changed, 0o644); err != nil {
		t.Fatal(err)
	}
	exits(t, 4, "the manifest differed in quality; the file is sound", "verify", "regimes", "-p", root)
	same("corrected", path)
}

// A suspect is explained wherever it is shown, and can be replaced; a run with suspects succeeds.
func TestSuspectsAreExplainedAndReplaced(t *testing.T) {
	root, file := t.TempDir(), filepath.Join(t.TempDir(), "short.toml")
	if err := os.WriteFile(file, []byte(`
name = "short"
experiment = "APPROXIMATE"
seeds = [1, 2]
[parameters]
ng.exc.n_per_axis = 2
inp.n_stimuli = 3
numint.n_trials = 2
sy.e2e.w_total = 1
[axes]
numint.max_steps = [3, 1500]
`), 0o644); err != nil {
		t.Fatal(err)
	}
	must(t, "run", file, "-p", root)
	const why = "100 % of the stimuli did not settle in the last trial, and the network did not learn from them; usual causes: " +
		"sy.e2e.w_total, numint.max_steps"
	told := must(t, "tasks", "short", "--suspect", "-p", root)
	if strings.Count(told, why) != 2 || strings.Count(told, ".h5") != 2 || !strings.Contains(told, "2 of the 4 tasks of short") {
		t.Errorf("tasks --suspect: %s", told)
	}
	id := regexp.MustCompile(`t[0-9a-f]{32}`).FindString(told)
	if told := must(t, "show", id, "-p", root); !strings.Contains(told, "suspect: unsettled\n") || !strings.Contains(told, why) {
		t.Errorf("show: %s", told)
	}
	if told := must(t, "explain", id, "-p", root); !strings.Contains(told, "its result is suspect (unsettled): "+why) {
		t.Errorf("explain: %s", told)
	}
	if told := must(t, "show", "short", "-p", root); !strings.Contains(told, "4 done (2 suspect)") {
		t.Errorf("show of the sweep: %s", told)
	}
	told = must(t, "status", "short", "-p", root)
	if !regexp.MustCompile(`numint.max_steps=3 +1-2 +1-2\n`).MatchString(told) || !strings.Contains(told, "short: 4 of 4 done, 2 suspect, ") {
		t.Errorf("status: %s", told)
	}
	if told := must(t, "rerun", "short", "--suspect", "--dry-run", "-p", root); !strings.Contains(told, "would run again 2 tasks") ||
		!strings.Contains(told, "results turn out the same") {
		t.Errorf("rerun without --set: %s", told)
	}
	told = must(t, "rerun", "short", "--suspect", "--set", "numint.max_steps=2000", "--seeds", "1", "-p", root)
	if !strings.Contains(told, "1 run") {
		t.Errorf("rerun: %s", told)
	}
	if told := must(t, "status", "short", "-p", root); !strings.Contains(told, "short: 4 of 4 done, 1 suspect, ") {
		t.Errorf("after the rerun: %s", told)
	}
}
