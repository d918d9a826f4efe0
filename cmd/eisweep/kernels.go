package main

import "eisweep/sim"

// kernelsVariable names the variable that says which kernels compute.
const kernelsVariable = "EISWEEP_KERNELS"

// chooseKernels makes the model compute by what the variable says; empty or unset,
// by the fastest that this machine has.
func chooseKernels(e *environment) error {
	name := e.getenv(kernelsVariable)
	if name == "" {
		return nil
	}
	if err := sim.UseKernels(name); err != nil {
		return usage("%s: %w", kernelsVariable, err)
	}
	return nil
}
