package main

import (
	"fmt"
	"time"

	"eisweep/internal/control"
)

// left words a time left, or that it isn't known yet.
func left(d time.Duration, known bool) string {
	if !known {
		return "estimating…"
	}
	return "about " + duration(d) + " left"
}

// planLine words a sweep's part of a plan.
func planLine(s *control.SweepPlan) string {
	return fmt.Sprintf("%s: %s: %s", s.Name, count(s.Tasks, "task"), list(
		some(s.New, "to run"), some(s.Waiting, "to run when "+plural(s.Waiting, "its", "their")+" source is done"), some(s.Done, "done"), some(s.Linked, "done elsewhere, linked"),
		some(s.Settled, "failed before and left so"), some(s.Blocked, "without a source")))
}

// stateLine words how far a sweep has come.
func stateLine(s *control.SweepState) string {
	return fmt.Sprintf("%s: %d of %d done", s.Name, s.Done, s.Tasks) +
		prefixed(list(some(s.Failed, "failed"), some(s.Running-s.Silent, "running"), some(s.Silent, "not heard of lately"), some(s.Queued, "queued"), some(s.Waiting, "waiting for a source")))
}

// rate words how many tasks were settled per time.
func rate(settled int, elapsed time.Duration) string {
	if settled == 0 || elapsed <= 0 {
		return ""
	}
	perMinute := float64(settled) / elapsed.Minutes()
	switch {
	case perMinute >= 120:
		return fmt.Sprintf("%.0f tasks/s", perMinute/60)
	case perMinute >= 1:
		return fmt.Sprintf("%.1f tasks/min", perMinute)
	default:
		return fmt.Sprintf("%.1f tasks/h", perMinute*60)
	}
}
