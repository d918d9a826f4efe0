package sim

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"
)

// small is a task that takes milliseconds: two phases of two trials of 8 stimuli, some
// of which don't settle.
func small(e Experiment, change func(*Parameters)) *Task {
	p := Defaults(e)
	p.Ng.Exc.NPerAxis, p.Inp.NStimuli = 3, 2
	p.Numint.NTrials, p.Numint.EveryN = 4, 2
	p.Numint.Dt, p.Numint.MaxDr, p.Numint.MaxSteps = 4e-3, 5, 200
	p.Perturb.NPerturbed, p.Perturb.MaxDr = 10, 10
	if change != nil {
		change(&p)
	}
	return &Task{Experiment: e, Seed: 3, Parameters: p}
}

// smallTasks has every rule, a phase that ends early in each way, and PERTURB.
func smallTasks(t testing.TB) map[string]*Task {
	tasks := map[string]*Task{
		"approximate": small(Approximate, nil),
		"gradient":    small(Gradient, func(p *Parameters) { p.Pl.ComputeGradientAngles = true }),
		"backprop":    small(Approximate, func(p *Parameters) { p.Pl.PlasticityTypeIE, p.Pl.BPWeights = RuleBackprop, false }),
		"neither":     small(Approximate, func(p *Parameters) { p.Pl.IsPlastic, p.Inp.NStimuli = Neither, 4 }), // more than a batch
		"exc":         small(Approximate, func(p *Parameters) { p.Pl.IsPlastic = Exc }),
		"aborts":      small(Approximate, func(p *Parameters) { p.Numint.DoAbort, p.Numint.MaxSteps = true, 100 }),
		"stops early": small(Approximate, func(p *Parameters) {
			p.Numint.EveryN, p.Pl.ConvergenceMax, p.Pl.ConvergenceMean = 4, 1e9, 1e9
		}),
	}
	trained := runTask(t, tasks["approximate"]).Training
	task := small(Perturb, nil)
	task.Source = sourceOf(trained)
	tasks["perturb"] = task
	return tasks
}

// sourceOf is the network that a training leaves.
func sourceOf(r *TrainingResult) *Source {
	s := &Source{WEE: r.WEE, WEI: r.WEI, WIE: r.WIE, WII: r.WII, ResponseSimEE: r.ResponseSimEE}
	for n := r.Layers - 1; n < len(r.CorrelationsEE); n += r.Layers {
		s.CorrelationsEE = append(s.CorrelationsEE, r.CorrelationsEE[n])
	}
	return s
}

