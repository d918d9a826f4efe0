// Package kernel holds the inner loops of settling and of learning.
//
// It guarantees bits: every kernel's comment is its reference loop and says which
// operations are fused, and AVX-512, AVX2 and plain Go compute exactly that.
// Lanes are rows or independent states, each with one chain of operations in
// ascending order, so that no width of registers shows. Nothing is allocated after
// matrices and states have been made. How weights lie in memory is its own
// business (layout.go). It does not guarantee the bits of a NaN, nor anything about
// weights that are not finite: silent neurons may be skipped, so an infinite weight
// shows only when its neuron is active.
//
// Start reading at State.Step, the Euler step. For each noun x, x.go has the
// contract and the checks, x_generic.go plain Go, x_amd64.s the assembly that
// tools/kernels writes; dispatch.go chooses.
package kernel

//go:generate go -C ../../../tools/kernels run . ../../sim/internal/kernel
