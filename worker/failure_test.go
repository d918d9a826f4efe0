package worker

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"eisweep/internal/protocol"
	"eisweep/internal/results"
	"eisweep/sim"
)

func TestFailuresHaveClasses(t *testing.T) {
	cases := map[string]struct {
		end  error
		want protocol.Class
	}{
		"numbers":   {fmt.Errorf("run: %w", &sim.NumericError{Phase: "training", Trial: 3, What: "the rates"}), protocol.Numeric},
		"invalid":   {fmt.Errorf("new: %w", sim.ErrInvalid), protocol.Invalid},
		"no source": {fmt.Errorf("read: %w", results.ErrUntrained), protocol.Invalid},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, 10*time.Second)
			b.start(func(context.Context, *Job, func(sim.Progress)) (results.Receipt, error) {
				return results.Receipt{}, c.end
			})
			b.publish(task(1))
			if o := receive(b, b.outcomes); o.Class != c.want || o.Error != c.end.Error() || o.Attempt != 1 {
				t.Errorf("outcome %+v", o.Outcome)
			}
		})
	}
}

func TestPanicEndsTheTaskNotTheWorker(t *testing.T) {
	b := newBench(t, 10*time.Second)
	bad := task(1)
	b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		if job.Task.ID == bad.ID {
			panic("index out of range")
		}
		return leave(ctx, job, observe)
	})
	b.publish(bad, task(2))
	failed := receive(b, b.outcomes)
	if failed.Class != protocol.Invalid || !strings.Contains(failed.Error, "index out of range") {
		t.Errorf("outcome %+v", failed.Outcome)
	}
	if o := receive(b, b.outcomes); !o.Done() {
		t.Errorf("outcome %+v", o.Outcome)
	}
	log, err := os.ReadFile(b.root.Log(bad.ID, 1, failed.Token))
	if err != nil || !strings.Contains(string(log), "failure_test.go") {
		t.Errorf("log %q, %v", log, err)
	}
}
