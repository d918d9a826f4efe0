package slurmjobs

import (
	"bytes"
	"strings"
	"testing"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/slurm"
)

// A job's reason and user come from others, who could write a line break to imitate output of the program.
func TestJobsForgeNoLine(t *testing.T) {
	var out bytes.Buffer
	e := cli.NewEnv(strings.NewReader(""), &out, &out, func(string) string { return "" })
	const hostile = "x\neisweep: all is well"
	view := View{jobs: []slurm.Job{{ID: "1", State: "PENDING", Reason: hostile, User: hostile}}}
	if err := view.WriteTable(e); err != nil {
		t.Fatal(err)
	}
	for _, line := range view.Lines() {
		e.Linef("%s", line)
	}
	if strings.Contains("\n"+out.String(), "\neisweep:") || !strings.Contains(out.String(), "all is well") {
		t.Errorf("a line is forged, or the reason is missing:\n%s", &out)
	}
}
