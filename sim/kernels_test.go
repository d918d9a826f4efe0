package sim

import (
	"fmt"
	"math"
	"reflect"
	"testing"
)

// sameResult fails where two results differ in a bit; NaN equals NaN.
func sameResult(t *testing.T, what string, got, want *Result) {
	t.Helper()
	a, b := reflect.ValueOf(got).Elem(), reflect.ValueOf(want).Elem()
	for _, part := range []string{"Training", "Perturbation"} {
		x, y := a.FieldByName(part), b.FieldByName(part)
		if x.IsNil() {
			continue
		}
		for n := range x.Elem().NumField() {
			f, g := x.Elem().Field(n), y.Elem().Field(n)
			if bits(f) != bits(g) {
				t.Errorf("%s: %s differs", what, x.Elem().Type().Field(n).Name)
			}
		}
	}
}

// bits spells a value so that only equal bits, or two NaN, are spelt the same.
func bits(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case []float32:
		out := make([]byte, 0, 9*len(x))
		for _, f := range x {
			if f != f {
				f = float32(math.NaN())
			}
			out = fmt.Appendf(out, "%08x ", math.Float32bits(f))
		}
		return string(out)
	case []float64:
		out := make([]byte, 0, 17*len(x))
		for _, f := range x {
			if f != f {
				f = math.NaN()
			}
			out = fmt.Appendf(out, "%016x ", math.Float64bits(f))
		}
		return string(out)
	default:
		return fmt.Sprint(x)
	}
}

// TestKernelsGiveTheSameBits runs whole tasks by each kind of kernels. Plain Go
// settles one state at a time, the others 48.
func TestKernelsGiveTheSameBits(t *testing.T) {
	before := Kernels()
	t.Cleanup(func() {
		if err := UseKernels(before); err != nil {
			t.Error(err)
		}
	})
	tasks := map[string]*Task{}
	for _, name := range []string{"approximate_both", "gradient_angles", "perturb"} {
		tasks[name] = readGolden(t, name).task
	}
	large := &Task{Experiment: Approximate, Seed: 1, Parameters: Defaults(Approximate)}
	large.Parameters.Pl.IsPlastic, large.Parameters.Inp.NStimuli, large.Parameters.Numint.MaxSteps = Neither, 8, 3
	tasks["convolution"] = large
	for name, task := range tasks {
		var want *Result
		for _, kernels := range KernelChoices() {
			if err := UseKernels(kernels); err != nil {
				t.Fatal(err)
			}
			got := runTask(t, task)
			if want == nil {
				want = got
				continue
			}
			sameResult(t, name+" by "+kernels, got, want)
		}
	}
}
