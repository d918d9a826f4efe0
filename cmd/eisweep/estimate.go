package main

import (
	"context"
	"time"

	"eisweep/cmd/eisweep/internal/display"
	"eisweep/coordinator/plan"
	"eisweep/internal/estimate"
)

// measureTime is how long `plan` measures the model.
const measureTime = 2 * time.Second

// estimateOf measures what a sweep's executions would take; nil when there are none.
func estimateOf(ctx context.Context, t *estimate.Tally, share time.Duration) *display.Estimate {
	if t.Tasks == 0 {
		return nil
	}
	return &display.Estimate{CPUSeconds: t.CPU(ctx, share), Bytes: t.Bytes}
}

// executes says whether an action computes anything.
func executes(a plan.Action) bool { return a == plan.Run || a == plan.Wait }
