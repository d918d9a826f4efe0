package follow

import (
	"testing"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/display"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/sim"
	"eisweep/sweeps"
)

// TestRerunIsFollowedByItsTasks follows the rerun of three tasks of a sweep, others of
// which run as well.
func TestRerunIsFollowedByItsTasks(t *testing.T) {
	id := func(n byte) sweeps.ID { return sweeps.ID{n} }
	f := Follower{names: []string{"mine"}, subset: NewTaskSubset(map[sweeps.ID]bool{id(1): true, id(2): true, id(3): true}),
		observer: display.NewLines(&cli.Env{Stdout: t.Output()})}
	half := sim.Progress{Done: 5, Total: 10}
	snapshot := control.Snapshot{
		Sweeps: []control.SweepState{
			{Name: "mine", Progress: control.Progress{Tasks: 100, Done: 80, Failed: 4, Running: 2, Pending: 14}, Status: control.Open},
			{Name: "other", Progress: control.Progress{Tasks: 7, Pending: 7}},
		},
		Running: []control.RunningTask{{ID: id(2), Sweep: "mine", Progress: half}, {ID: id(9), Sweep: "mine"}, {ID: id(8), Sweep: "other"}},
	}
	want := func(what string, done, failed, running, queued int, work float64, settled bool) {
		t.Helper()
		f.show(snapshot)
		x := f.last.Sweeps[0]
		if len(f.last.Sweeps) != 1 || x.Tasks != 3 || x.Done != done || x.Failed != failed || x.Running != running || x.Pending != queued ||
			x.WorkDone != work || x.WorkTotal != 3 || x.Waiting != 0 {
			t.Errorf("%s: %+v", what, f.last.Sweeps)
		}
		if f.settled() != settled {
			t.Errorf("%s: settled is %v", what, !settled)
		}
	}
	line := func(n byte, state manifest.State, class protocol.Class) {
		f.lines.Add(manifest.Line{ID: id(n), Sweep: "mine", State: state, Class: string(class), File: "f.h5"})
	}
	want("at first", 0, 0, 1, 2, 0.5, false)
	if len(f.last.Running) != 1 {
		t.Errorf("running %+v", f.last.Running)
	}
	line(1, manifest.Failed, protocol.Numeric)
	line(9, manifest.Done, "") // another's
	want("one failed", 0, 1, 1, 1, 1.5, false)
	snapshot.Running = nil
	line(2, manifest.Done, "")
	line(3, manifest.Failed, protocol.Lost) // it may be ordered again
	want("one is lost", 1, 2, 0, 0, 3, false)
	line(3, manifest.Failed, protocol.Lost)
	line(3, manifest.Done, "")
	want("all ended", 2, 1, 0, 0, 3, true)
}

func TestRerunEndsWithItsSweep(t *testing.T) {
	f := Follower{names: []string{"mine"}, subset: NewTaskSubset(map[sweeps.ID]bool{{1}: true}),
		observer: display.NewLines(&cli.Env{Stdout: t.Output()})}
	f.show(control.Snapshot{Sweeps: []control.SweepState{{Name: "mine", Progress: control.Progress{Tasks: 9, Done: 9},
		Status: control.Finished}}})
	if !f.settled() { // its line was lost
		t.Error("it goes on")
	}
}

// A sweep that was cancelled, and of which some tasks were run again since, has ended for
// those who follow it, though not all of it is done.
func TestSweepEndsThatIsNeverDone(t *testing.T) {
	f := Follower{names: []string{"mine"}, observer: display.NewLines(&cli.Env{Stdout: t.Output()})}
	f.show(control.Snapshot{Sweeps: []control.SweepState{{Name: "mine", Progress: control.Progress{Tasks: 9, Done: 5},
		Status: control.Finished}}})
	if !f.settled() {
		t.Error("it goes on")
	}
	if err := f.unfinishedError(control.Summary{Sweeps: []control.SweepSummary{{Name: "mine", Tasks: 9, Done: 5,
		Status: control.Finished}}}); cli.ExitCode(err) != cli.ExitTasks {
		t.Errorf("it ends with %v", err)
	}
}

// A rerun ends with the exit code that its own tasks ask for.
func TestRerunEndsWithTheCodeOfItsTasks(t *testing.T) {
	mine, others, done := sweeps.ID{1}, sweeps.ID{2}, manifest.Line{ID: sweeps.ID{1}, State: manifest.Done, Run: 1}
	failed := func(id sweeps.ID, run int, class protocol.Class) manifest.Line {
		return manifest.Line{ID: id, State: manifest.Failed, Run: run, Class: string(class)}
	}
	for _, c := range []struct {
		what  string
		lines []manifest.Line
		code  int
	}{
		{"another's failure", []manifest.Line{failed(others, 1, protocol.Storage), done}, cli.ExitOK},
		{"a failure", []manifest.Line{failed(mine, 1, protocol.Numeric)}, cli.ExitTasks},
		{"a lost task that is done since", []manifest.Line{failed(mine, 1, protocol.Lost), done}, cli.ExitOK},
		{"a failure that leaves the result before it", []manifest.Line{failed(mine, 2, protocol.Lost), done}, cli.ExitLost},
	} {
		p := NewTaskSubset(map[sweeps.ID]bool{mine: true})
		for i := range c.lines {
			p.take(&c.lines[i])
		}
		if got := cli.ExitCode(p.error()); got != c.code {
			t.Errorf("%s: %d, not %d", c.what, got, c.code)
		}
	}
}
