package main

import (
	"strings"
	"testing"
	"time"

	"eisweep/internal/control"
)

func TestMetrics(t *testing.T) {
	var text strings.Builder
	writeMetrics(&text, control.Snapshot{
		Sweeps: []control.SweepState{
			{Name: "first", Tasks: 10, Done: 3, Failed: 1, Running: 2, Queued: 4, Stand: control.Open},
			{Name: "held", Tasks: 7, Queued: 7, Stand: control.Paused},
		},
		Running:    make([]control.RunningTask, 2),
		Unanswered: 12500 * time.Millisecond,
	}, control.Workers{Workers: []control.Worker{{Slots: 4, Busy: 2}, {Slots: 8, Silent: true}}})
	for _, line := range []string{
		`eisweep_tasks{sweep="first",state="queued"} 4`,
		`eisweep_tasks{sweep="first",state="failed"} 1`,
		`eisweep_tasks{sweep="held",state="queued"} 7`,
		"eisweep_tasks_pending 6", // nobody may have those of a paused sweep
		"eisweep_workers 1",
		"eisweep_nats_unanswered_seconds 12.5",
		`eisweep_worker_slots{state="all"} 4`,
		`eisweep_worker_slots{state="busy"} 2`,
	} {
		if !strings.Contains(text.String(), "\n"+line+"\n") {
			t.Errorf("no line %s in\n%s", line, text.String())
		}
	}
	for line := range strings.Lines(text.String()) {
		if name, _, _ := strings.Cut(line, "{"); !strings.HasPrefix(line, "#") && !strings.Contains(text.String(), "# TYPE "+strings.Fields(name)[0]+" gauge\n") {
			t.Errorf("no type for %s", line)
		}
	}
}
