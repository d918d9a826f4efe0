package views

import (
	"context"
	"math"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/inspect"
	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
	"eisweep/sim"
	"eisweep/sweeps"
)

// curves answers a request for the course of a training: from the log in the result, or without one from that of the last attempt, which
// has some of the trials.
func (d *Dashboard) curves(ctx context.Context, id sweeps.ID, sweep string) (*api.Curves, error) {
	k, err := d.find(ctx, id, sweep)
	if err != nil {
		return nil, err
	}
	attempt, err := d.lastLog(id)
	if err != nil {
		return nil, err
	}
	trials := sim.ReadCourse(attempt)
	if path := k.path(d); path != "" && k.state == stateNames[done] {
		prober, err := cli.NewProber()
		if err != nil {
			return nil, err
		}
		found, err := prober.Log(ctx, path)
		if err != nil {
			return nil, err
		}
		trials = withRates(sim.ReadCourse(found.Log), trials)
	}
	out := newCurves(id, trials)
	if tree := k.task.Parameters; k.task.Experiment != sim.Perturb && k.task.Experiment != "" {
		out.Trials = tree.Numint.NTrials
	}
	return out, nil
}

// lastLog is what the log of the last attempt says, without the times.
func (d *Dashboard) lastLog(id sweeps.ID) ([]string, error) {
	logs, err := inspect.AttemptLogs(d.Root, id)
	if err != nil || len(logs) == 0 {
		return nil, err
	}
	text, err := atomicfile.Read(logs[len(logs)-1].Path, root.MaxLog)
	if err != nil {
		return nil, nil // cleaned in between
	}
	return linesOf(string(text)), nil
}

// linesOf are the lines of an attempt's log without their times.
func linesOf(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		_, said, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
		out = append(out, said)
	}
	return out
}

// withRates adds to trials the rates that others know, such as those of the same task's attempt.
func withRates(trials, others []sim.TrialCourse) []sim.TrialCourse {
	type place struct{ phase, trial int }
	known := map[place]sim.TrialCourse{}
	for _, t := range others {
		known[place{t.Phase, t.Trial}] = t
	}
	for i := range trials {
		if t, ok := known[place{trials[i].Phase, trials[i].Trial}]; ok && math.IsNaN(trials[i].RateE) {
			trials[i].RateE, trials[i].RateI = t.RateE, t.RateI
		}
	}
	return trials
}

func newCurves(id sweeps.ID, trials []sim.TrialCourse) *api.Curves {
	none := []api.Number{}
	out := &api.Curves{ID: id, Phase: []int{}, Trial: []int{}, Unsettled: []int{}, StepsMin: none, StepsMean: none, StepsMax: none,
		ChangeMax: none, ChangeMean: none, RateE: none, RateI: none}
	for _, t := range trials {
		out.Phase, out.Trial, out.Unsettled = append(out.Phase, t.Phase), append(out.Trial, t.Trial), append(out.Unsettled, t.Unsettled)
		out.StepsMin, out.StepsMax = append(out.StepsMin, api.Number(t.StepsMin)), append(out.StepsMax, api.Number(t.StepsMax))
		out.StepsMean = append(out.StepsMean, api.Number(t.StepsMean))
		out.ChangeMax, out.ChangeMean = append(out.ChangeMax, api.Number(t.ChangeMax)), append(out.ChangeMean, api.Number(t.ChangeMean))
		out.RateE, out.RateI = append(out.RateE, api.Number(t.RateE)), append(out.RateI, api.Number(t.RateI))
	}
	return out
}
