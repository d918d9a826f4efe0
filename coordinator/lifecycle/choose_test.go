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
