package sim

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"testing"
)

// TestBitsAreThoseOnRecord runs tasks by each kind of kernels that the machine has,
// and compares the digests of their results with those in testdata/bits.json. So every
// kind of kernels, processor and compiler gives the same bits as the one that they
// were recorded on. Where a change of bits is meant, ModelVersion goes up, and the
// digests become those that this test reports.
func TestBitsAreThoseOnRecord(t *testing.T) {
	before := Kernels()
	t.Cleanup(func() {
		if err := UseKernels(before); err != nil {
			t.Error(err)
		}
	})
	text, err := os.ReadFile("testdata/bits.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded map[string]string
	if err := json.Unmarshal(text, &recorded); err != nil {
		t.Fatal(err)
	}
	digests := recordedTasks(t)
	for name := range recorded {
		if digests[name] == nil {
			t.Errorf("%s is on record, but not run", name)
		}
	}
	for _, kernels := range KernelChoices() {
		t.Run(kernels, func(t *testing.T) {
			if err := UseKernels(kernels); err != nil {
				t.Fatal(err)
			}
			for name, digest := range digests {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					if got := digest(t); got != recorded[name] {
						t.Errorf("\n\t%q: %q,\non record is %q", name, got, recorded[name])
					}
				})
			}
		})
	}
}

// recordedTasks run the tasks on record, each to the digest of what it ends in: every
// rule, PERTURB, and the convolution in settling and learning, all of them small, as
// they run on emulated processors too; and golden cases.
func recordedTasks(t *testing.T) map[string]func(t *testing.T) string {
	tasks := map[string]*Task{
		"approximate": brief(Approximate, nil),
		"gradient":    brief(Gradient, func(p *Parameters) { p.Pl.ComputeGradientAngles = true }),
		"no decay":    brief(Gradient, func(p *Parameters) { p.Pl.WIEDecay, p.Pl.IsPlastic = 0, Exc }),
		"backprop":    brief(Approximate, func(p *Parameters) { p.Pl.PlasticityTypeIE = RuleBackprop }),
		"soft largest weight": brief(Approximate, func(p *Parameters) {
			p.Pl.BPWeights, p.Pl.SoftMax, p.Pl.IsPlastic = false, true, Inh
		}),
		"normal weights":  brief(Approximate, func(p *Parameters) { p.Sy.WDist, p.Ng.RMax = Normal, 20 }),
		"uniform weights": brief(Approximate, func(p *Parameters) { p.Sy.WDist, p.Numint.DoAbort, p.Numint.MaxSteps = Uniform, true, 100 }),
		"axis 4":          brief(Gradient, func(p *Parameters) { p.Ng.Exc.NPerAxis, p.Numint.NTrials, p.Numint.EveryN = 4, 2, 1 }),
		"convolution": brief(Approximate, func(p *Parameters) {
			p.Ng.Exc.NPerAxis, p.Inp.NStimuli, p.Pl.IsPlastic, p.Numint.MaxSteps = 8, 8, Neither, 1
		}),
	}
	tasks["perturb"] = brief(Perturb, nil)
	tasks["perturb"].Source = sourceOf(runTask(t, tasks["approximate"]).Training)
	digests := map[string]func(t *testing.T) string{"convolution, learning": convolutionLearns}
	for name, task := range tasks {
		digests[name] = func(t *testing.T) string { return bits(t, runTask(t, task)) }
	}
	for _, name := range []string{"approximate_both", "gradient_angles", "perturb"} {
		digests["golden "+name] = func(t *testing.T) string { return bits(t, runTask(t, readGolden(t, name).task)) }
	}
	return digests
}

// brief is a small task that takes few steps.
func brief(e Experiment, change func(*Parameters)) *Task {
	p := Defaults(e)
	p.Ng.Exc.NPerAxis, p.Inp.NStimuli = 3, 2
	p.Numint.NTrials, p.Numint.EveryN, p.Numint.MaxDr = 4, 2, 10
	p.Perturb.NPerturbed, p.Perturb.MaxDr, p.Pl.ComputeGradientAngles = 4, 1, true
	if change != nil {
		change(&p)
	}
	return &Task{Experiment: e, Seed: 3, Parameters: p}
}

// convolutionLearns is the digest of weights that have learned from a few stimuli by
// the exact gradient, at the published size.
func convolutionLearns(t *testing.T) string {
	s := trainingAt(t, Gradient, true)
	s.settler.maxDr = 20
	for range 3 {
		if err := s.train(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if s.settler.net.Convolution == nil {
		t.Error("no convolution")
	}
	h := sha256.New()
	for _, y := range []*plastic{s.state.training.ei, s.state.training.ie} {
		d := y.Dense()
		for _, x := range [][]float32{d.W, d.V, d.M, d.Q, y.Moments[:]} {
			if err := binary.Write(h, binary.LittleEndian, x); err != nil {
				t.Fatal(err)
			}
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}
