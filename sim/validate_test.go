package sim

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func TestDefaultsAreValid(t *testing.T) {
	for _, e := range Experiments() {
		if faults := Validate(e, Defaults(e)); faults != nil {
			t.Errorf("%s: %v", e, faults)
		}
	}
}

func TestValidateFindsEveryCombination(t *testing.T) {
	for _, c := range []struct {
		e      Experiment
		change func(*Parameters)
		name   string
		says   string
	}{
		{Approximate, func(p *Parameters) { p.Numint.Dt = 0.03 }, "numint.dt", "ng.inh.tau_m = 0.025"},
		{Perturb, func(p *Parameters) { p.Ng.Exc.TauM = 1e-4 }, "numint.dt", "ng.exc.tau_m = 0.0001"},
		{Approximate, func(p *Parameters) { p.Numint.EveryN = 3 }, "numint.every_n", "does not divide numint.n_trials = 500"},
		{Approximate, func(p *Parameters) { p.Numint.EveryN = 1000 }, "numint.every_n", "does not divide"},
		{Approximate, func(p *Parameters) { p.Pl.PlasticityTypeIE = RuleGradient }, "pl.plasticity_type_ie",
			"use GRADIENT for both or for neither"},
		{Gradient, func(p *Parameters) { p.Pl.PlasticityTypeIE = RuleBackprop }, "pl.plasticity_type_ie", "use GRADIENT for both or for neither"},
		{Gradient, func(p *Parameters) { p.Sy.E2I.P = 1e-4 }, "sy.e2i.p", "no synapse among 512 neurons"},
		{Gradient, func(p *Parameters) { p.Sy.I2E.P = 0.0078125 }, "sy.i2e.p", "the smallest value that gives one is 0.007812501"},
		{Approximate, func(p *Parameters) { p.Sy.I2I.P = 1e-3 }, "sy.i2i.p", "among 64 neurons"},
		{Approximate, func(p *Parameters) { p.Sy.E2E.P = 1e-4 }, "sy.e2e.p", "among 512 neurons"},
		{Perturb, func(p *Parameters) { p.Perturb.NPerturbed = 513 }, "perturb.n_perturbed", "513 of 512 neurons"},
		{Approximate, func(p *Parameters) { p.Numint.NTrials, p.Numint.EveryN = math.MaxInt32, math.MaxInt32 }, "numint.n_trials", "TiB"},
		{Approximate, func(p *Parameters) { p.Ng.Exc.NPerAxis, p.Numint.NTrials, p.Numint.EveryN = 16, 100_000, 1 }, "numint.every_n", "TiB"},
		{Perturb, func(p *Parameters) { p.Ng.Exc.NPerAxis, p.Inp.NStimuli, p.Perturb.NPerturbed = 16, 64, 4096 }, "perturb.n_perturbed", "TiB"},
	} {
		p := Defaults(c.e)
		c.change(&p)
		faults := Validate(c.e, p)
		if len(faults) != 1 || faults[0].Names[0] != c.name || !strings.Contains(faults[0].Error(), c.says) {
			t.Errorf("%s, %s: %v, want %q", c.e, c.name, faults, c.says)
		}
		task := &Task{Experiment: c.e, Parameters: p}
		if _, err := New(task); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("New: %v, want %q", err, c.says)
		}
	}
}

func TestValidateReportsAllFaultsAtOnce(t *testing.T) {
	p := Defaults(Gradient)
	p.Numint.Dt, p.Numint.EveryN, p.Sy.E2I.P, p.Pl.PlasticityTypeEI = 1, 7, 1e-9, RuleApproximate
	if faults := Validate(Gradient, p); len(faults) != 4 {
		t.Errorf("%v, want four faults", faults)
	}
}

func TestPathwaysWithoutWeightNeedNoSynapse(t *testing.T) {
	p := Defaults(Approximate)
	p.Sy.E2E.WTotal, p.Sy.E2E.P, p.Sy.I2I.WTotal, p.Sy.I2I.P = 0, 1e-9, 0, 1e-9
	if faults := Validate(Approximate, p); faults != nil {
		t.Errorf("%v", faults)
	}
}

func TestSmallestProbabilityIsTheSmallest(t *testing.T) {
	for n := 1; n <= 4096; n++ {
		p := smallestProbability(n)
		if synapses(p, n) < 1 || synapses(math.Nextafter32(p, 0), n) > 0 {
			t.Fatalf("of %d neurons: %v", n, p)
		}
	}
}

func TestNewRefusesWhatDoesNotFit(t *testing.T) {
	network := func() *Source {
		return &Source{WEE: make([]float32, 27*27), WEI: make([]float32, 27*3), WIE: make([]float32, 3*27), WII: make([]float32, 9),
			CorrelationsEE: make([]float64, 27*27), ResponseSimEE: make([]float64, 27*27)}
	}
	for name, c := range map[string]struct {
		task func() *Task
		says string
	}{
		"no source": {func() *Task { return small(Perturb, nil) }, "needs a trained network"},
		"source of another size": {func() *Task {
			task := small(Perturb, func(p *Parameters) { p.Ng.Exc.NPerAxis = 4 })
			task.Source = network()
			return task
		}, "wie has 81 values, but ng.exc.n_per_axis makes it 8 × 64"},
		"source with a NaN": {func() *Task {
			task := small(Perturb, nil)
			task.Source = network()
			task.Source.WEI[5] = float32(math.NaN())
			return task
		}, "wei[1, 2] is NaN"},
		"source of a training": {func() *Task {
			task := small(Gradient, nil)
			task.Source = network()
			return task
		}, "takes no trained network"},
		"initial state of another size": {func() *Task {
			task := small(Approximate, nil)
			task.Initial.WII = make([]float32, 4)
			return task
		}, "initial state: wii has 4 values, but ng.exc.n_per_axis makes it 3 × 3"},
		"negative weight": {func() *Task {
			task := small(Approximate, nil)
			task.Initial.WEE = make([]float32, 27*27)
			task.Initial.WEE[28] = -1
			return task
		}, "wee[1, 1] is -1"},
		"out of range":       {func() *Task { return small(Approximate, func(p *Parameters) { p.Ng.RMax = 0 }) }, "ng.r_max: 0 is out of range"},
		"unknown experiment": {func() *Task { return &Task{Experiment: "TRAIN"} }, "unknown experiment"},
	} {
		if _, err := New(c.task()); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

func TestSourceCorrelationsMayBeNaN(t *testing.T) {
	task := small(Perturb, nil)
	trained := runTask(t, small(Approximate, nil)).Training
	task.Source = sourceOf(trained)
	for n := range task.Source.CorrelationsEE {
		if n%27 == 5 || n/27 == 5 {
			task.Source.CorrelationsEE[n] = math.NaN()
		}
	}
	r := runTask(t, task)
	log := strings.Join(r.Log, "\n")
	if strings.Contains(log, " 0 left out") || math.IsNaN(r.Perturbation.OriginalBins[0]) {
		t.Errorf("bins %v, log\n%s", r.Perturbation.OriginalBins, log)
	}
}

func TestMemoryGrowsWithTheTask(t *testing.T) {
	p := Defaults(Approximate)
	published := Memory(Approximate, p)
	if published < 50<<20 || published > 1<<30 {
		t.Errorf("the published task would take %d bytes", published)
	}
	p.Inp.NStimuli = 24
	if Memory(Approximate, p) < 4*published {
		t.Errorf("eight times the stimuli take %d bytes, not %d", Memory(Approximate, p), published)
	}
}
