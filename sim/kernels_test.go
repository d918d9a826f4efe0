package sim

import "testing"

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
		want := ""
		for _, kernels := range KernelChoices() {
			if err := UseKernels(kernels); err != nil {
				t.Fatal(err)
			}
			got := bits(t, runTask(t, task))
			if want == "" {
				want = got
			}
			if got != want {
				t.Errorf("%s: other bits by %s", name, kernels)
			}
		}
	}
}
