package sim

import (
	"fmt"

	"eisweep/sim/internal/kernel"
)

// UseKernels makes every simulation of the process use the kernels "avx512", "avx2" or
// "generic" (plain Go). Without it they use the fastest that the machine has. Results have
// the same bits with each. Call it before the first simulation. The error lists the
// kernels that the machine has.
func UseKernels(name string) error {
	if err := kernel.Use(name); err != nil {
		return fmt.Errorf("use %w", err)
	}
	return nil
}

// Kernels returns the name of the kernels in use.
func Kernels() string { return kernel.Name() }

// KernelChoices lists the kernels that this machine has, the fastest first.
func KernelChoices() []string { return kernel.Names() }
