package inspect

import (
	"strings"
	"testing"

	"eisweep/internal/manifest"
	"eisweep/sweeps"
)

// The folder does not tell whether a task without a result runs: show names what does.
func TestShowOfATaskWithoutAResultNamesExplain(t *testing.T) {
	state := func(a *TaskRecord) string {
		for _, row := range a.rows(" -p lab") {
			if row[0] == "state" {
				return row[1]
			}
		}
		return ""
	}
	id := sweeps.ID{1}
	if got, want := state(&TaskRecord{ID: id}), "`eisweep explain "+id.String()+" -p lab`"; !strings.Contains(got, want) {
		t.Errorf("%q doesn't name %s", got, want)
	}
	if got := state(&TaskRecord{ID: id, Line: &manifest.Line{State: manifest.Done}}); got != "done" {
		t.Errorf("%q, not done", got)
	}
}
