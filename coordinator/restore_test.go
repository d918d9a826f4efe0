package coordinator

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/records"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/sim"
	"eisweep/sweeps"
)

// TestRestartDisturbsNothing restarts the coordinator while one task runs. Another is committed and a third
// handed back while nobody coordinates.
func TestRestartDisturbsNothing(t *testing.T) {
	g := newRig(t)
	g.serve()
	launch := control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo), file(pushed)}, Priority: 2}
	told[control.Plan](g, control.VerbLaunch, launch)
	running, committed, returned := g.next("two"), g.next("two"), g.next("two")
	g.end()
	g.hand(committed)
	returned.giveBack(g.context(), "")
	k := g.serve()
	g.until(k, func() bool { return k.Snapshot().Sweeps[0].Done == 1 })
	for _, of := range k.Snapshot().Sweeps {
		if of.Priority != 2 || of.Tasks != 4 || of.Status != control.Open {
			t.Errorf("restored %+v", of)
		}
	}
	if s := k.Snapshot(); len(s.Running) != 1 || s.Running[0].ID != running.id() || s.Sweeps[0].Pending != 2 {
		t.Errorf("restored %+v", s)
	}
	g.hand(running)
	if s := g.finish(k, "pushed"); s.Done != 4 || g.executed() != 8 {
		t.Errorf("summary %+v", s)
	}
	for _, l := range g.lines("two") {
		if l.Run != 1 || l.Attempt != 1 {
			t.Errorf("%s is of run %d, attempt %d", l.File, l.Run, l.Attempt)
		}
	}
}

