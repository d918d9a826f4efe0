package coordinator

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/control"
	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
	"eisweep/sim"
	"eisweep/sweeps"
)

// named is a sweep of a hundred tasks of its own.
func named(name, seeds string) string {
	return strings.NewReplacer(`"two"`, `"`+name+`"`, "[1, 2]", seeds, `["BOTH", "EXC"]`, `["BOTH"]`).Replace(twoByTwo)
}

// countsOf is lifecycle.Machine's Counts for who does not hold the lock.
func (c *Coordinator) countsOf(sweep string) lifecycle.Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.machine.Counts(sweep)
}

// turn is the sweep whose order comes next.
func (g *testCluster) turn(k *Coordinator) string {
	g.t.Helper()
	if err := k.sweepControl.awaitQueue(g.context()); err != nil {
		g.t.Fatal(err)
	}
	g.poll("the queue follows", func() bool { // a request does not wait for it while NATS is slow
		k.mu.Lock()
		defer k.mu.Unlock()
		return !k.machine.Disturbed()
	})
	g.worker().leave() // what was fetched before orders were withdrawn
	j := g.next("")
	g.hand(j)
	g.poll("the outcome is taken", func() bool { return k.phase(j.id()).Settled() })
	return j.task.Sweep
}

// TestTheNextSlotGoesToTheHighestPriority although a hundred orders of another sweep are in the queue.
func TestTheNextSlotGoesToTheHighestPriority(t *testing.T) {
	g := newRig(t)
	g.worker()
	k := g.serve()
	launch := func(priority int, texts ...string) {
		t.Helper()
		l := control.LaunchRequest{Priority: priority}
		for _, text := range texts {
			l.Sweeps = append(l.Sweeps, file(text))
		}
		told[control.Plan](g, control.VerbLaunch, l)
	}
	launch(1, named("low", "{ first = 100, count = 100 }"))
	g.poll("the queue is full", func() bool { return len(g.orders()) == 100 })
	launch(2, named("high", "[301, 302]"))
	for range 2 {
		if next := g.turn(k); next != "high" {
			t.Errorf("after a higher launch the next task is of %s", next)
		}
	}
	launch(0, named("train", "[401, 402]"))
	if next := g.turn(k); next != "low" {
		t.Errorf("after a lower launch the next task is of %s", next)
	}
	launch(3, strings.NewReplacer(`"pushed"`, `"push"`, `"two"`, `"train"`).Replace(pushed))
	if next := g.turn(k); next != "train" {
		t.Errorf("while higher ones wait for their sources the next task is of %s", next)
	}
	for k.countsOf("push").Waiting > 0 {
		// Of the higher ones, one whose source is done comes before the next source.
		if next := g.turn(k); next == "low" {
			t.Error("while higher ones wait for their sources a lower task is next")
		}
	}
	told[control.Steered](g, control.VerbPause, control.Steer{Sweeps: []string{"push"}})
	if next := g.turn(k); next != "low" {
		t.Errorf("with the higher one paused the next task is of %s", next)
	}
	told[control.Steered](g, control.VerbResume, control.Steer{Sweeps: []string{"push"}})
	if next := g.turn(k); next != "push" {
		t.Errorf("resumed, the next task is of %s", next)
	}
	told[control.Steered](g, control.VerbCancel, control.Steer{Sweeps: []string{"push", "low"}})
	if n := len(g.orders()); n != 0 {
		t.Errorf("%d orders are left of what was cancelled", n)
	}
}

// TestEqualLaunchesTakeTurns: the second does not wait for the orders of the first.
func TestEqualLaunchesTakeTurns(t *testing.T) {
	g := newRig(t)
	g.worker()
	k := g.serve()
	g.launch(named("one", "{ first = 100, count = 100 }"))
	g.poll("the queue is full", func() bool { return len(g.orders()) == 100 })
	g.launch(named("other", "{ first = 500, count = 100 }"))
	turns := map[string]int{}
	for range 8 {
		turns[g.turn(k)]++
	}
	if turns["one"] < 3 || turns["other"] < 3 {
		t.Errorf("eight turns: %v", turns)
	}
}

