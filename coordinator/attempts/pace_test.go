package attempts

import (
	"testing"
	"time"
)

// TestPaceLeavesOutWhenNothingRan asks how long the rest takes soon after the first
// worker came, long after the launch.
func TestPaceLeavesOutWhenNothingRan(t *testing.T) {
	at := func(seconds float64) time.Time { return time.Unix(1e9, 0).Add(time.Duration(seconds * 1e9)) }
	var p Pace
	heard := func(last float64) func(time.Time) bool {
		return func(since time.Time) bool { return at(last).After(since) }
	}
	p.Measure(at(0), 0)
	p.Measure(at(50), 0)
	if left, known := p.Left(100); known {
		t.Errorf("%v are left, with nothing done", left)
	}
	p.wake(at(54), heard(0))
	for n := range 30 {
		p.End(at(54+float64(n+1)/10), 2)
		p.wake(at(54+float64(n+1)/10), heard(0)) // between two tasks nothing runs
	}
	p.Measure(at(57), 0)
	if left, known := p.Left(100); !known || left != 5*time.Second {
		t.Errorf("100 are left at 20 a second: %v, known %t", left, known)
	}
	p.Measure(at(60), 40) // of a task that runs
	if left, known := p.Left(100); !known || left != 6*time.Second {
		t.Errorf("100 are left at 100 in 6 s: %v, known %t", left, known)
	}
	p.wake(at(69), heard(65)) // it still runs
	if _, known := p.Left(100); !known {
		t.Error("the pace is forgotten while a task runs")
	}
	p.wake(at(100), heard(65))
	if left, known := p.Left(100); known {
		t.Errorf("%v are left, at a pace of before nothing ran", left)
	}
}

// The range of the time left is as wide as the pace varies.
func TestPaceHasARange(t *testing.T) {
	at := func(seconds int) time.Time { return time.Unix(1e9+int64(seconds), 0) }
	var steady, varying Pace
	for n := range 17 {
		steady.Measure(at(n), float64(10*n))
		varying.Measure(at(n), float64(10*n+10*(n/2%2)))
		if n == 4 && steady.Range(100) != nil {
			t.Error("there is a range after 4 s")
		}
	}
	narrow, wide := steady.Range(100), varying.Range(100)
	if narrow[0] >= 10*time.Second || narrow[1] <= 10*time.Second || narrow[1]-narrow[0] > 2*time.Second {
		t.Errorf("10 s are left at a steady pace, in the range %v", *narrow)
	}
	if wide[0] >= narrow[0] || wide[1] <= narrow[1] {
		t.Errorf("a varying pace has the range %v, a steady one %v", *wide, *narrow)
	}
	if idle := new(Pace); idle.Range(100) != nil {
		t.Error("there is a range before anything was measured")
	}
}
