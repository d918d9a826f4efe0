package lifecycle

import (
	"math"
	"testing"
)

// fixed is a Sender that knows of a task what others take on average.
type fixed struct{ seconds float64 }

func (fixed) HasRoom(int64) bool      { return true }
func (f fixed) Offer(Candidate) Offer { return Offer{Seconds: f.seconds} }

// TestEqualSweepsShareBySeconds has tasks of ten hours beside those of a minute: what the sweeps get differs by no more
// than one task takes.
func TestEqualSweepsShareBySeconds(t *testing.T) {
	m := New()
	takes := map[string]float64{"long": 36000, "short": 60}
	const tasks = 60
	for i, name := range []string{"long", "short"} {
		m.Step(LaunchBegan{Sweep: name})
		for n := range tasks {
			m.Step(TaskRequested{Sweep: name, ID: task(1 + n + i*100), Execute: true})
		}
		m.Step(LaunchCompleted{Sweep: name})
	}
	got := map[string]float64{}
	for range tasks {
		c := m.Choose(1, fixed{600})[0]
		m.Step(AttemptStarted{c.ID, c.Run, "t"})
		m.Step(OutcomeCommitted{ID: c.ID, Run: c.Run, Token: "t", Seconds: takes[c.For]})
		got[c.For] += takes[c.For]
	}
	if d := math.Abs(got["long"] - got["short"]); d > takes["long"] {
		t.Errorf("the sweeps got %v", got)
	}
}

// TestALimitedSweepIsNotSentMore, also when others have nothing to send; it does not wait behind them when it may send again; and
// a launch with another limit changes it.
func TestALimitedSweepIsNotSentMore(t *testing.T) {
	m := New()
	launch := func(name string, first, most int) {
		m.Step(LaunchBegan{Sweep: name, Most: most})
		for n := range 6 {
			m.Step(TaskRequested{Sweep: name, ID: task(first + n), Execute: true})
		}
		m.Step(LaunchCompleted{Sweep: name})
	}
	launch("limited", 1, 2)
	list := m.Choose(10, fixed{60})
	if len(list) != 2 || m.MayChoose() {
		t.Fatalf("%d tasks were sent", len(list))
	}
	for _, c := range list {
		m.Step(AttemptStarted{c.ID, c.Run, "t"})
	}
	launch("other", 101, 0)
	m.Step(OrdersWithdrawn{})
	if n := len(m.Choose(10, fixed{60})); n != 6 || m.Disturbed() {
		t.Fatalf("%d tasks of the other were sent", n)
	}
	m.Step(OutcomeCommitted{ID: list[0].ID, Run: 1, Token: "t", Seconds: 60})
	if !m.Disturbed() {
		t.Error("the next task of the limited sweep waits behind those of the other")
	}
	m.Step(OrdersWithdrawn{})
	for _, c := range m.Choose(10, fixed{60}) {
		m.Step(AttemptStarted{c.ID, c.Run, "t"})
	}
	if c := m.Counts("limited"); c.Running != 2 || c.Pending != 3 {
		t.Errorf("with a limit of 2: %+v", c)
	}
	launch("limited", 1, 4)
	m.Choose(10, fixed{60})
	if c := m.Counts("limited"); c.Running+c.Queued != 4 {
		t.Errorf("with a limit of 4: %+v", c)
	}
	launch("limited", 1, 1)
	if m.Step(OrdersWithdrawn{}); len(m.Choose(10, fixed{60})) != 0 {
		t.Error("a task is sent although more run than the new limit")
	}
}

// TestUsersShareBySeconds has one user with three sweeps and another with one: both get the same, and so do the three sweeps. A third
// user, who comes later, gets no more from then on than the others.
func TestUsersShareBySeconds(t *testing.T) {
	m := New()
	users := map[string]string{"a1": "a", "a2": "a", "a3": "a", "b1": "b", "c1": "c"}
	launch := func(name string, first int) {
		m.Step(LaunchBegan{Sweep: name, User: users[name]})
		for n := range 40 {
			m.Step(TaskRequested{Sweep: name, ID: task(first + n), Execute: true})
		}
		m.Step(LaunchCompleted{Sweep: name})
		m.Step(OrdersWithdrawn{})
	}
	got := map[string]int{}
	run := func(tasks int) {
		for range tasks {
			c := m.Choose(1, fixed{100})[0]
			m.Step(AttemptStarted{c.ID, c.Run, "t"})
			m.Step(OutcomeCommitted{ID: c.ID, Run: c.Run, Token: "t", Seconds: 60})
			got[c.For]++
			got[users[c.For]]++
		}
	}
	for i, name := range []string{"a1", "a2", "a3", "b1"} {
		launch(name, 1+40*i)
	}
	if run(24); got["a"] != 12 || got["b"] != 12 || got["a1"] != 4 || got["a2"] != 4 || got["a3"] != 4 {
		t.Errorf("they got %v", got)
	}
	clear(got)
	launch("c1", 161)
	if run(18); got["a"] != 6 || got["b"] != 6 || got["c"] != 6 {
		t.Errorf("with a third user, they got %v", got)
	}
}