// TestASharedTaskIsSentForTheSweepThatIsOpen when the other is paused, and cancelled.
func TestASharedTaskIsSentForTheSweepThatIsOpen(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(twoByTwo, otherTwo)
	for _, verb := range []string{control.VerbPause, control.VerbCancel} {
		told[control.Steered](g, verb, control.Steer{Sweeps: []string{"two"}})
		g.worker()
		if next := g.turn(k); next != "other" {
			t.Errorf("%s: sent for %s", verb, next)
		}
	}
	if s := g.finish(k, "other"); s.Done != 4 || g.executed() != 4 {
		t.Errorf("%+v", s)
	}
}

// TestTheWindowIsBounded by what the workers' slots finish, and there is none without workers.
func TestTheWindowIsBounded(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(named("many", "{ first = 1, count = 6000 }"))
	k.mu.Lock()
	if is := k.window.Size(64); is != 128 {
		t.Errorf("before any task has ended, 64 slots have a window of %d", is)
	}
	k.window.Took(600, 1)
	k.mu.Unlock()
	if n := len(g.orders()); n != 0 {
		t.Errorf("%d orders without a worker", n)
	}
	for slots, want := range map[int]int{0: 0, 1: 16, 16: 32, 5000: 10000} {
		k.mu.Lock()
		is := k.window.Size(slots)
		k.mu.Unlock()
		if is != want {
			t.Errorf("%d slots have a window of %d, want %d", slots, is, want)
		}
	}
	g.hire("w1", 4)
	g.poll("the window is full", func() bool { return len(g.orders()) == 16 })
	var jobs []*job
	for range 4 { // a quarter
		jobs = append(jobs, g.next("many"))
	}
	g.poll("it is filled again", func() bool { return len(g.orders()) == 16 })
	for _, j := range jobs {
		g.hand(j)
	}
}

// large is a sweep whose tasks take more memory than those of twoByTwo.
var large = strings.Replace(strings.Replace(named("large", "[1, 2, 3, 4]"), "n_per_axis = 2", "n_per_axis = 8", 1), `["BOTH", "EXC"]`,
	`["BOTH"]`, 1)

// bytesOf is the memory that a task of a sweep takes.
func bytesOf(t *testing.T, k *Coordinator, sweep string) int64 {
	t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	for id := range k.machine.Tasks() {
		if task := k.sweeps.Task(id, sweep); task != nil {
			return sim.Memory(task.Experiment, task.Parameters)
		}
	}
	t.Fatalf("no task of %s", sweep)
	return 0
}

// of counts the orders of a sweep.
func (g *testCluster) of(k *Coordinator, sweep string) (n int) {
	for id := range g.orders() {
		k.mu.Lock()
		t, ok := k.machine.Task(id)
		k.mu.Unlock()
		if ok && t.IsIn(sweep) {
			n++
		}
	}
	return n
}

// TestLargeTasksAreSentWhereTheyFit, one for each free slot that has the memory. Small ones are not held up.
func TestLargeTasksAreSentWhereTheyFit(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(large)
	g.launch(twoByTwo)
	needs := bytesOf(t, k, "large")
	if less := bytesOf(t, k, "two"); less >= needs {
		t.Fatalf("tasks of %d and %d bytes", less, needs)
	}
	g.hireWith("small", 4, needs-1, needs-1)
	g.poll("the small ones are sent", func() bool { return g.of(k, "two") == 4 })
	if n := g.of(k, "large"); n != 0 {
		t.Errorf("%d orders that fit nowhere are in the queue", n)
	}
	for _, target := range []string{g.someTask(k, "large"), "large"} {
		if e := told[control.Explained](g, control.VerbExplain, control.Explain{Target: target}); !strings.Contains(e.Reason,
			"no worker has more than") {
			t.Errorf("explained %s: %+v", target, e)
		}
	}
	big := g.hireWith("big", 2, 3*needs/2, 3*needs/2)
	g.poll("one large is sent", func() bool { return g.of(k, "large") == 1 })
	j := big.next("large")
	g.poll("its order has left the queue", func() bool { return g.of(k, "large") == 0 })
	big.hush(true)
	g.heardOut(k)
	for range 2 {
		k.window.Fill(g.context())
	}
	if n := g.of(k, "large"); n != 0 {
		t.Errorf("%d large orders are sent while no free slot has the memory", n)
	}
	g.hand(j) // its worker has not reported yet that it has memory again
	g.poll("another is sent", func() bool { return g.of(k, "large") == 1 })
}

