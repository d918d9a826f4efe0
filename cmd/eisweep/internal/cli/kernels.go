package cli

import "eisweep/sim"

// kernelsVariable names the variable that says which kernels compute.
const kernelsVariable = "EISWEEP_KERNELS"

// ChooseKernels makes the model compute by what the variable says; empty or unset,
// by the fastest that this machine has.
func ChooseKernels(e *Env) error {
	name := e.Getenv(kernelsVariable)
	if name == "" {
		return nil
	}
	if err := sim.UseKernels(name); err != nil {
		return Usagef("%s: %w", kernelsVariable, err)
	}
	return nil
}
