package coordinator

import (
	"os"
	"strings"
	"testing"

	"eisweep/coordinator/records"
	"eisweep/internal/control"
	"eisweep/internal/protocol"
)

func TestSettledSweepsAreSummarizedAfterARestart(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.fails["EXC"] = protocol.Numeric
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	before := g.finish(k, "two")
	g.end()
	k = g.serve()
	other := file(strings.NewReplacer(`"two"`, `"other"`, "[1, 2]", "[3, 4]").Replace(twoByTwo))
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{other}})
	g.finish(k, "other")
	s := told[control.Summary](g, control.VerbSummary, control.Steer{Sweeps: []string{"two", "other"}}).Sweeps
	if len(s) != 2 || s[0].Name != "other" || s[0].Failed != 2 {
		t.Fatalf("summary %+v", s)
	}
	if now := s[1]; now.Tasks != 4 || now.Done != before.Done || now.Failed != 2 || now.ByClass[protocol.Numeric] != 2 ||
		len(now.Failures) != 2 || now.Status != control.Finished {
		t.Errorf("summary %+v, before %+v", now, before)
	}
	if e := told[control.Explained](g, control.VerbExplain, control.Explain{Target: "two"}); e.State != string(control.Finished) ||
		!strings.Contains(e.Reason, "2 tasks failed") {
		t.Errorf("explained %+v", e)
	}
}

// TestSteeringAllPassesOverWhatIsOver resumes all sweeps, one of which was cancelled.
func TestSteeringAllPassesOverWhatIsOver(t *testing.T) {
	g := newRig(t)
	g.serve()
	other := file(strings.NewReplacer(`"two"`, `"other"`, "[1, 2]", "[3, 4]").Replace(twoByTwo))
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{other, file(twoByTwo)}})
	told[control.Steered](g, control.VerbCancel, control.Steer{Sweeps: []string{"other"}})
	for _, verb := range []string{control.VerbPause, control.VerbResume, control.VerbCancel} {
		if s := told[control.Steered](g, verb, control.Steer{}).Sweeps; len(s) != 1 || s[0].Name != "two" || !s[0].Changed {
			t.Errorf("%s: %+v", verb, s)
		}
	}
}

// TestSweepThatCannotBeResumedIsSteered damages what a restarted coordinator needs.
func TestSweepThatCannotBeResumedIsSteered(t *testing.T) {
	for name, damaged := range map[string]func(*testCluster) string{
		"its file":   func(g *testCluster) string { return g.root.SweepFile("two") },
		"its record": func(g *testCluster) string { return records.Path(g.root, "two") },
	} {
		t.Run(name, func(t *testing.T) {
			g := newRig(t)
			g.serve()
			told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
			g.end()
			if err := os.WriteFile(damaged(g), []byte("damaged"), 0o600); err != nil {
				t.Fatal(err)
			}
			g.serve()
			two := control.Steer{Sweeps: []string{"two"}}
			if _, err := ask[control.Steered](g, control.VerbResume, two); err == nil || !strings.Contains(err.Error(), "launch it again") {
				t.Errorf("resumed: %v", err)
			}
			for _, step := range []struct {
				verb string
				to   control.Status
			}{{control.VerbPause, control.Paused}, {control.VerbCancel, control.Cancelled}} {
				for _, changed := range []bool{true, false} {
					if s := told[control.Steered](g, step.verb, two).Sweeps[0]; s.Status != step.to || s.Changed != changed {
						t.Errorf("%s: %+v", step.verb, s)
					}
				}
				if record, err := records.Read(g.root, "two"); err != nil || record.Status != step.to {
					t.Errorf("%s: record %+v, %v", step.verb, record, err)
				}
			}
			if left := g.orders(); len(left) != 0 {
				t.Errorf("queued %v", left)
			}
		})
	}
}
