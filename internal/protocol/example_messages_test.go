package protocol

import (
	"encoding/binary"

	"eisweep/sim"
	"eisweep/sweeps"
)

const testRoot = "abcdefghijk2"

func testID(n int) (id sweeps.ID) {
	binary.BigEndian.PutUint64(id[:], uint64(n)+1)
	return id
}

func testTask(sweep string, n int) Task {
	return Task{
		ID: testID(n), Run: 1, Sweep: sweep, Attempt: 1, Experiment: sim.Approximate, Seed: uint32(n),
		Parameters: map[string]any{"numint.n_trials": 20, "pl.eta_e": 1e-05, "pl.is_plastic": "EXC", "numint.do_abort": true},
	}
}
