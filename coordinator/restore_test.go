package coordinator

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"eisweep/coordinator/catalog"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/sweeps"
)

// next takes a task of a sweep, as a worker does, and announces an attempt.
func (g *rig) next(sweep string) (*queue.Delivery, int) {
	g.t.Helper()
	d, err := g.queue.Next(g.context(), func() []string { return []string{sweep} })
	if err != nil {
		g.t.Fatal(err)
	}
	attempt, err := d.Start(g.context(), "w1", "here")
	if err != nil {
		g.t.Fatal(err)
	}
	return d, attempt
}

// hand commits what the attempt made.
func (g *rig) hand(d *queue.Delivery, attempt int) {
	g.t.Helper()
	if won, err := d.Commit(g.context(), g.outcome(d.Task(), attempt)); err != nil || !won {
		g.t.Fatalf("commit: %v, %v", won, err)
	}
	if err := d.Done(g.context()); err != nil {
		g.t.Fatal(err)
	}
}

func (g *rig) queued() map[string]string {
	g.t.Helper()
	all, err := g.queue.Queued(g.context())
	if err != nil {
		g.t.Fatal(err)
	}
	out := map[string]string{}
	for id, order := range all {
		out[id.String()] = order.Sweep
	}
	return out
}

// TestRestartDisturbsNothing restarts the coordinator while one task is at work,
// another is committed while nobody coordinates, and a third is lost from the queue.
func TestRestartDisturbsNothing(t *testing.T) {
	g := newRig(t)
	g.serve()
	launch := control.Launch{Sweeps: []control.SweepFile{file(twoByTwo), file(pushed)}, Priority: 2}
	told[control.Plan](g, control.VerbLaunch, launch)
	atWork, attempt := g.next("two")
	committed, second := g.next("two")
	lost, _ := g.next("two")
	before := g.queued()
	g.end()
	g.hand(committed, second)
	if err := g.queue.Remove(g.context(), "two", lost.Task().ID); err != nil {
		t.Fatal(err)
	}
	k := g.serve()
	delete(before, committed.Task().ID.String())
	g.until(k, func() bool { return k.Snapshot().Sweeps[0].Done == 1 })
	for _, of := range k.Snapshot().Sweeps {
		if of.Priority != 2 || of.Tasks != 4 || of.Stand != control.Open {
			t.Errorf("restored %+v", of)
		}
	}
	if got := g.queued(); !maps.Equal(got, withPerturb(before, got)) {
		t.Errorf("queued %v, before %v", got, before)
	}
	g.hand(atWork, attempt)
	if s := g.finish(k, "pushed"); s.Done != 4 || g.executed() != 8 {
		t.Errorf("summary %+v", s)
	}
	for _, l := range g.lines("two") {
		if l.Run != 1 {
			t.Errorf("%s was run %d times", l.File, l.Run)
		}
	}
}

// withPerturb adds to what was queued the tasks that became so since.
func withPerturb(before, now map[string]string) map[string]string {
	out := maps.Clone(before)
	for id, sweep := range now {
		if sweep == "pushed" {
			out[id] = sweep
		}
	}
	return out
}

func TestPausedAndCancelledSweepsStayWhatTheyAre(t *testing.T) {
	g := newRig(t)
	g.serve()
	other := strings.NewReplacer(`"two"`, `"other"`, "[1, 2]", "[3, 4]").Replace(twoByTwo)
	told[control.Plan](g, control.VerbLaunch, control.Launch{Sweeps: []control.SweepFile{file(twoByTwo), file(other)}})
	told[control.Steered](g, control.VerbPause, control.Steer{Sweeps: []string{"two"}})
	told[control.Steered](g, control.VerbCancel, control.Steer{Sweeps: []string{"other"}})
	g.end()
	k := g.serve()
	if s := k.Snapshot().Sweeps; len(s) != 1 || s[0].Stand != control.Paused || s[0].Queued != 4 || len(k.Sweeps()) != 0 {
		t.Errorf("restored %+v", s)
	}
	if s := told[control.Steered](g, control.VerbCancel, control.Steer{Sweeps: []string{"other"}}).Sweeps[0]; s.Stand != control.Cancelled || s.Changed {
		t.Errorf("cancelled before: %+v", s)
	}
	told[control.Steered](g, control.VerbResume, control.Steer{})
	g.finish(k, "two")
	g.end()
	if k := g.serve(); len(k.Snapshot().Sweeps) != 0 {
		t.Errorf("a finished sweep was restored: %+v", k.Snapshot())
	}
}

