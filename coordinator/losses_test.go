package coordinator

import (
	"fmt"
	"strings"
	"testing"

	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// TestATaskThatKillsItsWorkersFails as lost with the third, across restarts of the coordinator and the loss of the
// queue's store. Its neighbours succeed.
func TestATaskThatKillsItsWorkersFails(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(twoByTwo)
	victims := []string{"w1", "w2", "w3"}
	g.worker()
	deadly := sweeps.ID{}
	for n, name := range victims {
		w := g.worker()
		if n > 0 {
			w = g.hire(name, 64)
		}
		j := w.next("two")
		for deadly != (sweeps.ID{}) && j.id() != deadly {
			g.hand(j)
			j = w.next("two")
		}
		deadly = j.id()
		if j.task.Attempt != n+1 {
			t.Errorf("the order has attempt %d, not %d", j.task.Attempt, n+1)
		}
		w.leave()
		g.lose(k, j)
		switch n {
		case 0:
			g.end()
			k = g.serve()
		case 1:
			g.end()
			g.stop()
			g.store = t.TempDir()
			g.startQueue()
			k = g.serve()
		}
	}
	defer g.hire("w4", 64).works()()
	g.ends(k, "two")
	for _, l := range g.lines("two") {
		if lost := l.ID == deadly; lost != (l.State == manifest.Failed) || lost && (l.Class != string(protocol.Lost) ||
			!strings.Contains(l.Error, "3 attempts")) {
			t.Errorf("line %+v", l)
		}
	}
	if s := g.summary("two"); s.Done != 3 || s.Failed != 1 || s.ByClass[protocol.Lost] != 1 {
		t.Errorf("%+v", s)
	}
}

// TestAFailureOfStorageIsTriedAgain after a pause, and fails with the third. A task that was handed back for no
// fault of its own has lost nothing.
func TestAFailureOfStorageIsTriedAgain(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(oneTask)
	for attempt := 1; attempt <= 3; attempt++ {
		for _, class := range []protocol.Class{"", protocol.Storage} {
			j := g.next("two")
			if j.task.Attempt != attempt {
				t.Errorf("the order has attempt %d, not %d", j.task.Attempt, attempt)
			}
			j.giveBack(g.context(), class)
		}
	}
	g.ends(k, "two")
	if l := g.lines("two"); len(l) != 1 || l[0].State != manifest.Failed || l[0].Class != string(protocol.Storage) ||
		l[0].Error != "as the test wants it" {
		t.Errorf("lines %+v", l)
	}
	if n := len(g.lossLines()); n != 3 {
		t.Errorf("%d losses are on record", n)
	}
}

// TestARestartCountsNoLossTwice restarts with a loss in the register that losses.jsonl already has.
func TestARestartCountsNoLossTwice(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(oneTask)
	g.next("two").giveBack(g.context(), protocol.Storage)
	g.poll("it is on record", func() bool { return len(g.lossLines()) == 1 })
	for range 3 {
		g.end()
		k = g.serve()
	}
	j := g.next("two")
	if j.task.Attempt != 2 || len(g.lossLines()) != 1 {
		t.Errorf("attempt %d; on record are %q", j.task.Attempt, g.lossLines())
	}
	g.hand(j)
	g.ends(k, "two")
	g.end()
	g.serve()
	if l := g.lossLines(); len(l) != 0 {
		t.Errorf("of a settled task there are still %q", l)
	}
}

// TestACrashAfterTheLastLossGivesNoMoreAttempts: the losses are on record, and the failure was not recorded yet.
func TestACrashAfterTheLastLossGivesNoMoreAttempts(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(twoByTwo)
	deadly := g.someTask(k, "two")
	g.end()
	var lines strings.Builder
	for _, token := range []string{"one", "two", "three"} {
		fmt.Fprintf(&lines,
			`{"id":%q,"run":1,"token":%q,"class":"lost","error":"its worker no longer runs it","host":"here","worker":"w1"}`+"\n", deadly,
			token)
	}
	write(t, g.root.Private("losses.jsonl"), lines.String())
	k = g.serve()
	if s := g.finish(k, "two"); s.Done != 3 || s.Failed != 1 || s.ByClass[protocol.Lost] != 1 || g.executed() != 3 {
		t.Errorf("%+v", s)
	}
	for _, l := range g.lines("two") {
		if l.ID.String() == deadly && (l.State != manifest.Failed || !strings.Contains(l.Error, "3 attempts")) {
			t.Errorf("line %+v", l)
		}
	}
}
