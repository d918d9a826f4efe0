package coordinator

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"eisweep/internal/control"
)

// TestInterruptedLaunchIsGoneOnWith ends a launch before its tasks are entered, as a
// coordinator that is told to stop does.
func TestInterruptedLaunchIsGoneOnWith(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	ctx, cancel := context.WithCancel(g.context())
	cancel()
	if _, err := k.Launch(ctx, order1(parse(t, twoByTwo))); !errors.Is(err, context.Canceled) {
		t.Fatalf("launch: %v", err)
	}
	if s := k.standOf("two"); s != control.Open {
		t.Errorf("the sweep is %s", s)
	}
	g.end()
	k = g.serve()
	if s := g.finish(k, "two"); s.Done != 4 || g.executed() != 4 {
		t.Errorf("summary %+v", s)
	}
}

// TestInterruptedRestartIsGoneOnWith ends a coordinator while it goes on with sweeps.
func TestInterruptedRestartIsGoneOnWith(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.Launch{Sweeps: []control.SweepFile{file(twoByTwo)}})
	g.end()
	list, _, err := k.unfinished()
	if err != nil || len(list) != 1 {
		t.Fatalf("unfinished: %v, %v", list, err)
	}
	ctx, cancel := context.WithCancel(g.context())
	cancel()
	k.sweeps, k.machine = nil, newMachine()
	if err := k.goOn(ctx, list[0]); !errors.Is(err, context.Canceled) {
		t.Fatalf("going on: %v", err)
	}
	k = g.serve()
	if s := g.finish(k, "two"); s.Done != 4 || g.executed() != 4 {
		t.Errorf("summary %+v", s)
	}
}

// TestOneSweepThatFailsLeavesTheOthers launches two, one of which cannot note its stand.
func TestOneSweepThatFailsLeavesTheOthers(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	two, wide := parse(t, twoByTwo), parse(t, strings.Replace(twoByTwo, `"two"`, `"wide"`, 1))
	if err := os.MkdirAll(standFile(g.root, "wide")+"/in-the-way", 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Launch(g.context(), order1(wide, two)); err == nil {
		t.Fatal("a stand was written over a folder")
	}
	if s := g.finish(k, "two"); s.Done != 4 {
		t.Errorf("summary %+v", s)
	}
	k.mu.Lock()
	under := k.machine.launches
	k.mu.Unlock()
	if under != 0 {
		t.Errorf("%d launches are under way", under)
	}
	if err := os.RemoveAll(standFile(g.root, "wide")); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Launch(g.context(), order1(wide)); err != nil {
		t.Fatal(err)
	}
	if s := g.finish(k, "wide"); s.Done != 4 {
		t.Errorf("summary %+v", s)
	}
}

// TestFolderIsRemovedUnderACoordinator removes a finished sweep's folder, and then that
// of one that is at work.
func TestFolderIsRemovedUnderACoordinator(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	launch := control.Launch{Sweeps: []control.SweepFile{file(twoByTwo)}}
	told[control.Plan](g, control.VerbLaunch, launch)
	g.finish(k, "two")
	if err := os.Rename(g.root.SweepDir("two"), t.TempDir()+"/two"); err != nil {
		t.Fatal(err)
	}
	g.executed()
	told[control.Plan](g, control.VerbLaunch, launch)
	d, attempt := g.next("two")
	if err := os.RemoveAll(g.root.SweepDir("two")); err != nil {
		t.Fatal(err)
	}
	g.hand(d, attempt)
	if s := g.finish(k, "two"); s.Done != 4 || g.executed() != 4 {
		t.Errorf("summary %+v", s)
	}
	if lines, files := g.lines("two"), g.files("two"); len(lines) != 4 || len(files) != 4 {
		t.Errorf("%d lines tell of %d files", len(lines), len(files))
	}
}
