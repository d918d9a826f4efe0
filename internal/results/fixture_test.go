package results

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"eisweep/sim"
	"eisweep/sweeps"
)

// small are the settings of a network that the golden cases have, too.
func small() []sim.Setting {
	return []sim.Setting{
		{Name: "numint.n_trials", Value: sim.IntegerValue(2)},
		{Name: "ng.exc.n_per_axis", Value: sim.IntegerValue(4)},
		{Name: "inp.n_stimuli", Value: sim.IntegerValue(6)},
	}
}

func makeTask(e sim.Experiment, settings ...sim.Setting) *sweeps.Task {
	t := &sweeps.Task{
		ID: sweeps.ID{0: 1, 15: byte(len(e))}, Experiment: e, Seed: 3,
		Parameters: sim.Resolve(e, settings), Varying: settings,
	}
	if e == sim.Perturb {
		t.Source = &sweeps.Input{Task: sweeps.ID{7: 9}, Seed: 3, SeedKnown: true}
	}
	return t
}

// numbers returns reproducible numbers of all magnitudes, like weights and rates.
func numbers(n int) float32s {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	out := make(float32s, n)
	for i := range out {
		out[i] = float32(math.Exp(r.NormFloat64()))
	}
	return out
}

func doubles(n int) []float64 {
	out := make([]float64, n)
	for i, x := range numbers(n) {
		out[i] = float64(x) / 3
	}
	return out
}

func counts(n int) []int32 {
	out := make([]int32, n)
	for i, x := range numbers(n) {
		out[i] = int32(300 * x)
	}
	return out
}

// makeTraining invents a result of the right shapes.
func makeTraining(t *sweeps.Task) *sim.Result {
	p := &t.Parameters
	ne, ni, s3, trials := p.NE(), p.NI(), p.NStimuli(), p.Numint.NTrials
	layers, changes := trials/p.Numint.EveryN+1, max(1, p.Numint.EveryN-1)
	r := &sim.TrainingResult{
		Trials: trials, Layers: layers, StepsToConverge: counts(trials * s3), MaxInhSynChange: numbers(2 * changes),
		RecordingRE: numbers(ne * p.Numint.MaxSteps), RecordingRI: numbers(ni * p.Numint.MaxSteps), RecordingMu: numbers(trials * s3 * 8),
		AnglesIE: numbers(trials * s3), AnglesEI: numbers(trials * s3), Converged: true,
		ResponsesExc: numbers(s3 * ne), ResponsesInh: numbers(s3 * ni), ExcIn: numbers(s3 * ne), InhIn: numbers(s3 * ne),
		ResponseSim: doubles(ne * ni), ResponseSimEE: doubles(ne * ne), CC: numbers(ne), CP: numbers(ne), OsiE: numbers(ne), OsiI: numbers(ni),
		CorrelationsEE: doubles(ne * ne * layers),
		WEE:            numbers(ne * ne), WEI: numbers(ne * ni), WIE: numbers(ne * ni), WII: numbers(ni * ni),
		WEIInit: numbers(ne * ni), WIEInit: numbers(ne * ni), ZEI: numbers(ne * ni), ZIE: numbers(ne * ni),
		StimulusPref: numbers(3 * ne), Afferents: numbers(s3 * ne), EIMin: 0.25,
	}
	r.RecordingRE[5], r.CorrelationsEE[2] = float32(math.NaN()), math.NaN()
	return &sim.Result{Training: r, Log: []string{"Trial 1 of 2", "", "µ: 285 – 391 ✓ 𝛼"}}
}

// makePerturbation invents a result of the right shapes.
func makePerturbation(t *sweeps.Task) *sim.Result {
	p := &t.Parameters
	ne, ni, s3, n := p.NE(), p.NI(), p.NStimuli(), p.Perturb.NPerturbed
	r := &sim.PerturbationResult{
		RateChange: numbers(n * s3 * ne), ResponsesExc: numbers(s3 * ne),
		ResponseSimEE: doubles(ne * ne), CorrelationsEE: doubles(ne * ne),
		CorrelationBins: doubles(9), CorrelationMean: doubles(9), CorrelationSem: doubles(9), OriginalBins: doubles(10),
		WEE: numbers(ne * ne), WEI: numbers(ne * ni), WIE: numbers(ne * ni), WII: numbers(ni * ni),
	}
	for i := range n {
		r.Perturbed = append(r.Perturbed, int64((i*7+3)%ne))
	}
	return &sim.Result{Perturbation: r, Log: []string{"Perturbation 1 of 8."}}
}

func trainingTask() *sweeps.Task { return makeTask(sim.Approximate, small()...) }

func perturbationTask() *sweeps.Task {
	return makeTask(sim.Perturb, append(small()[1:], sim.Setting{Name: "perturb.n_perturbed", Value: sim.IntegerValue(8)})...)
}

// written writes a result into a new directory.
func written(t testing.TB, task *sweeps.Task, r *sim.Result) (string, Receipt) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "results.h5")
	receipt, err := Write(t.Context(), path, task, r)
	if err != nil {
		t.Fatal(err)
	}
	return path, receipt
}

func trained(t testing.TB) (string, *sim.Result) {
	t.Helper()
	task := trainingTask()
	r := makeTraining(task)
	path, _ := written(t, task, r)
	return path, r
}

func nanWithPayload() float32 { return math.Float32frombits(0xffc12345) }
