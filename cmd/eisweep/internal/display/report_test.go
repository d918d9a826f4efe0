package display

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/control"
	"eisweep/internal/protocol"
)

// A run that is stopped says how much there is to do.
func TestSummaryTellsWhatIsLeft(t *testing.T) {
	for want, s := range map[string]control.SweepSummary{
		"s: 2 of 6 done: 2 run, 1 failed (lost 1), 3 pending\n": {Tasks: 6, Done: 2, Ran: 2, Failed: 1,
			ByClass: map[protocol.Class]int{protocol.Lost: 1}},
		"s: 0 of 6 done: 6 pending\n": {Tasks: 6},
		"s: 6 of 6 done: 6 reused\n":  {Tasks: 6, Done: 6, Reused: 6},
	} {
		s.Name = "s"
		var out bytes.Buffer
		writeSummary(&cli.Env{Stdout: &out}, control.Summary{Sweeps: []control.SweepSummary{s}}, nil)
		if !strings.HasPrefix(out.String(), want) {
			t.Errorf("%q, want %q", out.String(), want)
		}
	}
}

// An interrupted run says that its work is saved, and how to continue.
func TestSummaryOfAnInterruptedRun(t *testing.T) {
	var out bytes.Buffer
	sum := control.Summary{Sweeps: []control.SweepSummary{{Name: "s", Tasks: 6, Done: 2, Ran: 2}}}
	writeSummary(&cli.Env{Stdout: &out}, sum, &cli.Interrupted{})
	want := "results are saved, and running tasks as far as they reached; the same command continues\n"
	if !strings.HasSuffix(out.String(), want) {
		t.Errorf("%q does not end in %q", out.String(), want)
	}
}

// Other parameters are offered to those failures alone that need them.
func TestAgainIsByClassWhereClassesDiffer(t *testing.T) {
	const set = " --set NAME=VALUE   (with the same parameters they fail again)"
	const source = "for class source: rerun the sources, which the errors name, then run or launch this sweep again"
	tests := map[string]struct {
		classes map[protocol.Class]int
		want    []string
	}{
		"none":    {nil, nil},
		"storage": {map[protocol.Class]int{protocol.Storage: 1, protocol.Lost: 2}, []string{"rerun --failed"}},
		"numbers": {map[protocol.Class]int{protocol.Numeric: 1, protocol.Invalid: 1, protocol.Lost: 0}, []string{"rerun --failed" + set}},
		"both": {map[protocol.Class]int{protocol.Numeric: 1, protocol.Storage: 1, protocol.Lost: 1, protocol.Source: 1}, []string{
			"rerun --class numeric" + set, "rerun --class lost", "rerun --class storage", source,
		}},
		"source": {map[protocol.Class]int{protocol.Source: 1}, []string{source}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, r := range Reruns("rerun", test.classes) {
				got = append(got, r.String())
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}
