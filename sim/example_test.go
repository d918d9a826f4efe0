package sim_test

import (
	"context"
	"fmt"

	"eisweep/sim"
)

// Train a small network for two trials.
func ExampleNew() {
	values, err := sim.ParseValues("ng.exc.n_per_axis=3\ninp.n_stimuli=4\nnumint.n_trials=2")
	if err != nil {
		fmt.Println(err)
		return
	}
	task := &sim.Task{Experiment: sim.Approximate, Seed: 1, Parameters: sim.Resolve(sim.Approximate, values)}
	s, err := sim.New(task)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := s.Run(context.Background(), nil); err != nil {
		fmt.Println(err)
		return
	}
	p, r := s.Progress(), s.Result().Training
	fmt.Printf("%d of %d stimuli, %d responses, %d E→I weights\n", p.Done, p.Total, len(r.ResponsesExc), len(r.WIE))
	// Output: 256 of 256 stimuli, 1728 responses, 81 E→I weights
}

// A saved state continues with the same bits in a simulation of the same task.
func ExampleSimulation_SaveTo() {
	values, err := sim.ParseValues("ng.exc.n_per_axis=2\ninp.n_stimuli=3\nnumint.n_trials=1")
	if err != nil {
		fmt.Println(err)
		return
	}
	task := &sim.Task{Experiment: sim.Approximate, Seed: 7, Parameters: sim.Resolve(sim.Approximate, values)}
	start := func() *sim.Simulation {
		s, err := sim.New(task)
		if err != nil {
			panic(err)
		}
		return s
	}
	interrupted, resumed, whole := start(), start(), start()
	for range 30 {
		if _, err := interrupted.Step(); err != nil {
			fmt.Println(err)
			return
		}
	}
	state, err := interrupted.Save()
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := resumed.Restore(state); err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range []*sim.Simulation{resumed, whole} {
		if err := s.Run(context.Background(), nil); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(resumed.Result().Training.WIE[0] == whole.Result().Training.WIE[0])
	// Output: true
}

func ExampleValues() {
	values := sim.Values{}.With(
		sim.Setting{Name: "pl.is_plastic", Value: sim.ChoiceValue(sim.Both)},
		sim.Setting{Name: "numint.n_trials", Value: sim.IntegerValue(100)},
	)
	text, err := values.MarshalJSON()
	fmt.Println(values.Text())
	fmt.Println(string(text), err)
	// Output:
	// numint.n_trials=100
	// pl.is_plastic=BOTH
	// {"numint.n_trials":100,"pl.is_plastic":"BOTH"} <nil>
}
