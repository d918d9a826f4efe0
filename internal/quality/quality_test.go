package quality

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"eisweep/sim"
)

// result runs a small task.
func result(t *testing.T, change func(*sim.Parameters)) *sim.Result {
	t.Helper()
	p := sim.Defaults(sim.Approximate)
	p.Ng.Exc.NPerAxis, p.Inp.NStimuli, p.Numint.NTrials, p.Numint.EveryN = 3, 2, 4, 2
	p.Numint.Dt, p.Numint.MaxDr, p.Numint.MaxSteps, p.Sy.E2E.WTotal = 4e-3, 5, 1000, 1
	change(&p)
	s, err := sim.New(&sim.Task{Experiment: sim.Approximate, Seed: 3, Parameters: p})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return s.Result()
}

func of(r *sim.Result) *Quality { return Of(r, r.Task.Experiment, &r.Task.Parameters) }

func TestOf(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*sim.Parameters)
		want    Quality
		reasons []string
	}{
		"sound":   {func(p *sim.Parameters) {}, Quality{Trials: 4, PlannedTrials: 4}, nil},
		"NEITHER": {func(p *sim.Parameters) { p.Pl.IsPlastic = sim.Neither }, Quality{}, nil},
		"nothing settles": {func(p *sim.Parameters) { p.Numint.MaxSteps = 2 },
			Quality{UnsettledTrial: 1, UnsettledResponses: 1, Trials: 4, PlannedTrials: 4}, []string{"unsettled"}},
		"aborted": {func(p *sim.Parameters) { p.Numint.MaxSteps, p.Numint.DoAbort = 2, true },
			Quality{UnsettledTrial: 1, UnsettledResponses: 1, PlannedTrials: 4, StoppedUnsettled: true}, []string{"unsettled", "stopped"}},
		"still, since nothing settles": {func(p *sim.Parameters) { p.Numint.MaxSteps, p.Numint.EveryN = 2, 4 },
			Quality{UnsettledTrial: 1, UnsettledResponses: 1, Trials: 2, PlannedTrials: 4, StoppedUnsettled: true},
			[]string{"unsettled", "stopped"}},
		"converged": {func(p *sim.Parameters) { p.Numint.EveryN, p.Pl.ConvergenceMax, p.Pl.ConvergenceMean = 4, 1e9, 1e9 },
			Quality{Trials: 2, PlannedTrials: 4}, nil},
	} {
		got := of(result(t, c.change))
		if names := got.Verdict().Names(); !reflect.DeepEqual(*got, c.want) || !slices.Equal(names, c.reasons) {
			t.Errorf("%s: %+v (%v), want %+v (%v)", name, *got, names, c.want, c.reasons)
		}
		if got.IsSuspect() != (c.reasons != nil) {
			t.Errorf("%s: suspect %v", name, got.IsSuspect())
		}
	}
}

// Rates and measures that a result could have count as they are counted by hand.
func TestOfRatesAndMeasures(t *testing.T) {
	r := result(t, func(p *sim.Parameters) { p.Ng.RMax = 100 })
	e := r.Training.ResponsesExc // 8 stimuli, 27 neurons
	for n := range e {
		e[n] = 1
	}
	for s := range 8 {
		for silent := range 6 {
			e[s*27+silent] = 0
		}
	}
	e[10], e[40], e[41] = 99, 100, 98.9
	nan := float32(math.NaN())
	r.Training.CC, r.Training.OsiE, r.Training.OsiI = []float32{1, nan, 1, 1}, []float32{nan, nan}, []float32{1, 2, 3}
	want := Quality{Saturated: 2. / 216, Silent: 6. / 27, NaN: map[string]float64{"cc": 0.25, "osi_e": 1}, Trials: 4, PlannedTrials: 4}
	got := of(r)
	if !reflect.DeepEqual(*got, want) {
		t.Errorf("%+v, want %+v", *got, want)
	}
	if names := got.Verdict().Names(); !slices.Equal(names, []string{"saturated", "silent", "nan"}) {
		t.Errorf("reasons %v", names)
	}
}

