package window

import (
	"testing"
	"time"
)

// TestTheWindowFollowsTheDurations of tasks, and holds two for each slot until they are known.
func TestTheWindowFollowsTheDurations(t *testing.T) {
	w := New(Config{Ahead: 10 * time.Minute})
	sizes := func(what string, want map[int]int) {
		t.Helper()
		for slots, n := range want {
			if is := w.Size(slots); is != n {
				t.Errorf("%s: %d slots have a window of %d, want %d", what, slots, is, n)
			}
		}
	}
	sizes("nothing is known", map[int]int{0: 0, 1: 16, 64: 128, 5000: 10_000})
	w.Took(1, 0) // of a task that no sweep names
	sizes("still nothing", map[int]int{64: 128})
	w.Took(60, 1)
	sizes("a minute", map[int]int{0: 0, 1: 16, 64: 640, 1000: 4096, 5000: 10_000})
	for range 100 {
		w.Took(36_000, 600)
	}
	sizes("ten hours", map[int]int{64: 128})
	w.limit, w.limited = 40, time.Now()
	sizes("the queue had room for 40", map[int]int{1: 16, 64: 40})
}

func TestHowLongTheQueueLasts(t *testing.T) {
	var d duration
	if got := d.lasts(10, 2); got != 0 {
		t.Errorf("before any task has ended: %v", got)
	}
	d.took(60, 1)
	for _, test := range []struct {
		tasks, slots int
		want         time.Duration
	}{{10, 2, 5 * time.Minute}, {0, 2, 0}, {10, 0, 0}} {
		if got := d.lasts(test.tasks, test.slots); got != test.want {
			t.Errorf("%d tasks in %d slots last %v, want %v", test.tasks, test.slots, got, test.want)
		}
	}
}
