package coordinator

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// sixtyFour is a sweep of as many tasks as a large worker runs at a time.
var sixtyFour = named("many", "{ first = 1, count = 64 }")

// TestATaskKillsALargeWorker that runs 63 others, which are lost with it and run again. Workers that run one at a time are killed
// by that task only.
func TestATaskKillsALargeWorker(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(sixtyFour)
	running := g.hire("w1", 64).takes(k, 64)
	deadly := running[17].id()
	g.lose(k, running[0])
	if n := len(g.lossLines()); n != 64 {
		t.Errorf("%d losses are on record", n)
	}
	for n := 2; n <= 3; n++ {
		w := g.hire(fmt.Sprint("w", n), 1)
		j := w.nextBut(deadly)
		if j.task.Attempt != n {
			t.Errorf("attempt %d is ordered as %d", n, j.task.Attempt)
		}
		w.leave()
		g.lose(k, j)
	}
	defer g.hire("w4", 1).works()()
	g.ends(k, "many")
	g.onlyLost("many", deadly)
}

// TestATaskKillsLargeWorkersOnly runs 64 tasks on one worker again and again, of which one kills it. After two losses, each
// task has one chance left, and they run one at a time until they have a checkpoint.
func TestATaskKillsLargeWorkersOnly(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(sixtyFour)
	var running []*job
	for n := 1; n <= 2; n++ {
		running = g.hire(fmt.Sprint("w", n), 64).takes(k, 64)
		g.lose(k, running[0])
		if lost := len(g.lossLines()); lost != n*64 {
			t.Errorf("%d losses are on record", lost)
		}
	}
	deadly := running[17].id()
	large := g.hire("w3", 64)
	var saved *job // runs on the worker that is killed
	for j := large.next("many"); ; j = large.next("many") {
		g.poll("the claim is known", func() bool { return k.phase(j.id()) == lifecycle.Running })
		k.window.Fill(g.context())
		k.mu.Lock()
		queued := k.machine.Queued()
		k.mu.Unlock()
		if queued != 0 {
			t.Fatalf("beside a task with one chance left, %d more are sent", queued)
		}
		if j.id() == deadly {
			g.lose(k, j)
			break
		}
		if saved == nil {
			saved = j
			if err := os.WriteFile(g.root.Checkpoint(j.id(), j.token()), []byte("saved"), 0o600); err != nil {
				t.Fatal(err)
			}
			k.window.Refill()
			continue
		}
		g.hand(j)
	}
	if lost := len(g.lossLines()); lost != 2*64+1 {
		t.Errorf("%d losses are on record", lost)
	}
	defer g.hire("w4", 64).works()()
	g.ends(k, "many")
	g.onlyLost("many", deadly)
}

// TestATaskKillsItsHost with the coordinator on it, three times; and in between the store of NATS is lost as well.
func TestATaskKillsItsHost(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(sixtyFour)
	deadly := sweeps.ID{}
	for n := 1; n <= 3; n++ {
		w := g.hire(fmt.Sprint("w", n), 1)
		var j *job
		if n == 1 {
			j = w.next("many")
			deadly = j.id()
		} else {
			j = w.nextBut(deadly)
		}
		if j.task.Attempt != n {
			t.Errorf("attempt %d is ordered as %d", n, j.task.Attempt)
		}
		w.leave()
		w.hush(true)
		g.end()
		g.crashed = true
		k = g.serve()
		g.lose(k, j)
		if lost := g.lossLines(); len(lost) != n || !strings.Contains(lost[n-1], deadly.String()) {
			t.Errorf("after %d losses on record are %q", n, lost)
		}
		if n == 2 {
			g.end()
			g.loseStore()
			k = g.serve()
		}
	}
	defer g.hire("w4", 1).works()()
	g.ends(k, "many")
	g.onlyLost("many", deadly)
}

// takes has a worker claim so many tasks, and waits until the coordinator knows that.
func (w *testWorker) takes(k *Coordinator, tasks int) (all []*job) {
	w.g.t.Helper()
	for range tasks {
		all = append(all, w.next("many"))
	}
	for _, j := range all {
		w.g.poll("the claim is known", func() bool { return k.phase(j.id()) == lifecycle.Running })
	}
	return all
}

// nextBut has a worker run what comes before a task, and claim that.
func (w *testWorker) nextBut(last sweeps.ID) *job {
	w.g.t.Helper()
	j := w.next("many")
	for ; j.id() != last; j = w.next("many") {
		w.g.hand(j)
	}
	return j
}

// onlyLost wants a task of a sweep to have failed with its third attempt, the others to be done, and each to have one line.
func (g *testCluster) onlyLost(sweep string, deadly sweeps.ID) {
	g.t.Helper()
	lines := g.lines(sweep)
	told := map[sweeps.ID]bool{}
	for _, l := range lines {
		told[l.ID] = true
		if lost := l.ID == deadly; lost != (l.State == manifest.Failed) || lost && (l.Class != string(protocol.Lost) ||
			!strings.Contains(l.Error, "3 attempts")) {
			g.t.Errorf("line %+v", l)
		}
	}
	if s := g.summary(sweep); len(lines) != s.Tasks || len(told) != s.Tasks || s.Done != s.Tasks-1 || s.ByClass[protocol.Lost] != 1 {
		g.t.Errorf("%d lines of %d tasks; %+v", len(lines), len(told), s)
	}
}