// TestRerunSurvivesARestart orders done and failed tasks again and restarts before
// they are run.
func TestRerunSurvivesARestart(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.fails["EXC"] = protocol.Numeric
	told[control.Plan](g, control.VerbLaunch, control.Launch{Sweeps: []control.SweepFile{file(twoByTwo)}})
	g.finish(k, "two")
	g.executed()
	g.fails = map[string]protocol.Class{}
	again := control.Launch{Sweeps: []control.SweepFile{file(twoByTwo)}, Rerun: &control.Choice{Seeds: []uint32{1}}, KeepFile: true}
	if p := told[control.Plan](g, control.VerbLaunch, again); p.Sweeps[0].Tasks != 2 || p.Sweeps[0].New != 2 {
		t.Errorf("plan %+v", p)
	}
	if s := k.Snapshot().Sweeps[0]; s.Tasks != 4 || s.Queued != 2 || s.Failed != 1 || s.Done != 1 {
		t.Errorf("snapshot %+v", s)
	}
	g.end()
	k = g.serve()
	if s := g.finish(k, "two"); s.Done != 3 || s.Failed != 1 || g.executed() != 2 {
		t.Errorf("summary %+v", s)
	}
	runs := map[int]int{}
	for _, l := range g.lines("two") {
		runs[l.Run]++
	}
	if runs[1] != 4 || runs[2] != 2 || len(runs) != 2 {
		t.Errorf("lines by run %v", runs)
	}
}

// TestLostOrderIsGivenAgain takes an order out of the queue behind the coordinator's
// back.
func TestLostOrderIsGivenAgain(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.Launch{Sweeps: []control.SweepFile{file(twoByTwo)}})
	lost := g.lose(k, "two")
	if got := slices.Sorted(maps.Values(g.queued())); len(got) != 4 {
		t.Errorf("queued for %q", got)
	}
	if s := g.finish(k, "two"); s.Done != 4 || s.Failed != 0 {
		t.Errorf("summary %+v", s)
	}
	for _, l := range g.lines("two") {
		if l.State == manifest.Failed && (l.ID != lost || l.Run != 1 || l.Class != string(protocol.Lost)) || l.State == manifest.Done && (l.Run == 2) != (l.ID == lost) {
			t.Errorf("line %+v", l)
		}
	}
}

// lose takes an order that a worker has out of the queue, and lets the coordinator find
// out.
func (g *rig) lose(k *Coordinator, sweep string) sweeps.ID {
	g.t.Helper()
	d, _ := g.next(sweep)
	lost := d.Task().ID
	if err := g.queue.Remove(g.context(), sweep, lost); err != nil {
		g.t.Fatal(err)
	}
	g.eventually(k, func() bool { return len(k.Snapshot().Running) == 1 })
	for range 2 {
		k.mu.Lock()
		delete(k.running, lost) // as if it were silent for a minute
		k.mu.Unlock()
		if err := k.reconcile(g.context()); err != nil {
			g.t.Fatal(err)
		}
	}
	if err := k.confirmed(g.context(), 0); err != nil { // the order that is given again is on its way
		g.t.Fatal(err)
	}
	return lost
}

// TestLostOrderIsMissedAmongStrangers has orders in the queue of a sweep whose file
// cannot be read.
func TestLostOrderIsMissedAmongStrangers(t *testing.T) {
	g := newRig(t)
	g.serve()
	other := strings.NewReplacer(`"two"`, `"other"`, "[1, 2]", "[3, 4]").Replace(twoByTwo)
	told[control.Plan](g, control.VerbLaunch, control.Launch{Sweeps: []control.SweepFile{file(twoByTwo), file(other)}})
	g.end()
	if err := os.WriteFile(g.root.SweepFile("other"), []byte("no sweep"), 0o666); err != nil {
		t.Fatal(err)
	}
	k := g.serve()
	g.lose(k, "two")
	if got := slices.Sorted(maps.Values(g.queued())); len(got) != 8 {
		t.Errorf("queued for %q", got)
	}
	if s := g.finish(k, "two"); s.Done != 4 || s.Failed != 0 {
		t.Errorf("summary %+v", s)
	}
}

