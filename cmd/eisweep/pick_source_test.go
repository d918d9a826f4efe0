package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/selection"
)

// TestPickingASource lists what is trained under a root and takes the answer.
func TestPickingASource(t *testing.T) {
	root := filepath.Join(t.TempDir(), "[lab]*")
	must(t, "run", sweepFile(t, "mine", "1", "[1]"), "-p", root)
	published := filepath.Join(root, "2021-05-04-13h02m01s_20trials_approx")
	for _, directory := range []string{published, filepath.Join(root, "2021-05-04-14h00m00s_20trials_perturb"), filepath.Join(root, "empty")} {
		if err := os.Mkdir(directory, 0o755); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(directory, "empty") {
			if err := os.WriteFile(filepath.Join(directory, "results~pl.is_plastic=BOTH.h5"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for answer, want := range map[string]string{"1": "mine", "2": published, "3": "", "": "", "x": ""} {
		e, _, told := quiet()
		e.Interactive, e.Stdin = true, strings.NewReader(answer+"\n")
		got, err := selection.PickSource(t.Context(), e, root)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("the answer %q gives %q (%v), want %q:\n%s", answer, got, err, want, told)
		}
		if !strings.Contains(told.String(), "1  mine\n  2  "+filepath.Base(published)+"\n") {
			t.Errorf("offered:\n%s", told)
		}
	}
	e, _, _ := quiet()
	e.Interactive = true
	if _, err := selection.PickSource(t.Context(), e, t.TempDir()); cli.ExitCode(err) != cli.ExitInput {
		t.Errorf("nothing to offer: %v", err)
	}
}

func TestSupersedingAsksOnATerminal(t *testing.T) {
	for answer, want := range map[string]int{"y": cli.ExitOK, "n": cli.ExitInput, "": cli.ExitInput} {
		root := t.TempDir()
		must(t, "run", sweepFile(t, "small", "1", "[1]"), "-p", root)
		e, out, told := quiet()
		e.Interactive, e.Stdin = true, strings.NewReader(answer+"\n")
		command := newCommand(e)
		command.SetArgs([]string{"run", sweepFile(t, "small", "2", "[1]"), "-p", root})
		if err := command.ExecuteContext(t.Context()); cli.ExitCode(err) != want {
			t.Errorf("the answer %q gives exit code %d (%v), want %d:\n%s%s", answer, cli.ExitCode(err), err, want, out, told)
		}
		if !strings.Contains(told.String(), "Move it to superseded/? Nothing is deleted. [y/N]") {
			t.Errorf("asked:\n%s", told)
		}
	}
}

// TestDroppingAsksOnATerminal, and repeats nothing when the answer is no.
func TestDroppingAsksOnATerminal(t *testing.T) {
	for answer, want := range map[string]int{"y": cli.ExitOK, "n": cli.ExitInput} {
		root := t.TempDir()
		must(t, "run", sweepFile(t, "small", "1", "[1, 2]"), "-p", root)
		e, out, told := quiet()
		e.Interactive, e.Stdin = true, strings.NewReader(answer+"\n")
		command := newCommand(e)
		command.SetArgs([]string{"run", sweepFile(t, "small", "1", "[1]"), "-p", root})
		err := command.ExecuteContext(t.Context())
		if cli.ExitCode(err) != want || err != nil && err.Error() != "not confirmed: nothing was launched or changed" {
			t.Errorf("the answer %q gives exit code %d (%v), want %d:\n%s%s", answer, cli.ExitCode(err), err, want, out, told)
		}
		if !strings.Contains(told.String(), "drops 1 finished task (seed 2)") || !strings.Contains(told.String(), "Launch it?") {
			t.Errorf("asked:\n%s", told)
		}
	}
}
