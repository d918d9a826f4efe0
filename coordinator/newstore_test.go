package coordinator

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/manifest"
	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
)

// TestANewStoreRunsNothingTwice has the store lost while two tasks run, and a third's result is complete but was not
// committed.
func TestANewStoreRunsNothingTwice(t *testing.T) {
	g := newRig(t)
	g.serve()
	g.launch(twoByTwo)
	running := []*job{g.next("two"), g.next("two")}
	complete := g.next("two")
	g.end()
	g.outcome(complete.task, complete.token()) // writes the file
	complete.over()
	g.worker().leave()
	g.loseStore()
	g.regather = time.Hour
	k := g.serve()
	g.heardOut(k)
	g.reenter(k, running)
	g.poll("the others are ordered", func() bool { return len(g.orders()) == 2 })
	for range 2 {
		j := g.next("two")
		if earlier := slices.Contains(j.task.Earlier, complete.token()); earlier != (j.id() == complete.id()) {
			t.Errorf("the order of %s names the attempts %v", j.id(), j.task.Earlier)
		}
		g.hand(j)
	}
	for _, j := range running {
		g.hand(j)
	}
	g.ends(k, "two")
	lines := g.lines("two")
	for _, l := range lines {
		if l.State != manifest.Done || l.Run != 1 || l.Attempt != 1 {
			t.Errorf("line %+v", l)
		}
	}
	if len(lines) != 4 || len(g.lossLines()) != 0 {
		t.Errorf("%d lines; lost are %q", len(lines), g.lossLines())
	}
}

// crashWithoutClaims has a crash take all entries of the register: a server of one copy writes them a moment after it has
// acknowledged them. The next coordinator waits for workers to enter theirs again.
func (g *testCluster) crashWithoutClaims() *Coordinator {
	g.t.Helper()
	g.end()
	if err := g.queue.Register.Purge(g.context()); err != nil {
		g.t.Fatal(err)
	}
	g.queue.Close()
	g.queue = g.open(natsconn.Options{Server: g.line, Connect: atOnce(), Role: protocol.Coordinator}) // which finds the streams
	g.crashed, g.rejoin = true, time.Hour
	return g.serve()
}

// TestACrashThatCostAClaimKeepsTheCheckpoint of an attempt whose worker saves it after the next coordinator has started, and ends
// before it enters the attempt again.
func TestACrashThatCostAClaimKeepsTheCheckpoint(t *testing.T) {
	g := newRig(t)
	g.serve()
	g.launch(twoByTwo)
	running, lost := []*job{g.next("two")}, g.next("two")
	lost.over()
	k := g.crashWithoutClaims()
	directory := g.root.Private("checkpoints")
	if err := os.MkdirAll(directory, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(directory, lost.id().String()+"."+lost.token()), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	g.reenter(k, running)
	for range 3 {
		j := g.next("two")
		if named := slices.Contains(j.task.Earlier, lost.token()); named != (j.id() == lost.id()) {
			t.Errorf("the order of %s names the attempts %v", j.id(), j.task.Earlier)
		}
		g.hand(j)
	}
	g.hand(running[0])
	g.ends(k, "two")
}

// TestACrashThatCostClaimsRunsNothingTwice has it take the entries of two tasks that run.
func TestACrashThatCostClaimsRunsNothingTwice(t *testing.T) {
	g := newRig(t)
	g.serve()
	g.launch(twoByTwo)
	running := []*job{g.next("two"), g.next("two")}
	k := g.crashWithoutClaims()
	g.explainsThatNothingIsSent(k)
	g.reenter(k, running)
	for range 2 {
		g.hand(g.next("two"))
	}
	for _, j := range running {
		g.hand(j)
	}
	g.ends(k, "two")
	for _, l := range g.lines("two") {
		if l.State != manifest.Done || l.Run != 1 || l.Attempt != 1 {
			t.Errorf("line %+v", l)
		}
	}
}

// explainsThatNothingIsSent until workers have had time to enter their attempts.
func (g *testCluster) explainsThatNothingIsSent(k *Coordinator) {
	g.t.Helper()
	g.poll("the worker is known", func() bool {
		k.mu.Lock()
		defer k.mu.Unlock()
		return len(k.workers.Known(time.Now())) > 0
	})
	why, err := k.Explain(g.context(), "two")
	if err != nil || !strings.Contains(why.Reason, "they can register them for another") || why.Remedy == "" {
		g.t.Errorf("explained as %+v, %v", why, err)
	}
}

// reenter has workers enter running attempts again, as they do when they are connected again or a coordinator says hello. No order
// may have been sent before. Then the window opens.
func (g *testCluster) reenter(k *Coordinator, running []*job) {
	g.t.Helper()
	for _, j := range running {
		if over, err := j.IsOver(g.context()); err != nil || over {
			g.t.Fatalf("a running attempt is over: %v", err)
		}
		g.poll("its attempt is known again", func() bool { return k.phase(j.id()) == lifecycle.Running })
	}
	k.window.Fill(g.context())
	if n := len(g.orders()); n != 0 {
		g.t.Errorf("%d orders were sent before workers could enter what they run", n)
	}
	k.mu.Lock()
	k.window.OpenAfter(0)
	k.mu.Unlock()
	k.window.Refill()
}