func TestPausedAndCancelledSweepsStayWhatTheyAre(t *testing.T) {
	g := newRig(t)
	g.serve()
	other := strings.NewReplacer(`"two"`, `"other"`, "[1, 2]", "[3, 4]").Replace(twoByTwo)
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo), file(other)}})
	told[control.Steered](g, control.VerbPause, control.Steer{Sweeps: []string{"two"}})
	told[control.Steered](g, control.VerbCancel, control.Steer{Sweeps: []string{"other"}})
	g.end()
	k := g.serve()
	if s := k.Snapshot().Sweeps; len(s) != 1 || s[0].Status != control.Paused || s[0].Pending != 4 || len(g.orders()) != 0 {
		t.Errorf("restored %+v", s)
	}
	cancelled := told[control.Steered](g, control.VerbCancel, control.Steer{Sweeps: []string{"other"}})
	if s := cancelled.Sweeps[0]; s.Status != control.Cancelled || s.Changed {
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
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	g.finish(k, "two")
	g.executed()
	g.fails = map[string]protocol.Class{}
	again := control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}, Rerun: &control.Choice{Seeds: []uint32{1}}, KeepFile: true}
	if p := told[control.Plan](g, control.VerbLaunch, again); p.Sweeps[0].Tasks != 2 || p.Sweeps[0].New != 2 {
		t.Errorf("plan %+v", p)
	}
	if s := k.Snapshot().Sweeps[0]; s.Tasks != 4 || s.Pending != 2 || s.Failed != 1 || s.Done != 1 {
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

// TestLostOrdersAreSentAgain takes the orders out of the queue behind the coordinator's back, which it
// notices when the same are missing twice.
func TestLostOrdersAreSentAgain(t *testing.T) {
	g := newRig(t)
	g.worker()
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	g.poll("orders", func() bool { return len(g.orders()) == 4 })
	if err := errors.Join(k.window.Check(g.context()), g.queue.PurgeTasks(g.context()), k.window.Check(g.context())); err != nil {
		t.Fatal(err)
	}
	if n := len(g.orders()); n != 0 {
		t.Errorf("%d orders after one look", n)
	}
	if err := k.window.Check(g.context()); err != nil {
		t.Fatal(err)
	}
	g.poll("orders", func() bool { return len(g.orders()) == 4 })
	if s := g.finish(k, "two"); s.Done != 4 || s.Failed != 0 || g.executed() != 4 {
		t.Errorf("summary %+v", s)
	}
}

// TestOnlyOrdersThatStayWrongAreSentAgain: the queue may lack as many orders twice, but others, as some are being claimed.
// And it may hold as many as were sent, but others.
func TestOnlyOrdersThatStayWrongAreSentAgain(t *testing.T) {
	g := newRig(t)
	g.worker()
	k := g.serve()
	g.launch(twoByTwo)
	g.poll("orders", func() bool { return len(g.orders()) == 4 })
	check := func() {
		t.Helper()
		if err := k.window.Check(g.context()); err != nil {
			t.Fatal(err)
		}
	}
	ids := slices.Collect(maps.Keys(g.orders()))
	sent := g.lastOrder()
	first := g.removeOrder(ids[0])
	check()
	g.removeOrder(ids[1])
	if _, err := g.queue.PublishTasks(g.context(), []protocol.TaskMessage{first}); err != nil {
		t.Fatal(err)
	}
	check()
	k.window.Fill(g.context())
	if n := g.lastOrder() - sent; n != 1 {
		t.Errorf("%d orders were sent while none was missing twice", n-1)
	}
	first.ID = sweeps.ID{1}
	if _, err := g.queue.PublishTasks(g.context(), []protocol.TaskMessage{first}); err != nil {
		t.Fatal(err)
	}
	check()
	g.poll("the lost order is sent again, and the unknown one is gone", func() bool {
		is := g.orders()
		return len(is) == 4 && is[ids[1]] == 1 && is[first.ID] == 0
	})
	if s := g.finish(k, "two"); s.Done != 4 || g.executed() != 4 {
		t.Errorf("summary %+v", s)
	}
}

// removeOrder takes the order of a task out of the queue, and returns it.
func (g *testCluster) removeOrder(id sweeps.ID) (m protocol.TaskMessage) {
	g.t.Helper()
	subjects := protocol.SubjectsOf(g.root.ID())
	stream, err := g.queue.JetStream().Stream(g.context(), subjects.Stream("tasks"))
	if err != nil {
		g.t.Fatal(err)
	}
	raw, err := stream.GetLastMsgForSubject(g.context(), subjects.Task(id, 1))
	if err != nil {
		g.t.Fatal(err)
	}
	if err := errors.Join(json.Unmarshal(raw.Data, &m), stream.Purge(g.context(), jetstream.WithPurgeSubject(subjects.Task(id,
		1)))); err != nil {
		g.t.Fatal(err)
	}
	return m
}

func TestResultThatStraysLeavesALine(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	j := g.next("two")
	o := g.outcome(j.task, j.token())
	remove(t, g.root.Incoming(j.id(), 1, j.token()))
	g.commit(j, o)
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

// TestDirectoryThatIsOlderThanTheQueueIsRunAnew removes a sweep's directory while no
// coordinator runs: the register still knows the attempts at its first orders.
func TestDirectoryThatIsOlderThanTheQueueIsRunAnew(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	launch := control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}}
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
	g.worker()
	g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	g.poll("orders", func() bool { return len(g.orders()) == 4 })
	g.end()
	status, err := catalog.ReadSweep(g.context(), g.root, g.prober, "two")
	if err != nil {
		t.Fatal(err)
	}
	first := &status.Tasks[0].Task
	lost := manifest.Line{ID: first.ID, Sweep: "two", Experiment: first.Experiment, Seed: first.Seed,
		Parameters: first.Varying, ModelVersion: sim.ModelVersion}
	lost.State, lost.Class, lost.Error, lost.Run = manifest.Failed, string(protocol.Lost), "as the test wants it", 1
	m, err := manifest.Open(g.root.Manifest("two"))
	if err == nil {
		err = errors.Join(m.Append(lost), m.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	k := g.serve()
	g.poll("the order of run 2", func() bool { return g.orders()[lost.ID] == 2 })
	if s := g.finish(k, "two"); s.Done != 4 || g.executed() != 4 || len(g.lines("two")) != 5 {
		t.Errorf("summary %+v, %d lines", s, len(g.lines("two")))
	}
}

// TestRecordsOfAnEarlierVersionAreResumed gives a coordinator the records as earlier versions wrote them: in another
// directory, and with another word for the status.
func TestRecordsOfAnEarlierVersionAreResumed(t *testing.T) {
	g := newRig(t)
	g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	told[control.Steered](g, control.VerbPause, control.Steer{Sweeps: []string{"two"}})
	g.end()
	text, err := os.ReadFile(records.Path(g.root, "two"))
	if err != nil {
		t.Fatal(err)
	}
	earlier := bytes.Replace(text, []byte(`"status":"paused"`), []byte(`"stand":"paused"`), 1)
	err = errors.Join(os.RemoveAll(g.root.Private("sweeps")), os.Mkdir(g.root.Private("stands"), 0o700),
		os.WriteFile(g.root.Private("stands", "two.json"), earlier, 0o600))
	if err != nil || bytes.Equal(text, earlier) {
		t.Fatalf("%s: %v", text, err)
	}
	k := g.serve()
	if s := k.statusOf("two"); s != control.Paused {
		t.Errorf("the sweep is %q", s)
	}
	if _, err := os.Stat(g.root.Private("stands")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the earlier directory: %v", err)
	}
	g.worker()
	told[control.Steered](g, control.VerbResume, control.Steer{Sweeps: []string{"two"}})
	if s := g.finish(k, "two"); s.Done != 4 {
		t.Errorf("summary %+v", s)
	}
}

// TestAFinishedSweepIsReadWhenItIsNeeded restarts a coordinator on a finished sweep. It keeps nothing of it, links its
// results into another sweep, and forgets both once that is finished.
func TestAFinishedSweepIsReadWhenItIsNeeded(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.worker()
	g.launch(twoByTwo)
	g.finish(k, "two")
	g.end()
	g.executed()
	k = g.serve()
	if kept := k.catalog.Kept(); len(kept) > 0 {
		t.Errorf("after a restart the catalog keeps %v", kept)
	}
	g.launch(otherTwo)
	if s := g.finish(k, "other"); s.Done != 4 || s.Linked != 4 || g.executed() != 0 {
		t.Errorf("summary %+v", s)
	}
	k.unloadFinished()
	if kept := k.catalog.Kept(); len(kept) > 0 {
		t.Errorf("the catalog keeps %v of finished sweeps", kept)
	}
	remove(t, g.path("other", g.files("other")[0]))
	g.launch(otherTwo)
	if s := g.finish(k, "other"); s.Done != 4 || g.executed() != 0 {
		t.Errorf("with a file removed: summary %+v", s)
	}
}
