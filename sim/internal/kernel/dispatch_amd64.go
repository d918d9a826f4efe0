package kernel

import "golang.org/x/sys/cpu"

// machineHas checks what the processor has and the operating system saves.
func machineHas(v variant) bool {
	c := &cpu.X86
	has := c.HasAVX && c.HasAVX2 && c.HasFMA && c.HasPOPCNT
	if v == avx512 {
		has = has && c.HasAVX512F && c.HasAVX512DQ && c.HasAVX512BW && c.HasAVX512VL
	}
	return has
}
