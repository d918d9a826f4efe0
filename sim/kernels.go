package sim

import (
	"fmt"

	"eisweep/sim/internal/kernel"
)

// UseKernels makes every simulation of the process compute by "avx512", "avx2" or
// "generic" (plain Go); without it, by the fastest that the machine has. Results
// have the same bits by each. It is for before the first simulation. An error names
// what the machine has.
func UseKernels(name string) error {
	if err := kernel.Use(name); err != nil {
		return fmt.Errorf("use %w", err)
	}
	return nil
}

// Kernels is what simulations compute by.
func Kernels() string { return kernel.Name() }

// KernelChoices are those that this machine has, the fastest first.
func KernelChoices() []string { return kernel.Names() }
