package coordinator

import (
	"strings"
	"testing"

	"eisweep/coordinator/lifecycle"
	"eisweep/sweeps"
)

// TestExplainUnwanted explains a task that an interrupted launch left behind: its order was
// purged, and no sweep wants it.
func TestExplainUnwanted(t *testing.T) {
	k := &Coordinator{machine: lifecycle.New()}
	got := (explainer{k}).explainTask(sweeps.ID{1}, lifecycle.Task{Run: 1, Phase: lifecycle.Queued})
	if !strings.Contains(got.Reason, "no sweep needs it") || got.Remedy == "" {
		t.Errorf("explained as %+v", got)
	}
}
