package cli

import "eisweep/sim"

// kernelsVariable is the environment variable that selects kernels.
const kernelsVariable = "EISWEEP_KERNELS"

// ChooseKernels selects the kernels that the variable names; if it is empty or unset, the fastest that this machine supports.
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
