//go:build !amd64

package kernel

// machineHas: there is no assembly for this architecture.
func machineHas(variant) bool { return false }
