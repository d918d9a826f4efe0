package sim

import (
	"math"
	"strings"
	"testing"
)

// A log says of every trial what the angles show, which are NaN for a stimulus that did not settle.
func TestReadSettlingCountsWhatTheAnglesShow(t *testing.T) {
	for name, maxSteps := range map[string]int{"all settle": 200, "some": 30, "none": 2} {
		task := small(Approximate, func(p *Parameters) { p.Numint.MaxSteps, p.Inp.NStimuli = maxSteps, 3 })
		r := runTask(t, task)
		s, ok := ReadSettling(r.Log)
		if !ok || len(s.Trials) != 4 {
			t.Fatalf("%s: %+v, %v", name, s, ok)
		}
		sum := 0
		for n, trial := range s.Trials {
			want := 0
			for _, angle := range r.Training.AnglesEI[n*27 : (n+1)*27] {
				if math.IsNaN(float64(angle)) {
					want++
				}
			}
			if sum += want; trial != (TrialSettling{Phase: n/2 + 1, Trial: n%2 + 1, EveryN: 2, Unsettled: want}) {
				t.Errorf("%s: trial %d: %+v, want %d unsettled", name, n+1, trial, want)
			}
		}
		if settles := maxSteps == 200; settles != (sum == 0) || settles != (s.Responses == 0) || maxSteps == 2 && s.Responses != 27 {
			t.Errorf("%s: %d in the trials, %d in the responses", name, sum, s.Responses)
		}
	}
}

func TestReadSettlingOfOtherTasks(t *testing.T) {
	tasks := smallTasks(t)
	if s, ok := ReadSettling(runTask(t, tasks["neither"]).Log); !ok || s.Trials != nil {
		t.Errorf("NEITHER: %+v, %v", s, ok)
	}
	task := tasks["perturb"]
	p := *task
	p.Parameters.Numint.MaxSteps = 2
	if s, ok := ReadSettling(runTask(t, &p).Log); !ok || s.Responses != 11*8 || s.Trials != nil {
		t.Errorf("PERTURB that never settles: %+v, %v", s, ok)
	}
	if s, ok := ReadSettling(runTask(t, tasks["aborts"]).Log); !ok || !s.Trials[0].Aborted || s.Trials[0].Unsettled != 1 {
		t.Errorf("a phase that is aborted: %+v, %v", s, ok)
	}
	if _, ok := ReadSettling([]string{"phase 1 of 1, trial 1 of 2: steps 1–2 (mean 1.5), 1 did not settle"}); ok {
		t.Error("a log without responses says whether they settled")
	}
}

// A phase whose stimuli did not settle does not converge: nothing was learned, so nothing changed.
func TestAPhaseWithUnsettledStimuliHasNotConverged(t *testing.T) {
	for maxSteps, want := range map[int]string{1000: "has converged", 2: "8 in the last trial, 16 in all trials of the phase"} {
		task := smallTasks(t)["stops early"]
		task.Parameters.Numint.MaxSteps = maxSteps
		log := strings.Join(runTask(t, task).Log, "\n")
		if !strings.Contains(log, want) || strings.Contains(log, "converged") != (maxSteps == 1000) {
			t.Errorf("max_steps %d: no %q in\n%s", maxSteps, want, log)
		}
	}
}
