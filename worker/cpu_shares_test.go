package worker

import (
	"testing"
	"time"
)

func TestCPUTimeIsSharedByWhatRuns(t *testing.T) {
	now := 100 * time.Second
	s := cpuShares{clock: func() time.Duration { return now }}
	usedA, endA := s.begin()
	now += 4 * time.Second
	usedB, endB := s.begin()
	now += 6 * time.Second // 3 s each
	if a, b := usedA(), usedB(); a != 7*time.Second || b != 3*time.Second {
		t.Errorf("%v and %v, want 7 s and 3 s", a, b)
	}
	endA()
	endA() // only the first call counts
	now += 2 * time.Second
	if b := usedB(); b != 5*time.Second {
		t.Errorf("%v after the other attempt ended, want 5 s", b)
	}
	endB()
	now += time.Hour
	if usedC, endC := s.begin(); usedC() != 0 {
		t.Errorf("%v at the beginning of an attempt, want 0", usedC())
	} else {
		endC()
	}
}

func TestProcessTimeGrows(t *testing.T) {
	first := processTime()
	for sum := 0.0; processTime() == first; sum++ {
		if sum > 1e9 {
			t.Fatal("the clock does not advance")
		}
	}
}
