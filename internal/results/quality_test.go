package results

import (
	"reflect"
	"testing"

	"eisweep/internal/quality"
	"eisweep/internal/results/h5"
	"eisweep/sim"
	"eisweep/sweeps"
)

// qualityTasks have results of each kind: sound, unsettled, aborted, untrained, saturated and silent.
func qualityTasks(t *testing.T) map[string]*sweeps.Task {
	t.Helper()
	tasks := map[string]*sweeps.Task{}
	for name, text := range map[string]string{
		"sound":     "sy.e2e.w_total=1",
		"unsettled": "numint.max_steps=25",
		"aborted":   "numint.max_steps=25\nnumint.do_abort=true\nnumint.every_n=2",
		"neither":   "pl.is_plastic=NEITHER",
		"saturated": "ng.r_max=10",
		"silent":    "inp.exc.bg_input=-300",
	} {
		values, err := sim.ParseValues("ng.exc.n_per_axis=3\ninp.n_stimuli=3\nnumint.n_trials=4\nnumint.dt=0.004\nnumint.max_dr=5\n" + text)
		if err != nil {
			t.Fatal(err)
		}
		tasks[name] = makeTask(sim.Approximate, values...)
	}
	return tasks
}

func compute(t *testing.T, task *sweeps.Task, source *sim.Source) *sim.Result {
	t.Helper()
	s, err := sim.New(&sim.Task{Experiment: task.Experiment, Seed: task.Seed, Parameters: task.Parameters, Source: source})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return s.Result()
}

// The file of a result says what the worker said of it.
func TestAFileHasTheQualityOfItsResult(t *testing.T) {
	prober := Prober{Command: child(t, "probe")}
	check := func(name string, task *sweeps.Task, r *sim.Result) *quality.Quality {
		path, receipt := written(t, task, r)
		byDigest, err1 := prober.Digest(t.Context(), path)
		byLog, err2 := prober.Log(t.Context(), path)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if receipt.Quality == nil || !reflect.DeepEqual(byDigest.Info.Quality, receipt.Quality) ||
			!reflect.DeepEqual(byLog.Info.Quality, receipt.Quality) {
			t.Errorf("%s: %+v by its digest, %+v with its log, %+v by the worker", name, byDigest.Info.Quality, byLog.Info.Quality,
				receipt.Quality)
		}
		return receipt.Quality
	}
	reasons := map[string][]string{}
	var source *sim.Source
	for name, task := range qualityTasks(t) {
		r := compute(t, task, nil)
		q := check(name, task, r)
		reasons[name] = q.Verdict().Names()
		if x := r.Training; name == "sound" {
			source = &sim.Source{WEE: x.WEE, WEI: x.WEI, WIE: x.WIE, WII: x.WII, ResponseSimEE: x.ResponseSimEE, CorrelationsEE: doubles(27 * 27)}
		}
	}
	want := map[string][]string{"sound": nil, "unsettled": {"unsettled"}, "aborted": {"unsettled", "stopped"}, "neither": nil,
		"saturated": {"saturated"}, "silent": {"silent", "nan"}}
	if !reflect.DeepEqual(reasons, want) {
		t.Errorf("reasons %v, want %v", reasons, want)
	}
	values, err := sim.ParseValues("ng.exc.n_per_axis=3\ninp.n_stimuli=3\nperturb.n_perturbed=2\nnumint.max_steps=20")
	if err != nil {
		t.Fatal(err)
	}
	pushed := makeTask(sim.Perturb, values...)
	if q := check("perturb", pushed, compute(t, pushed, source)); q.UnsettledResponses != 1 {
		t.Errorf("perturb: %+v", q)
	}
}

// What the published program logged of its states is read from its files; of a PERTURB it logged nothing.
func TestQualityOfPublishedFiles(t *testing.T) {
	prober := Prober{Command: child(t, "probe")}
	share := func(n int) float64 { return float64(n) / 216 }
	for name, want := range map[string]*quality.Quality{
		"approximate_both":    {Trials: 4, PlannedTrials: 4},
		"approximate_neither": {},
		"some_unsettled":      {UnsettledTrial: share(127), UnsettledResponses: share(129), Trials: 2, PlannedTrials: 2},
		"never_converges":     {UnsettledTrial: 1, UnsettledResponses: 1, Trials: 2, PlannedTrials: 2},
		"abort_two_phases":    {UnsettledTrial: 0.25, UnsettledResponses: share(81), PlannedTrials: 4, StoppedUnsettled: true},
		"stops_early":         {Trials: 5, PlannedTrials: 6},
		"perturb":             nil,
	} {
		found, err := prober.Log(t.Context(), golden(name))
		got := found.Info.Quality
		if got != nil && want != nil { // the rates are those of the arrays
			want.Silent, want.NaN = got.Silent, got.NaN
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v (%v)", name, got, want, err)
		}
	}
}

// A file that lacks an array, or whose shapes are not those of its parameters, has no quality; reading it goes on.
func TestQualityOfAnIncompleteFile(t *testing.T) {
	task := qualityTasks(t)["neither"]
	path, _ := written(t, task, compute(t, task, nil))
	f, err := openResult(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := inspectOpen(f, path)
	if err != nil {
		t.Fatal(err)
	}
	info.NStimuli = 7
	if q, err := (&Reader{Info: info, file: f}).Quality(); q != nil || err != nil {
		t.Errorf("of another size: %+v, %v", q, err)
	}
	empty, err := h5.CreateImage()
	if err != nil {
		t.Fatal(err)
	}
	defer empty.Close()
	info.NStimuli = 3
	if q, err := (&Reader{Info: info, file: empty}).Quality(); q != nil || err != nil {
		t.Errorf("without arrays: %+v, %v", q, err)
	}
}