// bits is a digest of every bit of a result, but for those of NaNs, which processors
// make differently and results' files don't keep.
func bits(t testing.TB, r *Result) string {
	t.Helper()
	if r == nil {
		t.Fatal("no result")
	}
	h := sha256.New()
	fmt.Fprintf(h, "%q\n", r.Log)
	v := reflect.ValueOf(r.Training)
	if r.Perturbation != nil {
		v = reflect.ValueOf(r.Perturbation)
	}
	for n := range v.Elem().NumField() {
		field := v.Elem().Field(n).Interface()
		if i, ok := field.(int); ok {
			field = int64(i)
		}
		if err := binary.Write(h, binary.LittleEndian, withOneNaN(field)); err != nil {
			t.Fatalf("%s: %v", v.Elem().Type().Field(n).Name, err)
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// withOneNaN replaces the NaNs of reals by the same one.
func withOneNaN(field any) any {
	switch x := field.(type) {
	case []float32:
		return oneNaN(x)
	case []float64:
		return oneNaN(x)
	}
	return field
}

func oneNaN[T float32 | float64](x []T) []T {
	x = slices.Clone(x)
	for n, v := range x {
		if v != v {
			x[n] = T(math.NaN())
		}
	}
	return x
}

// interrupted runs a task with a save after that many stimuli, restored into a
// new simulation.
func interrupted(t testing.TB, task *Task, after int64) *Result {
	t.Helper()
	s, err := New(task)
	if err != nil {
		t.Fatal(err)
	}
	for s.Progress().Done < after {
		if done, err := s.Step(); err != nil || done && s.Progress().Done < after {
			t.Fatalf("after %d stimuli of %d: done %t, %v", s.Progress().Done, after, done, err)
		}
	}
	saved, err := s.Save()
	if err != nil {
		t.Fatal(err)
	}
	again, err := New(task)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Restore(saved); err != nil {
		t.Fatalf("after %d stimuli: %v", after, err)
	}
	if a, b := again.Progress(), s.Progress(); a != b {
		t.Errorf("after %d stimuli: restored at %+v, saved at %+v", after, a, b)
	}
	if copied, err := again.Save(); err != nil || !bytes.Equal(copied, saved) {
		t.Errorf("after %d stimuli: the restored state saves differently (%v)", after, err)
	}
	if err := again.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return again.Result()
}

// TestSavedTaskEndsInTheSameBits saves small tasks every few stimuli.
func TestSavedTaskEndsInTheSameBits(t *testing.T) {
	for name, task := range smallTasks(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := New(task)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Run(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			want := bits(t, s.Result())
			for after := int64(0); after <= s.Progress().Done; after += 1 + rand.Int64N(30) {
				if bits(t, interrupted(t, task, after)) != want {
					t.Errorf("saved after %d stimuli it ends in other bits", after)
				}
			}
		})
	}
}

// TestSavedGoldenTaskEndsInTheSameBits saves golden cases after a stimulus drawn
// at random.
func TestSavedGoldenTaskEndsInTheSameBits(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for _, name := range []string{"approximate_neither", "gradient_angles", "abort_two_phases", "backprop_both"} {
		task := readGolden(t, name).task
		whole, err := New(task)
		if err != nil {
			t.Fatal(err)
		}
		if err := whole.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		want := bits(t, whole.Result())
		if after := r.Int64N(whole.Progress().Done) + 1; bits(t, interrupted(t, task, after)) != want {
			t.Errorf("%s, saved after %d stimuli, ends in other bits", name, after)
		}
	}
}

func TestSameBitsWithAnyNumberOfThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for name, task := range smallTasks(t) {
		var seen []string
		for _, threads := range []int{1, 8, 8} {
			runtime.GOMAXPROCS(threads)
			seen = append(seen, bits(t, runTask(t, task)))
		}
		if seen[0] != seen[1] || seen[1] != seen[2] {
			t.Errorf("%s: %v", name, seen)
		}
	}
}

// TestRestoreRefusesWhatIsNotItsState: and leaves the simulation as it was.
func TestRestoreRefusesWhatIsNotItsState(t *testing.T) {
	task := small(Approximate, nil)
	s, err := New(task)
	if err != nil {
		t.Fatal(err)
	}
	for range 40 {
		if _, err := s.Step(); err != nil {
			t.Fatal(err)
		}
	}
	saved, err := s.Save()
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(saved)
	flipped[len(flipped)/2] ^= 1
	version := bytes.Clone(saved)
	version[len(stateMagic)+3]++
	other, err := New(small(Approximate, func(p *Parameters) { p.Pl.EtaE = 2e-5 }))
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := other.Save()
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"nothing": nil, "truncated": saved[:len(saved)-1], "flipped": flipped,
		"another version": sealed(version[:len(version)-sha256.Size]), "another task": foreign,
		"fields cut": sealed(saved[:len(saved)/2]), "fields too many": sealed(append(bytes.Clone(saved[:len(saved)-sha256.Size]), 0))} {
		if err := s.Restore(b); !errors.Is(err, ErrState) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if after, err := s.Save(); err != nil || !bytes.Equal(after, saved) {
		t.Errorf("the simulation has changed (%v)", err)
	}
}

// sealed puts a right checksum behind bytes.
func sealed(b []byte) []byte {
	sum := sha256.Sum256(b)
	return append(bytes.Clone(b), sum[:]...)
}

// FuzzRestore changes the fields of states under a right checksum: whatever
// comes of it is an error or a state that runs, never a panic.
func FuzzRestore(f *testing.F) {
	task := small(Approximate, func(p *Parameters) {
		p.Ng.Exc.NPerAxis, p.Inp.NStimuli, p.Numint.NTrials, p.Numint.EveryN, p.Numint.MaxSteps = 2, 2, 2, 1, 20
	})
	s, err := New(task)
	if err != nil {
		f.Fatal(err)
	}
	for done := false; !done; {
		saved, err := s.Save()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(saved[headerSize : len(saved)-sha256.Size])
		if done, err = s.Step(); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, fields []byte) {
		s, err := New(task)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Restore(sealed(append(s.header(), fields...)))
		if err != nil && !errors.Is(err, ErrState) {
			t.Fatal(err)
		}
		err = s.Run(context.Background(), nil)
		if err != nil && !errors.Is(err, ErrNumeric) {
			t.Fatal(err)
		}
		s.Result()
	})
}
