package worker

import (
	"context"
	"os"
	"testing"
	"time"

	"eisweep/internal/results"
	"eisweep/sim"
)

func TestStaleFileOfACrashIsReplaced(t *testing.T) {
	b := newBench(t, 10*time.Second)
	o := task(1)
	check(t, os.WriteFile(b.root.Incoming(o.ID, 1, 1), []byte("half"), 0o600))
	check(t, os.WriteFile(b.root.Incoming(o.ID, 1, 1)+".0000abcd.part", []byte("half"), 0o600))
	b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		if _, err := os.Stat(job.Path); err == nil {
			t.Error("the runner finds a file in its way")
		}
		return leave(ctx, job, observe)
	})
	b.publish(o)
	receive(b, b.outcomes)
	if names := b.left("incoming"); len(names) != 1 {
		t.Errorf("files: %v", names)
	}
}
