package kernel

import (
	"testing"

	"golang.org/x/sys/cpu"
)

// TestEveryFeatureIsLookedFor switches the processor's features off one by one: what
// needs one is not run without it.
func TestEveryFeatureIsLookedFor(t *testing.T) {
	before := cpu.X86
	t.Cleanup(func() { cpu.X86 = before })
	c := &cpu.X86
	features := []struct {
		name string
		has  *bool
		left variant // the fastest without it
	}{
		{"AVX", &c.HasAVX, generic},
		{"AVX2", &c.HasAVX2, generic},
		{"FMA", &c.HasFMA, generic},
		{"POPCNT", &c.HasPOPCNT, generic},
		{
			"AVX512F",
			&c.HasAVX512F,
			avx2,
		},
		{"AVX512DQ", &c.HasAVX512DQ, avx2},
		{"AVX512BW", &c.HasAVX512BW, avx2},
		{"AVX512VL", &c.HasAVX512VL, avx2},
	}
	for _, f := range features {
		*f.has = true
	}
	if got := fastest(); got != avx512 {
		t.Errorf("with every feature: %v", got)
	}
	for _, f := range features {
		*f.has = false
		if got := fastest(); got != f.left {
			t.Errorf("without %s: %v, want %v", f.name, got, f.left)
		}
		*f.has = true
	}
}
