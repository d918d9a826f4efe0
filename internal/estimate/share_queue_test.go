package estimate

import (
	"testing"
	"time"

	"eisweep/sim"
)

// queueOf deals 9 s to three shares of equal weight on one core, of which other programs leave a part.
func queueOf(part float64, end time.Duration) (q *shareQueue, now *time.Duration) {
	shares := tallyOf(task(sim.Approximate, 1, nil), task(sim.Approximate, 1, withTotal(1)), task(sim.Approximate, 1, withTotal(3))).order
	q, now = newShareQueue(shares, 1, 9, end), new(time.Duration)
	q.clock = func() time.Duration { return *now }
	*now = time.Second
	q.used = part
	return q, now
}

// What a share does not need goes to the others.
func TestTimeIsShared(t *testing.T) {
	q, now := queueOf(1, time.Hour)
	for n, want := range []float64{3, 2.5, 4.5} {
		s, seconds := q.next()
		isNear(t, "seconds", seconds, want)
		took := []float64{4, 0.5, 1}[n]
		*now += time.Duration(took * float64(time.Second))
		if q.took(took, seconds); s == nil {
			t.Fatal("a share is missing")
		}
	}
	if s, _ := q.next(); s != nil {
		t.Error("there are more shares than tasks")
	}
}

// If other programs leave a fifth of the core, every share gets less, so that none is left out.
func TestTimeIsSharedBesideOtherPrograms(t *testing.T) {
	q, now := queueOf(0.2, 16*time.Second)
	for range 3 {
		s, seconds := q.next()
		if isNear(t, "seconds", seconds, 1); s == nil { // 15 s are left, of which 3 s are to be had
			t.Fatal("a share is missing")
		}
		q.took(seconds, seconds)
		*now += time.Duration(5 * seconds * float64(time.Second))
	}
}