// TestSweepThatWasClosedTooLateIsOpenedAgain closes a sweep behind the coordinator's
// back.
func TestSweepThatWasClosedTooLateIsOpenedAgain(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.Launch{Sweeps: []control.SweepFile{file(twoByTwo)}})
	if err := errors.Join(g.queue.CloseSweep(g.context(), "two"), k.closeSweeps(g.context()), k.openSweeps(g.context())); err != nil {
		t.Fatal(err)
	}
	if s := g.finish(k, "two"); s.Done != 4 {
		t.Errorf("summary %+v", s)
	}
}

func TestResultThatStraysLeavesALine(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.Launch{Sweeps: []control.SweepFile{file(twoByTwo)}})
	d, attempt := g.next("two")
	o := g.outcome(d.Task(), attempt)
	remove(t, g.root.Incoming(o.ID, o.Run, attempt))
	if _, err := d.Commit(g.context(), o); err != nil {
		t.Fatal(err)
	}
	g.until(k, func() bool { return len(g.lines("two")) == 1 })
	if l := g.lines("two")[0]; l.State != manifest.Failed || l.Class != string(protocol.Storage) || l.Run != 1 || l.Worker != "w1" {
		t.Errorf("line %+v", l)
	}
	g.end()
	k = g.serve()
	if s := g.finish(k, "two"); s.Done != 4 || s.Failed != 0 || len(s.Failures) != 0 {
		t.Errorf("summary %+v", s)
	}
}

// TestFolderThatIsOlderThanTheQueueIsRunAnew removes a sweep's folder while no
// coordinator runs: the queue still knows the outcomes of its first orders.
func TestFolderThatIsOlderThanTheQueueIsRunAnew(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	launch := control.Launch{Sweeps: []control.SweepFile{file(twoByTwo)}}
	told[control.Plan](g, control.VerbLaunch, launch)
	g.finish(k, "two")
	g.executed()
	g.end()
	if err := os.RemoveAll(g.root.SweepDir("two")); err != nil {
		t.Fatal(err)
	}
	k = g.serve()
	told[control.Plan](g, control.VerbLaunch, launch)
	if s := g.finish(k, "two"); s.Done != 4 || g.executed() != 4 {
		t.Errorf("summary %+v", s)
	}
	if lines := g.lines("two"); len(lines) != 4 {
		t.Errorf("%d lines", len(lines))
	}
}

// TestAnOrderOfAnEarlierRunIsReplacedAtOnce restarts the coordinator when the queue still
// has the order of which the manifest tells that it was lost.
func TestAnOrderOfAnEarlierRunIsReplacedAtOnce(t *testing.T) {
	g := newRig(t)
	g.serve()
	told[control.Plan](g, control.VerbLaunch, control.Launch{Sweeps: []control.SweepFile{file(twoByTwo)}})
	g.end()
	status, err := catalog.ReadSweep(g.context(), g.root, g.prober, "two")
	if err != nil {
		t.Fatal(err)
	}
	lost := taskLine("two", &status.Tasks[0].Task)
	lost.State, lost.Class, lost.Error, lost.Run = manifest.Failed, string(protocol.Lost), "as the test wants it", 1
	m, err := manifest.Open(g.root.Manifest("two"))
	if err == nil {
		err = errors.Join(m.Append(lost), m.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	k := g.serve()
	all, err := g.queue.Queued(g.context())
	if err != nil || len(all) != 4 || all[lost.ID].Run != 2 {
		t.Errorf("queued %v, %v", all, err)
	}
	if s := g.finish(k, "two"); s.Done != 4 || g.executed() != 4 || len(g.lines("two")) != 5 {
		t.Errorf("summary %+v, %d lines", s, len(g.lines("two")))
	}
}
