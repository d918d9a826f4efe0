package explain

import (
	"strings"
	"testing"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/manifest"
	"eisweep/sweeps"
)

// TestExplainUnwanted explains a task that an interrupted launch left behind: its order was
// purged, and no sweep wants it.
func TestExplainUnwanted(t *testing.T) {
	got := (&Explainer{}).task(sweeps.ID{1}, lifecycle.Task{Run: 1, Phase: lifecycle.Queued})
	if !strings.Contains(got.Reason, "no sweep needs it") || got.Remedy == "" {
		t.Errorf("explained as %+v", got)
	}
}

// A task that failed with its source was never attempted, and a line that was made from the result
// alone does not know by whom: neither names a host or a worker.
func TestExplainNamesNoAttemptWhereNoneIsKnown(t *testing.T) {
	l := manifest.Line{Run: 2, Finished: time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local)}
	if got, want := lastAttempt(&l), "run 2, ended 2026-01-02 03:04:05"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	l.Attempt, l.Host, l.Worker, l.Seconds = 1, "here", "w1", 1.5
	if got, want := lastAttempt(&l), "run 2, attempt 1 on here by w1, 1.5 s, ended 2026-01-02 03:04:05"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
