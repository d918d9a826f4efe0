package lifecycle

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"eisweep/sweeps"
)

// cluster is a machine, a queue that holds a window of orders, and slots that execute them, in simulated time.
type cluster struct {
	t        *testing.T
	m        *Machine
	now      time.Duration
	slots    int
	queue    []Candidate // orders, first come first served
	running  []execution
	takes    map[string]time.Duration // what a task takes, by the sweep that it is of
	of       map[sweeps.ID]string     // the sweep that requested a task first
	started  []execution              // since the last look
	numbered uint64
}

// execution is a task in a slot.
type execution struct {
	Candidate
	ends time.Duration
}

func newCluster(t *testing.T, slots int) *cluster {
	return &cluster{t: t, m: New(), slots: slots, takes: map[string]time.Duration{}, of: map[sweeps.ID]string{}}
}

// newTask makes an id that no task has.
func (c *cluster) newTask(sweep string) (id sweeps.ID) {
	c.numbered++
	binary.BigEndian.PutUint64(id[:], c.numbered)
	c.of[id] = sweep
	return id
}

// launch launches a sweep of tasks that take so long each, and returns their ids. Where there are sources, each task
// waits for one.
func (c *cluster) launch(sweep string, priority, tasks int, takes time.Duration, sources ...sweeps.ID) (ids []sweeps.ID) {
	c.takes[sweep] = takes
	c.m.Step(LaunchBegan{Sweep: sweep, Priority: priority})
	for n := range tasks {
		e := TaskRequested{Sweep: sweep, ID: c.newTask(sweep), Execute: true}
		if len(sources) > 0 {
			e.Source = sources[n%len(sources)]
		}
		c.m.Step(e)
		ids = append(ids, e.ID)
	}
	c.step(LaunchCompleted{Sweep: sweep})
	return ids
}

// step feeds an event to the machine, places what is to be placed, and refills queue and slots.
func (c *cluster) step(e Event) {
	for _, command := range c.m.Step(e) {
		if p, ok := command.(Place); ok {
			c.m.Step(ResultPlaced{ID: p.ID, Run: p.Run})
		}
	}
	c.fill()
}

// HasRoom and Offer make it a Sender that knows how long tasks take.
func (c *cluster) HasRoom(int64) bool { return true }

func (c *cluster) Offer(o Candidate) Offer {
	return Offer{Seconds: c.takes[c.of[o.ID]].Seconds()}
}

// fill makes the queue hold what comes next, and has free slots take it.
func (c *cluster) fill() {
	for {
		if c.m.Disturbed() {
			c.queue = nil
			c.m.Step(OrdersWithdrawn{})
		}
		c.queue = append(c.queue, c.m.Choose(2*c.slots-len(c.queue), c)...)
		if len(c.queue) == 0 || len(c.running) == c.slots {
			return
		}
		o := c.queue[0]
		c.queue = c.queue[1:]
		x := execution{o, c.now + c.takes[c.of[o.ID]]}
		c.running, c.started = append(c.running, x), append(c.started, x)
		c.m.Step(AttemptStarted{o.ID, o.Run, fmt.Sprint(o.ID)})
	}
}

// pass has simulated time pass.
func (c *cluster) pass(d time.Duration) {
	c.t.Helper()
	for end := c.now + d; ; {
		next := slices.MinFunc(
			append(slices.Clone(c.running), execution{ends: end}),
			func(a, b execution) int { return cmp.Compare(a.ends, b.ends) },
		)
		if c.now = next.ends; c.now >= end {
			if problem := checkMachine(c.m); problem != "" {
				c.t.Error(problem)
			}
			return
		}
		c.running = slices.DeleteFunc(c.running, func(x execution) bool { return x.ID == next.ID })
		c.step(OutcomeCommitted{ID: next.ID, Run: next.Run, Token: fmt.Sprint(next.ID), Seconds: c.takes[c.of[next.ID]].Seconds()})
	}
}

// look returns for which sweeps tasks were started since the last look, in order.
func (c *cluster) look() (names []string) {
	for _, x := range c.started {
		names = append(names, x.For)
	}
	c.started = nil
	return names
}

// stagger has the slots become free one after the other: a hundred of them within a task's duration.
func (c *cluster) stagger() {
	for i := range c.running {
		c.running[i].ends = c.now + time.Duration(i+1)*c.takes["low"]/time.Duration(c.slots)
	}
	c.look()
}

// all returns a list of one name.
func all(name string, n int) []string { return slices.Repeat([]string{name}, n) }

// TestAHigherSweepGetsEveryFreeSlot of a hundred that run tasks of a minute, as long as it has tasks.
func TestAHigherSweepGetsEveryFreeSlot(t *testing.T) {
	c := newCluster(t, 100)
	c.launch("low", 0, 1000, time.Minute)
	c.stagger()
	c.pass(30 * time.Second)
	c.look()
	c.launch("high", 1, 20, time.Minute)
	c.pass(18 * time.Second)
	got := c.look()
	if want := append(all("high", 20), all("low", len(got)-20)...); len(got) < 25 || !slices.Equal(got, want) {
		t.Errorf("started: %v", got)
	}
}