func TestOfPerturbation(t *testing.T) {
	p := sim.Defaults(sim.Perturb)
	p.Ng.Exc.NPerAxis, p.Inp.NStimuli, p.Perturb.NPerturbed = 2, 2, 3
	r := &sim.Result{Task: &sim.Task{Experiment: sim.Perturb, Parameters: p},
		Log: []string{"8 of 32 states did not settle and were used as they were"},
		Perturbation: &sim.PerturbationResult{ResponsesExc: slices.Repeat([]float32{1}, 64),
			CorrelationMean: []float64{1, math.NaN(), 1, 1, 1, 1, 1, 1, 1}}}
	want := Quality{UnsettledResponses: 0.25, NaN: map[string]float64{"correlation_mean": 1. / 9}}
	if got := of(r); !reflect.DeepEqual(*got, want) || !slices.Equal(got.Verdict().Names(), []string{"unsettled"}) {
		t.Errorf("%+v (%v), want %+v", *got, got.Reasons(sim.Perturb), want)
	}
}

// Without any correlation all bins are empty, and a network that pushes more neurons would have no more of them.
func TestNoCorrelationHasCausesInTheNetwork(t *testing.T) {
	for share, want := range map[float64][2]string{1: {"no neuron", "sy.e2e.w_total"}, 0.6: {"60 % of the bins", "perturb.n_perturbed"}} {
		q := Quality{NaN: map[string]float64{"correlation_mean": share}}
		got := q.Reasons(sim.Perturb)
		if len(got) != 1 || !strings.Contains(got[0].Text, want[0]) || got[0].Parameters[0] != want[1] {
			t.Errorf("%v: %v, want %q because of %s", share, got, want[0], want[1])
		}
	}
}

// Where a log does not say what settled, or does not belong to the result, nothing is claimed.
func TestUnknown(t *testing.T) {
	r := result(t, func(p *sim.Parameters) {})
	for name, log := range map[string][]string{
		"none": nil, "published PERTURB": {"Perturbation 1 of 8."},
		"other trials": {"phase 9 of 9, trial 9 of 9: x, 0 did not settle", "responses: x, 0 did not settle"},
	} {
		r.Log = log
		if q := of(r); q != nil || q.IsSuspect() || q.Reasons(sim.Approximate) != nil {
			t.Errorf("%s: %+v", name, q)
		}
	}
}

func TestPercent(t *testing.T) {
	for share, want := range map[float64]string{0.5: "50 %", 1: "100 %", 0.00001: "less than 0.01 %", 0.9999: "more than 99 %",
		0.0123: "1.2 %", 0.0004: "0.04 %"} {
		if got := percent(share); got != want {
			t.Errorf("%g: %s, want %s", share, got, want)
		}
	}
}

// Each reason of a verdict is explained, and nothing else is; the parameters exist.
func TestReasonsExplainTheVerdict(t *testing.T) {
	for name, q := range map[string]*Quality{
		"sound": {}, "just sound": {Silent: 0.2, NaN: map[string]float64{"osi_i": 0.2}},
		"empty bins":      {NaN: map[string]float64{"correlation_mean": 0.6}},
		"some empty bins": {NaN: map[string]float64{"correlation_mean": 0.5}}, "trial": {UnsettledTrial: 0.001},
		"all": {UnsettledTrial: 1, UnsettledResponses: 1, Saturated: 1, Silent: 1, NaN: map[string]float64{"cc": 1}, StoppedUnsettled: true},
	} {
		for _, e := range sim.Experiments() {
			var names []string
			for _, r := range q.Reasons(e) {
				if !slices.Contains(names, r.Name) {
					names = append(names, r.Name)
				}
				for _, p := range r.Parameters {
					if _, err := sim.Lookup(p); err != nil {
						t.Error(err)
					}
				}
			}
			slices.Sort(names)
			want := q.Verdict().Names()
			slices.Sort(want)
			if !slices.Equal(names, want) {
				t.Errorf("%s, %s: reasons %v, verdict %v", name, e, names, want)
			}
		}
	}
}
