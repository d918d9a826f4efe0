package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A PERTURB result does not contain what its source varies. Verify leaves these parameters in the
// manifest as they are; where the manifest was changed, it takes them from the file's name.
func TestVerifyKeepsWhatTheSourceOfPerturbVaries(t *testing.T) {
	root := t.TempDir()
	file := filepath.Join(t.TempDir(), "trained.toml")
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(file, `
name = "trained"
experiment = "APPROXIMATE"
seeds = [1]
[parameters]
ng.exc.n_per_axis = 2
inp.n_stimuli = 3
numint.n_trials = 1
[axes]
pl.is_plastic = ["NEITHER", "BOTH"]
`)
	must(t, "run", file, "-p", root)
	must(t, "run", "perturb", "--as", "pushed", "--source", "trained", "--set", "perturb.n_perturbed=2", "-p", root)
	if told := must(t, "verify", "-p", root); !strings.Contains(told, "pushed: 2 intact") {
		t.Errorf("verify says %s", told)
	}
	path := filepath.Join(root, "pushed", "manifest.jsonl")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const was, is = `"pl.is_plastic":"NEITHER"`, `"pl.is_plastic":"INH"`
	unchecked := regexp.MustCompile(`,"check":"[0-9a-f]{8}"}`).ReplaceAllString(string(text), "}")
	changed := strings.Replace(unchecked, was, is, 1)
	if changed == unchecked {
		t.Fatalf("the manifest has no %s: %s", was, text)
	}
	write(path, changed)
	exits(t, 4, "the manifest differed in parameters", "verify", "-p", root)
	if told := must(t, "verify", "-p", root); !strings.Contains(told, "pushed: 2 intact") {
		t.Errorf("after the repair, verify says %s", told)
	}
	if text, err = os.ReadFile(path); err != nil || strings.Count(string(text), was) != 1 {
		t.Errorf("the repaired manifest is %s, %v", text, err)
	}
}
