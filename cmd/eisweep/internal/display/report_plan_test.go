package display

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/control"
)

func planText(p control.Plan) string {
	var out bytes.Buffer
	writePlan(&cli.Env{Stdout: &out}, &p)
	return out.String()
}

// TestALongPlanIsSummarized prints a plan of many sweeps on few lines, with those that need attention.
func TestALongPlanIsSummarized(t *testing.T) {
	var p control.Plan
	for i := range 20 {
		p.Sweeps = append(p.Sweeps, control.SweepPlan{Name: fmt.Sprint("s", i), PlanCounts: control.PlanCounts{Tasks: 2, New: 2}})
	}
	p.Sweeps[19].Damaged = 1
	got := planText(p)
	for _, want := range []string{"s4: 2 tasks: 2 to run\n", "s19: 2 tasks: 2 to run\n", "14 more sweeps: 28 tasks: 28 to run\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "s5:") {
		t.Errorf("the sixth sweep has a line:\n%s", got)
	}
}

// TestAFinishedSweepIsSaidToBeDoneOnce has no line for a sweep of which the last line says all.
func TestAFinishedSweepIsSaidToBeDoneOnce(t *testing.T) {
	got := planText(control.Plan{Sweeps: []control.SweepPlan{{Name: "s", PlanCounts: control.PlanCounts{Tasks: 4, Done: 4}}}})
	if want := "nothing to run: 4 of 4 tasks are done\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
