package worker

import (
	"testing"
	"time"

	"eisweep/sim"
)

// TestTrialsAreReportedNowAndThen: each trial that ended at most once, and no second one soon after the first.
func TestTrialsAreReportedNowAndThen(t *testing.T) {
	p := sim.Defaults(sim.Approximate)
	p.Ng.Exc.NPerAxis, p.Inp.NStimuli, p.Numint.NTrials, p.Numint.EveryN = 2, 2, 4, 4
	for name, begun := range map[string]time.Time{"long ago": time.Now().Add(-trialInterval), "just now": time.Now().Add(time.Hour)} {
		s, err := sim.New(&sim.Task{Experiment: sim.Approximate, Seed: 1, Parameters: p})
		if err != nil {
			t.Fatal(err)
		}
		var reported []sim.TrialCourse
		r := trialReports{to: func(c sim.TrialCourse) { reported = append(reported, c) }, last: begun}
		if err := s.Run(t.Context(), func(p sim.Progress) {
			r.progress(s, &p)
			if name == "long ago" {
				r.last = begun // as if each trial took that long
			}
		}); err != nil {
			t.Fatal(err)
		}
		want := map[string]int{"long ago": 3, "just now": 0}[name]
		if len(reported) < want || want == 0 && len(reported) > 0 {
			t.Errorf("begun %s: %d reports: %+v", name, len(reported), reported)
		}
		for i := range reported {
			if i > 0 && reported[i].Trial <= reported[i-1].Trial {
				t.Errorf("trial %d is reported after trial %d", reported[i].Trial, reported[i-1].Trial)
			}
		}
	}
}
