package autoscale

import (
	"testing"
	"time"
)

// A batch system that doesn't answer is asked no more often because something waits for it.
func TestSilentBatchSystemIsAskedSeldom(t *testing.T) {
	asked := time.Now()
	for silent, want := range map[bool]bool{true: false, false: true} {
		s := &Scaler{decision: newDecision(1, 1, "log"), silent: silent, listedAt: asked}
		if got := s.shouldListJobs(asked.Add(shortListInterval), &Backlog{Queued: 1, Unsettled: 1}); got != want {
			t.Errorf("silent %v: it is asked again soon: %v", silent, got)
		}
		s = &Scaler{decision: newDecision(1, 1, "log"), silent: silent, listedAt: asked}
		if !s.shouldListJobs(asked.Add(listInterval), &Backlog{Queued: 1, Unsettled: 1}) {
			t.Errorf("silent %v: it is asked no more", silent)
		}
	}
}
