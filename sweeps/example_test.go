package sweeps_test

import (
	"context"
	"fmt"

	"eisweep/sweeps"
)

// Expand a sweep file into its tasks.
func ExampleSweep_Expand() {
	sweep, err := sweeps.Parse("recurrence.toml", []byte(`
name = "recurrence"
experiment = "APPROXIMATE"
seeds = [1, 2]

[axes]
sy.e2e.w_total = { from = 1.0, to = 3.0, count = 3 }
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	tasks, err := sweep.Expand(context.Background(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for task := range tasks.All() {
		fmt.Println(task.File)
	}
	// Output:
	// results~sy.e2e.w_total=1~seed=1.h5
	// results~sy.e2e.w_total=2~seed=1.h5
	// results~sy.e2e.w_total=3~seed=1.h5
	// results~sy.e2e.w_total=1~seed=2.h5
	// results~sy.e2e.w_total=2~seed=2.h5
	// results~sy.e2e.w_total=3~seed=2.h5
}

// All faults of a file are reported together.
func ExampleParse() {
	_, err := sweeps.Parse("recurrence.toml", []byte(`name = "recurrence"
experiment = "APPROXIMATE"

[parameters]
numint.n_trial = 100
sy.e2e.p = 1.5
`))
	fmt.Println(err)
	// Output:
	// recurrence.toml:5:1: unknown parameter numint.n_trial; did you mean numint.n_trials?
	//     5 | numint.n_trial = 100
	//       | ^^^^^^^^^^^^^^
	// recurrence.toml:6:12: sy.e2e.p: 1.5 is out of range (legal: 0 < p ≤ 1)
	//     6 | sy.e2e.p = 1.5
	//       |            ^^^
}
