package queue

import (
	"context"
	"errors"
	"testing"
	"time"

	"eisweep/internal/natsserver"
)

// An acknowledgement that nobody can confirm any more ends by itself.
func TestAcknowledgementsEnd(t *testing.T) {
	for name, c := range map[string]struct {
		happens func(q *Queue, s *natsserver.Server) error
		lost    bool // at once, and not only when the task has been delivered again
	}{
		"the sweep was closed": {func(q *Queue, _ *natsserver.Server) error { return q.CloseSweep(deadline(t), "quick") }, true},
		"the sweep was opened anew": {func(q *Queue, _ *natsserver.Server) error {
			return errors.Join(q.CloseSweep(deadline(t), "quick"), q.OpenSweep(deadline(t), "quick"))
		}, true},
		"the server is gone": {func(_ *Queue, s *natsserver.Server) error { s.Stop(); return nil }, false},
	} {
		for verb, give := range map[string]func(*Delivery, context.Context) error{
			"Done": (*Delivery).Done, "Terminate": (*Delivery).Terminate,
			"HandBack": func(d *Delivery, ctx context.Context) error { return d.HandBack(ctx, 0) },
			"Retry":    func(d *Delivery, ctx context.Context) error { return d.Retry(ctx, 0) },
		} {
			t.Run(name+"/"+verb, func(t *testing.T) {
				t.Parallel()
				s := startServer(t, t.TempDir())
				wait := time.Hour
				if !c.lost {
					wait = 300 * time.Millisecond
				}
				q := open(t, s, func(o *Options) { o.AckWait = wait })
				publish(t, q, testTask("quick", 1))
				d := next(t, q, "quick")
				begin(t, d, "w", 1)
				if err := c.happens(q, s); err != nil {
					t.Fatal(err)
				}
				ctx := deadline(t)
				// The server confirms that a task comes back which it hasn't delivered.
				if err := give(d, ctx); err != nil && errors.Is(err, ErrLeaseLost) != c.lost || ctx.Err() != nil {
					t.Errorf("error %v, the test's time: %v", err, ctx.Err())
				}
			})
		}
	}
}