// TestEqualSweepsShareTheSlots by seconds, from the moment in which the second is launched: what they get differs by no
// more than a task takes.
func TestEqualSweepsShareTheSlots(t *testing.T) {
	for name, takes := range map[string]time.Duration{"the same": time.Minute, "ten hours": 10 * time.Hour, "a second": time.Second} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, 100)
			c.launch("low", 0, 20_000, time.Minute)
			c.stagger()
			c.pass(10 * time.Minute)
			c.look()
			c.launch("other", 0, 20_000, takes)
			got := map[string]float64{}
			longest := max(time.Minute, takes).Seconds()
			for range 4 {
				c.pass(time.Minute)
				for _, name := range c.look() {
					got[name] += c.takes[name].Seconds()
				}
				if d := math.Abs(got["low"] - got["other"]); d > longest+1 {
					t.Errorf("at %v low got %v s, the other %v s", c.now, got["low"], got["other"])
				}
			}
			if got["other"] == 0 {
				t.Error("the other got nothing")
			}
		})
	}
}

// TestSourcesInheritThePriority of the sweep that waits for them, although their own has the lowest.
func TestSourcesInheritThePriority(t *testing.T) {
	c := newCluster(t, 100)
	train := c.launch("train", -1, 500, time.Minute)
	c.launch("low", 0, 2000, time.Minute)
	c.stagger()
	c.pass(30 * time.Second)
	c.look()
	last := train[490:]
	c.launch("push", 5, 10, time.Minute, last...)
	c.pass(6 * time.Second)
	for i, x := range c.started {
		if first := i < 10; first != slices.Contains(last, x.ID) || first && x.For != "push" {
			t.Errorf("start %d is of %s for %s", i, c.of[x.ID], x.For)
		}
	}
	c.look()
	c.pass(time.Minute)
	if got := c.look(); !slices.Contains(got, "push") || slices.Contains(got, "train") {
		t.Errorf("started: %v", got)
	}
	if n := c.m.Counts("push"); n.Waiting+n.Pending+n.Queued != 0 {
		t.Errorf("with the sources done: %+v", n)
	}
}

// TestASharedTaskRunsForTheOpenSweep while the other that wants it is paused or cancelled. What runs continues.
func TestASharedTaskRunsForTheOpenSweep(t *testing.T) {
	for name, event := range map[string]Event{"paused": SweepPaused{"low"}, "cancelled": SweepCancelled{"low"}} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, 100)
			ids := c.launch("low", 1, 400, time.Minute)
			c.m.Step(LaunchBegan{Sweep: "shares"})
			for _, id := range ids[:300] {
				c.m.Step(TaskRequested{Sweep: "shares", ID: id, Execute: true})
			}
			c.step(LaunchCompleted{Sweep: "shares"})
			c.stagger()
			c.pass(30 * time.Second)
			running := len(c.running)
			c.look()
			c.step(event)
			if len(c.running) != running {
				t.Errorf("%d of %d tasks run", len(c.running), running)
			}
			c.pass(5 * time.Minute)
			for _, name := range c.look() {
				if name != "shares" {
					t.Errorf("a task was started for %s", name)
				}
			}
			if n := c.m.Counts("shares"); n.Done != 300 || n.Total != 300 {
				t.Errorf("%+v", n)
			}
			n := c.m.Counts("low")
			if name == "paused" && (n.Done != 300 || n.Pending != 100) || name == "cancelled" && n.Done+n.Dropped != 400 {
				t.Errorf("%+v", n)
			}
		})
	}
}

// TestAnotherPriorityDecidesWhatIsSentNext: what is queued is withdrawn, and the sweep of the higher priority comes first.
func TestAnotherPriorityDecidesWhatIsSentNext(t *testing.T) {
	c := newCluster(t, 10)
	c.launch("low", 0, 200, time.Minute)
	c.launch("other", 5, 200, time.Minute)
	c.pass(90 * time.Second)
	if got := c.look(); !slices.Contains(got, "other") {
		t.Errorf("started: %v", got)
	}
	c.step(SweepPrioritized{Sweep: "low", Priority: 6})
	c.pass(2 * time.Minute)
	c.look() // what was running ends
	c.pass(2 * time.Minute)
	if got := c.look(); slices.Contains(got, "other") || !slices.Contains(got, "low") {
		t.Errorf("then started: %v", got)
	}
	phases := map[Phase]int{}
	for _, phase := range c.m.Phases("low") {
		phases[phase]++
	}
	n := c.m.Counts("low")
	if phases[Done] != n.Done || phases[Running] != n.Running || phases[Queued]+phases[Pending] != n.ToSend() || n.Done == 0 {
		t.Errorf("the phases are %v, the counts %+v", phases, n)
	}
}
