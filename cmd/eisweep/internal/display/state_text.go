package display

import (
	"fmt"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/control"
)

// TimeLeft formats the time left with its range, which may be nil, or says that it is not known yet.
func TimeLeft(d time.Duration, known bool, between *[2]time.Duration) string {
	if !known {
		return "estimating…"
	}
	text := "about " + cli.Duration(d) + " left"
	if between != nil {
		text += fmt.Sprintf(" (%s to %s)", cli.Duration(between[0]), cli.Duration(between[1]))
	}
	return text
}

// timeLeft formats a time left of a snapshot, which is not known without workers.
func timeLeft(s *control.Snapshot, d time.Duration, known bool, between *[2]time.Duration) string {
	if s.NoWorker {
		return "no worker is connected"
	}
	return TimeLeft(d, known, between)
}

// planLine formats the plan of a sweep.
func planLine(s *control.SweepPlan) string {
	return fmt.Sprintf("%s: %s: %s", s.Name, cli.Count(s.Tasks, "task"), cli.JoinNonEmpty(
		cli.NonZero(s.New, "to run"),
		cli.NonZero(s.Waiting, "to run after "+cli.Plural(s.Waiting, "its", "their")+" source"),
		cli.NonZero(s.Done, "done"), cli.NonZero(s.Linked, "done elsewhere, linked"),
		cli.NonZero(s.Settled, "failed before, not retried"), cli.NonZero(s.Blocked, "without a source"),
		cli.NonZero(s.Later, "more at most, by [until]")))
}

// SweepText formats the progress of a sweep.
func SweepText(s *control.SweepState) string {
	return fmt.Sprintf("%s: %d of %d done", s.Name, s.Done, s.Tasks) +
		cli.AfterComma(cli.JoinNonEmpty(cli.NonZero(s.Suspect, "suspect"), cli.NonZero(s.Failed, "failed"),
			cli.NonZero(s.Running-s.Silent, "running"),
			cli.NonZero(s.Silent, "silent"), cli.NonZero(s.Pending, "pending"), cli.NonZero(s.Waiting, "waiting for a source"),
			undecidedText(s.Undecided)))
}

// undecidedText counts the points that may get more seeds.
func undecidedText(n int) string {
	if n == 0 {
		return ""
	}
	return cli.Count(n, "point") + " undecided"
}

// rate formats the number of finished tasks per time.
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
