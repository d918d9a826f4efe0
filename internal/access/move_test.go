package access

import (
	"testing"

	"eisweep/internal/queue"
)

// A coordinator that starts again on another port, with all secrets made anew, is
// found by a worker that waits for a task.
func TestWorkerFollowsTheCoordinator(t *testing.T) {
	for name, rotate := range map[string]bool{"another port": false, "rotated": true} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			w := s.open(t, queue.Worker)
			s.publish(t, testTask(1))
			work(t, w)
			got := make(chan *queue.Delivery, 1)
			go func() {
				d, _ := w.Next(deadline(t), w.Sweeps)
				got <- d
			}()
			s.stop()
			if rotate {
				if err := s.authority.Rotate(); err != nil {
					t.Fatal(err)
				}
			}
			s.start(t)
			s.publish(t, testTask(2))
			if d := <-got; d == nil || d.Task().ID != testTask(2).ID {
				t.Errorf("delivery %v", d)
			}
		})
	}
}