// someTask is the id of a task of a sweep that is to be executed.
func (g *testCluster) someTask(k *Coordinator, sweep string) string {
	g.t.Helper()
	for id, of := range queuedTasks(k) {
		if of == sweep {
			return id
		}
	}
	g.t.Fatalf("nothing of %s is to be executed", sweep)
	return ""
}

// TestARefusedTaskIsAnothers has a worker refuse a task for lack of memory; the task is sent again.
func TestARefusedTaskIsAnothers(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(oneTask)
	w := g.worker()
	d := w.fetch(g.context())
	if err := d.Refuse(g.context(), "w1", "here", "no memory at present"); err != nil {
		t.Fatal(err)
	}
	j := g.hire("w2", 4).next("two")
	if j.id() != d.Task().ID || j.task.Attempt != 1 || len(g.lossLines()) != 0 {
		t.Errorf("sent again as attempt %d; lost are %q", j.task.Attempt, g.lossLines())
	}
	g.hand(j)
	g.ends(k, "two")
}

// TestAnUnreadableOrderHoldsItsTask until the sweep is launched again.
func TestAnUnreadableOrderHoldsItsTask(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(oneTask)
	id := g.someTask(k, "two")
	w := g.worker()
	g.poll("it is ordered", func() bool { return len(g.orders()) == 1 })
	if err := g.queue.PurgeTasks(g.context()); err != nil {
		t.Fatal(err)
	}
	at, err := sweeps.ParseID(id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.queue.JetStream().Publish(g.context(), protocol.SubjectsOf(g.root.ID()).Task(at, 1), []byte("no order")); err != nil {
		t.Fatal(err)
	}
	stop := w.works()
	g.until(k, func() bool { return k.countsOf("two").Unreadable == 1 })
	stop()
	e := told[control.Explained](g, control.VerbExplain, control.Explain{Target: id})
	if e.State != "held" || !strings.Contains(e.Reason, "no worker can read its message in the queue: ") ||
		!strings.Contains(e.Remedy, "launch") {
		t.Errorf("explained %+v", e)
	}
	if s := k.Snapshot().Sweeps[0]; s.Pending != 1 || s.Tasks != 1 {
		t.Errorf("it counts as %+v", s)
	}
	g.launch(oneTask)
	if s := g.finish(k, "two"); s.Done != 1 {
		t.Errorf("%+v", s)
	}
}

// TestALostPublicationIsMadeGood: the queue holds an order already that the coordinator does not know of.
func TestALostPublicationIsMadeGood(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(twoByTwo)
	k.window.Fill(g.context()) // at the start all orders are withdrawn
	k.mu.Lock()
	var first lifecycle.Candidate
	for id := range k.machine.Tasks() {
		first = lifecycle.Candidate{ID: id, Run: 1, Sweep: "two"}
		break
	}
	m, err := k.window.Message(first, k.sweeps.Task(first.ID, "two"))
	k.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.queue.PublishTasks(g.context(), []protocol.TaskMessage{m}); err != nil {
		t.Fatal(err)
	}
	g.worker()
	g.poll("all are ordered", func() bool { return len(g.orders()) == 4 })
	if s := g.finish(k, "two"); s.Done != 4 || g.executed() != 4 {
		t.Errorf("%+v", s)
	}
}

// limitTo gives the queue an account of so many bytes on the site's NATS server.
func (g *testCluster) limitTo(bytes int64) {
	g.t.Helper()
	g.stop()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true, JetStream: true,
		StoreDir: g.t.TempDir()})
	if err != nil {
		g.t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(time.Minute) {
		g.t.Fatal("the server doesn't start")
	}
	limits := server.JetStreamAccountLimits{MaxMemory: 1 << 20, MaxStore: bytes, MaxStreams: 10, MaxConsumers: 20}
	if err := s.GlobalAccount().UpdateJetStreamLimits(map[string]server.JetStreamAccountLimits{"": limits}); err != nil {
		g.t.Fatal(err)
	}
	site := &natsconn.Site{URLs: []string{s.ClientURL()}}
	g.queue = g.open(natsconn.Options{Site: site, Role: protocol.Coordinator})
	g.asker = g.open(natsconn.Options{Site: site, Role: protocol.Client})
	workers := g.open(natsconn.Options{Site: site})
	g.mu.Lock()
	defer g.mu.Unlock()
	g.site = workers
	g.stop = func() {
		workers.Close()
		g.asker.Close()
		g.queue.Close()
		s.Shutdown()
		s.WaitForShutdown()
	}
}

