package coordinator

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/launched"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/plan"
	"eisweep/coordinator/records"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// TestInterruptedLaunchIsGoneOnWith ends a launch before its tasks are entered, as a
// coordinator that is told to stop does.
func TestInterruptedLaunchIsGoneOnWith(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	ctx, cancel := context.WithCancel(g.context())
	cancel()
	order := order1(parse(t, twoByTwo))
	if _, err := k.Launch(ctx, order); !errors.Is(err, context.Canceled) || k.statusOf("two") != "" {
		t.Fatalf("launch that was not planned: the sweep is %q, %v", k.statusOf("two"), err)
	}
	planned, err := k.Plan(g.context(), order)
	if err == nil {
		err = k.launcher.prepare(g.context(), &planned.Sweeps[0], order)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := k.launcher.openAndSubmit(ctx, planned, order, launchName()); !errors.Is(err, context.Canceled) {
		t.Fatalf("launch: %v", err)
	}
	if s := k.statusOf("two"); s != control.Open {
		t.Errorf("the sweep is %s", s)
	}
	g.end()
	k = g.serve()
	if s := g.finish(k, "two"); s.Done != 4 || g.executed() != 4 {
		t.Errorf("summary %+v", s)
	}
}

// TestInterruptedRestartIsResumed ends a coordinator while it resumes sweeps.
func TestInterruptedRestartIsResumed(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	g.end()
	list, _, err := k.restorer.list()
	if err != nil || len(list) != 1 {
		t.Fatalf("unfinished: %v, %v", list, err)
	}
	ctx, cancel := context.WithCancel(g.context())
	cancel()
	k.machine = lifecycle.New()
	k.sweeps = launched.New(k.machine, k.faults.Has)
	if err := k.restorer.resume(ctx, list[0]); !errors.Is(err, context.Canceled) {
		t.Fatalf("going on: %v", err)
	}
	k = g.serve()
	if s := g.finish(k, "two"); s.Done != 4 || g.executed() != 4 {
		t.Errorf("summary %+v", s)
	}
}

// TestOneSweepThatFailsLeavesTheOthers launches two, one of which cannot write its record.
func TestOneSweepThatFailsLeavesTheOthers(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	two, wide := parse(t, twoByTwo), parse(t, strings.Replace(twoByTwo, `"two"`, `"wide"`, 1))
	if err := os.MkdirAll(records.Path(g.root, "wide")+"/in-the-way", 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Launch(g.context(), order1(wide, two)); err == nil {
		t.Fatal("a record was written over a directory")
	}
	if s := g.finish(k, "two"); s.Done != 4 {
		t.Errorf("summary %+v", s)
	}
	k.mu.Lock()
	under := k.machine.Launches()
	k.mu.Unlock()
	if under != 0 {
		t.Errorf("%d launches are under way", under)
	}
	if err := os.RemoveAll(records.Path(g.root, "wide")); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Launch(g.context(), order1(wide)); err != nil {
		t.Fatal(err)
	}
	if s := g.finish(k, "wide"); s.Done != 4 {
		t.Errorf("summary %+v", s)
	}
}

// TestDirectoryIsRemovedUnderACoordinator removes a finished sweep's directory, and then that
// of one that is at work.
func TestDirectoryIsRemovedUnderACoordinator(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	launch := control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}}
	told[control.Plan](g, control.VerbLaunch, launch)
	g.finish(k, "two")
	if err := os.Rename(g.root.SweepDir("two"), t.TempDir()+"/two"); err != nil {
		t.Fatal(err)
	}
	g.executed()
	told[control.Plan](g, control.VerbLaunch, launch)
	j := g.next("two")
	if err := os.RemoveAll(g.root.SweepDir("two")); err != nil {
		t.Fatal(err)
	}
	g.hand(j)
	if s := g.finish(k, "two"); s.Done != 4 || g.executed() != 4 {
		t.Errorf("summary %+v", s)
	}
	if lines, files := g.lines("two"), g.files("two"); len(lines) != 4 || len(files) != 4 {
		t.Errorf("%d lines tell of %d files", len(lines), len(files))
	}
}

// TestRerunAfterItsSourceGrewKeepsNamesAndTasksTogether reruns a sweep of PERTURB whose
// tasks have other numbers now, while some of them are at work.
func TestRerunAfterItsSourceGrewKeepsNamesAndTasksTogether(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo), file(pushed)}})
	for range 4 {
		g.hand(g.next("two"))
	}
	failing := g.next("pushed")
	o := g.outcome(failing.task, failing.token())
	o.Class, o.Error, o.SHA256, o.Digest, o.Bytes, o.Quality = protocol.Numeric, "as the test wants it", "", "", 0, nil
	g.commit(failing, o)
	g.until(k, func() bool { return k.Snapshot().Sweeps[1].Failed == 1 })
	running := g.next("pushed")
	grown := strings.Replace(twoByTwo, `["BOTH",`, `["INH", "NEITHER", "BOTH",`, 1)
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(grown)}})
	again := control.LaunchRequest{Sweeps: []control.SweepFile{file(pushed)}, Rerun: &control.Choice{Failed: true}, KeepFile: true}
	if p := told[control.Plan](g, control.VerbLaunch, again); p.Sweeps[0].New != 1 {
		t.Errorf("plan %+v", p)
	}
	g.hand(running)
	if s := g.finish(k, "pushed"); s.Done != 4 || s.Failed != 0 {
		t.Errorf("summary %+v", s)
	}
	status, err := catalog.ReadSweep(g.context(), g.root, g.prober, "pushed")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for i := range status.Tasks {
		if s := &status.Tasks[i]; s.Line != nil {
			found++
			if text := g.read("pushed", s.Task.File); text != "result of "+s.Task.ID.String() || s.Line.ID != s.Task.ID ||
				s.Line.File != s.Task.File {
				t.Errorf("%s of task %s is %q, line %+v", s.Task.File, s.Task.ID, text, s.Line)
			}
		}
	}
	if found != 4 {
		t.Errorf("%d tasks have a line", found)
	}
}

