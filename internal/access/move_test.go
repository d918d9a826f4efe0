package access

import (
	"context"
	"testing"

	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
)

// A coordinator that starts again on another port, with all secrets made anew, is
// found by a worker that waits for a task.
func TestWorkerFollowsTheCoordinator(t *testing.T) {
	for name, rotate := range map[string]bool{"another port": false, "rotated": true} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			w := s.open(t, protocol.Worker)
			s.publish(t, testTask(1))
			work(t, w)
			got := make(chan *queue.Delivery, 1)
			go func() {
				d, _ := w.Next(natstest.Deadline(t))
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

// A task that runs while the coordinator is gone ends as if it had been there.
func TestOutcomeOutlivesTheServer(t *testing.T) {
	s := newSite(t)
	w := s.open(t, protocol.Worker)
	s.publish(t, testTask(1))
	a := claim(t, w)
	s.noOrders(t) // the acknowledgement, which nobody confirms, has arrived
	s.stop()
	ended := make(chan error, 1)
	go func() { ended <- fail(t, a) }()
	s.start(t)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	s.noOrders(t)
}

// A client reaches the current coordinator, also after a restart.
func TestClientFollowsTheCoordinator(t *testing.T) {
	s := newSite(t)
	c := s.open(t, protocol.Client)
	s.stop()
	s.start(t)
	stop, err := s.queue.Answer(func(_ context.Context, verb string, _ []byte) []byte { return []byte(verb) })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if got, err := c.Ask(natstest.Deadline(t), "ping", nil); err != nil || string(got) != "ping" {
		t.Errorf("answer %q, %v", got, err)
	}
}