// TestAFullStoreLimitsTheWindow to what it has room for, and all tasks are executed.
func TestAFullStoreLimitsTheWindow(t *testing.T) {
	g := newRig(t)
	g.limitTo(400_000)
	k := g.serve()
	k.tasksAreShort()
	g.launch(named("many", "{ first = 1, count = 600 }"))
	g.worker()
	size := func() int {
		k.mu.Lock()
		defer k.mu.Unlock()
		return k.window.Size(600)
	}
	g.poll("the store is full", func() bool { return size() < 4096 && len(g.orders()) > 0 })
	if n := size(); n >= 600 || len(g.orders()) > n {
		t.Errorf("room for %d orders, of which there are %d", n, len(g.orders()))
	}
	if s := g.finish(k, "many"); s.Done != 600 || s.Failed != 0 || g.executed() != 600 {
		t.Errorf("%+v", s)
	}
	if err := k.Failed(canceled(t)); err != nil {
		t.Error(err)
	}
}

func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// tasksAreShort has the window take as many orders as it may.
func (k *Coordinator) tasksAreShort() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.window.Took(0.001, 1)
}

// lastOrder is the sequence of the last order that was sent.
func (g *testCluster) lastOrder() uint64 {
	g.t.Helper()
	stream, err := g.queue.JetStream().Stream(g.context(), protocol.SubjectsOf(g.root.ID()).Stream("tasks"))
	if err != nil {
		g.t.Fatal(err)
	}
	return stream.CachedInfo().State.LastSeq
}

// TestOutcomesThatOvertakeTheirClaimsAreNoSurprise: the tasks take so little that the coordinator often has an outcome
// before the claim. The orders that are left in the queue stay there, and nothing is kept of the attempts.
func TestOutcomesThatOvertakeTheirClaimsAreNoSurprise(t *testing.T) {
	const tasks = 1000
	g := newRig(t)
	g.worker()
	k := g.serve()
	k.tasksAreShort()
	g.launch(named("many", fmt.Sprintf("{ first = 1, count = %d }", tasks)))
	g.poll("the queue is full", func() bool { return len(g.orders()) == tasks })
	before := g.lastOrder()
	for _, name := range []string{"w2", "w3", "w4"} {
		defer g.hire(name, 4).works()()
	}
	g.ends(k, "many")
	if now := g.lastOrder(); now-before > tasks/10 {
		t.Errorf("%d orders were sent again", now-before)
	}
	ids := map[sweeps.ID]bool{}
	for _, l := range g.lines("many") {
		ids[l.ID] = true
	}
	claims := func() (n int) {
		k.mu.Lock()
		defer k.mu.Unlock()
		for id := range ids {
			if k.attempts.Last(id, 1).Sequence > 0 {
				n++
			}
		}
		return n
	}
	g.poll("all claims are known", func() bool { return claims() == tasks })
	k.mu.Lock()
	defer k.mu.Unlock()
	for r := range k.attempts.Running() {
		t.Errorf("task %s is settled and still runs", r.ID)
	}
	for id := range ids {
		if n := len(k.attempts.Leftovers(id)); n > 0 || k.attempts.Delay(id) > 0 {
			t.Errorf("of settled task %s %d attempts are kept, and it waits for %v", id, n, k.attempts.Delay(id))
		}
	}
}
