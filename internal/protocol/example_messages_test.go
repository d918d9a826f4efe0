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

func testTask(sweep string, n int) TaskMessage {
	return TaskMessage{
		ID: testID(n), Run: 1, Sweep: sweep, Attempt: 1, Experiment: sim.Approximate, Seed: uint32(n),
		Parameters: sim.Values{{Name: "numint.do_abort", Value: sim.BooleanValue(true)}, {Name: "numint.n_trials", Value: sim.IntegerValue(20)},
			{Name: "pl.is_plastic", Value: sim.ChoiceValue("EXC")}, {Name: "pl.eta_e", Value: sim.RealValue(1e-05)}},
	}
}
