package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"eisweep/cmd/eisweep/internal/display"
	"eisweep/internal/manifest"
	"eisweep/sweeps"
)

// TestScripts runs the commands as they are typed. The scripts are documentation:
// start with testdata/script/first_run.txt. Besides testscript's own commands they
// use
//
//	exits CODE PROGRAM ARGUMENT…   the program ends with that exit code
//	tasks SWEEP done=N failed=N    what the manifest says of the sweep's tasks
//	files FOLDER N                 how many .h5 files lie there
//	flip FILE                      changes one bit in the middle of the file
//	setid VARIABLE SWEEP TEXT      the id of the only task with TEXT in its name
//	start NAME TEXT PROGRAM …      starts a program beside the script, and waits until it says TEXT
//	await NAME TEXT                waits until it says TEXT again
//	end NAME SIGNAL CODE           sends it TERM, INT, HUP, KILL or nothing (-); it ends with that exit code
//
// The root is $WORK/root. $GOLDEN holds files of the published program.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		Setup:         setupScript,
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exitsCommand, "tasks": tasksCommand, "files": filesCommand, "flip": flipCommand, "setid": setidCommand,
			"start": startCommand, "await": awaitCommand, "end": endCommand,
		},
	})
}

func setupScript(env *testscript.Env) error {
	env.Setenv("HOME", env.WorkDir)
	published, err := filepath.Abs("../../testdata/golden")
	if err != nil {
		return err
	}
	env.Setenv("GOLDEN", published)
	env.Values[backgroundsKey{}] = backgrounds{}
	env.Defer(func() { endDetached(filepath.Join(env.WorkDir, "root", ".eisweep")) })
	env.Setenv("EISWEEP_ROOT", filepath.Join(env.WorkDir, "root"))
	return nil
}

func exitsCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGUMENT…")
	}
	code, err := 0, ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// lastLines is what a manifest says of each task.
func lastLines(path string) (map[sweeps.ID]manifest.Line, error) {
	last := map[sweeps.ID]manifest.Line{}
	for line, err := range manifest.Read(path) {
		if err != nil {
			return nil, err
		}
		last[line.ID] = line
	}
	return last, nil
}

func tasksCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: tasks SWEEP done=N failed=N")
	}
	last, err := lastLines(filepath.Join(ts.Getenv("EISWEEP_ROOT"), args[0], "manifest.jsonl"))
	ts.Check(err)
	states := map[string]int{}
	for _, line := range last {
		states[string(line.State)]++
	}
	for _, want := range args[1:] {
		state, _, _ := strings.Cut(want, "=")
		if got := fmt.Sprintf("%s=%d", state, states[state]); got != want {
			ts.Fatalf("%s has %s, want %s", args[0], got, want)
		}
	}
}

func filesCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: files FOLDER N")
	}
	found, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "*.h5"))
	ts.Check(err)
	if strconv.Itoa(len(found)) != args[1] {
		ts.Fatalf("%s has %d result files, want %s: %v", args[0], len(found), args[1], found)
	}
}

func flipCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: flip FILE")
	}
	path := ts.MkAbs(args[0])
	text, err := os.ReadFile(path)
	ts.Check(err)
	text[len(text)/2] ^= 1
	ts.Check(os.WriteFile(path, text, 0o644))
}

func setidCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: setid VARIABLE SWEEP TEXT")
	}
	last, err := lastLines(filepath.Join(ts.Getenv("EISWEEP_ROOT"), args[1], "manifest.jsonl"))
	ts.Check(err)
	var found []string
	for id, line := range last {
		if strings.Contains(display.TaskName(&line), args[2]) {
			found = append(found, id.String())
		}
	}
	if len(found) != 1 {
		ts.Fatalf("%d tasks of %s have %s in their names", len(found), args[1], args[2])
	}
	ts.Setenv(args[0], found[0])
}