// TestOutcomeThatNobodyWantsIsKeptForADay relaunches a sweep without a task that is at
// work, and then with it.
func TestOutcomeThatNobodyWantsIsKeptForADay(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	whole := control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}}
	part := control.LaunchRequest{Sweeps: []control.SweepFile{file(strings.Replace(twoByTwo, "[1, 2]", "[2]", 1))}, Drop: true}
	told[control.Plan](g, control.VerbLaunch, whole)
	j := g.next("two")
	for j.task.Seed != 1 {
		g.hand(j)
		j = g.next("two")
	}
	told[control.Plan](g, control.VerbLaunch, part)
	g.hand(j)
	held := func() bool {
		k.mu.Lock()
		defer k.mu.Unlock()
		ok := k.book.Get(j.id(), 1) != nil
		return ok
	}
	g.eventually(k, held)
	if k.dropUnwanted(time.Now()); !held() {
		t.Fatal("it was dropped at once")
	}
	told[control.Plan](g, control.VerbLaunch, whole)
	if s := g.finish(k, "two"); s.Done != 4 || g.executed() != 4 {
		t.Errorf("summary %+v", s)
	}
	told[control.Plan](g, control.VerbLaunch, part)
	if k.dropUnwanted(time.Now().Add(2 * unwantedTime)); held() {
		t.Error("it is held although it was placed")
	}
}

func TestOutcomeThatNobodyWantsGoes(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	j := g.next("two")
	rest := strings.Replace(twoByTwo, "[1, 2]", map[uint32]string{1: "[2]", 2: "[1]"}[j.task.Seed], 1)
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(rest)}})
	g.hand(j)
	held := func() bool {
		k.mu.Lock()
		defer k.mu.Unlock()
		return !k.book.IsEmpty()
	}
	g.eventually(k, held)
	if k.dropUnwanted(time.Now().Add(2 * unwantedTime)); held() || !atomicfile.IsGone(g.root.Incoming(j.id(), 1, j.token())) {
		t.Error("it is still there")
	}
}

// TestResultThatVanishesIsComputedAgain removes a result that the coordinator knows of,
// and launches another sweep that has its task.
func TestResultThatVanishesIsComputedAgain(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	g.hand(g.next("two"))
	g.until(k, func() bool { return k.Snapshot().Sweeps[0].Done == 1 })
	(earlier{k.launcher}).WriteLines()
	remove(t, g.path("two", g.files("two")[0]))
	other := strings.Replace(twoByTwo, `"two"`, `"other"`, 1)
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(other)}})
	if s := g.finish(k, "other"); s.Done != 4 || g.executed() != 5 {
		t.Errorf("summary %+v", s)
	}
	if files := g.files("other"); len(files) != 4 {
		t.Errorf("files %q", files)
	}
}

// A launch that goes back to the names of an earlier one leaves the manifest's last line
// of each task with the name and the parameters that the launch has, whatever became of
// the names in between.
func TestLastLineHasTheNameOfTheLatestLaunch(t *testing.T) {
	g := newRig(t)
	axis := strings.Replace(twoByTwo, `["BOTH", "EXC"]`, `["BOTH"]`, 1)
	fixed := strings.Replace(axis, "[axes]\npl.is_plastic = [\"BOTH\"]", `pl.is_plastic = "BOTH"`, 1)
	g.run(order1(parse(t, axis)))
	g.run(order1(parse(t, fixed)))
	g.executed()
	for _, between := range []string{fixed, strings.Replace(fixed, "BOTH", "EXC", 1)} {
		g.run(plan.Request{Sweeps: []*sweeps.Sweep{parse(t, between)}, Supersede: true, Drop: true})
		g.executed()
		if s := g.run(dropping(parse(t, axis))).Sweeps[0]; g.executed() != 0 || s.Reused != 2 {
			t.Errorf("back to the axis: %+v", s)
		}
		status, err := catalog.ReadSweep(g.context(), g.root, g.prober, "two")
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range status.Tasks {
			if s.State != catalog.StateDone || s.Line.State != manifest.Done || s.Line.File != s.Task.File ||
				plasticity(s.Line.Parameters) != "BOTH" {
				t.Errorf("%s is %s, by the line %+v", s.Task.File, s.State, s.Line)
			}
		}
	}
	n := len(g.lines("two"))
	if g.run(order1(parse(t, axis))); len(g.lines("two")) != n {
		t.Error("the same again writes lines")
	}
}
