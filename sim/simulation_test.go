package sim

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
)

// endsAfter is a context that ends after its error has been looked at n times:
// a way to stop a simulation at a known place, without a clock.
type endsAfter struct {
	context.Context
	left int
}

func (c *endsAfter) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestInterruptedStimulusLeavesNoTrace ends the context sooner and later in every
// stimulus, and expects the state to be unchanged and the result the same.
func TestInterruptedStimulusLeavesNoTrace(t *testing.T) {
	for name, task := range smallTasks(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := bits(t, runTask(t, task))
			s, err := New(task)
			if err != nil {
				t.Fatal(err)
			}
			interruptions := 0
			for done := false; !done; {
				before, err := s.Save()
				if err != nil {
					t.Fatal(err)
				}
				for looks := 0; ; looks = 2*looks + 1 {
					var err error
					if done, err = s.step(&endsAfter{t.Context(), looks}); err == nil {
						break
					} else if !errors.Is(err, context.Canceled) {
						t.Fatal(err)
					}
					interruptions++
					if after, err := s.Save(); err != nil || !bytes.Equal(before, after) {
						t.Fatalf("the state has changed (%v)", err)
					}
				}
			}
			if interruptions == 0 {
				t.Error("never interrupted")
			}
			if bits(t, s.Result()) != want {
				t.Error("it ends in other bits")
			}
		})
	}
}

// TestLongSettlingLooksAtItsContext: every 10 ms' worth of steps at most.
func TestLongSettlingLooksAtItsContext(t *testing.T) {
	task := small(Approximate, func(p *Parameters) {
		p.Ng.Exc.NPerAxis, p.Numint.MaxSteps, p.Numint.MaxDr = 8, 1_000_000, 1e-30
	})
	s, err := New(task)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.settler.pollInterval > 40 {
		t.Errorf("%d steps of 512 neurons between two looks", s.settler.pollInterval)
	}
	if _, err := s.step(&endsAfter{t.Context(), 3}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want the context's error", err)
	}
	if p := s.Progress(); p.Done != 0 || p.Steps != 0 {
		t.Errorf("the interrupted stimulus counts: %+v", p)
	}
}

func TestRunObservesEveryStimulus(t *testing.T) {
	for name, task := range smallTasks(t) {
		s, err := New(task)
		if err != nil {
			t.Fatal(err)
		}
		var last Progress
		seen := int64(0)
		if err := s.Run(t.Context(), func(p Progress) {
			seen++
			if p.Done != seen || p.Total < p.Done || p.Steps <= last.Steps || p.Trial < last.Trial || p.Trial > p.Trials {
				t.Fatalf("%s: %+v after %+v", name, p, last)
			}
			last = p
		}); err != nil {
			t.Fatal(err)
		}
		if last.Done != last.Total {
			t.Errorf("%s ends at %+v", name, last)
		}
		if done, err := s.Step(); !done || err != nil || s.Progress() != last {
			t.Errorf("%s: a step after the end: %t, %v, %+v", name, done, err, s.Progress())
		}
	}
}

func TestResultComesAtTheEnd(t *testing.T) {
	s, err := New(small(Approximate, nil))
	if err != nil {
		t.Fatal(err)
	}
	if s.Result() != nil {
		t.Error("a result before the first step")
	}
	if _, err := s.Step(); err != nil || s.Result() != nil {
		t.Errorf("a result after one step, %v", err)
	}
}

func TestNumericErrorSaysWhere(t *testing.T) {
	for name, c := range map[string]struct {
		task *Task
		want string
	}{
		"rates": {small(Approximate, func(p *Parameters) {
			p.Sy.E2E.WTotal, p.Sy.I2E.WTotal, p.Pl.Rho0, p.Inp.Inh.BgInput = 1e34, 1e34, 1e5, 1e5
		}),
			"the rates not finite in responses, stimulus (0, 0, 0): usually the weights"},
		"drawn": {small(Approximate, func(p *Parameters) { p.Sy.I2I.WTotal, p.Sy.I2I.P, p.Sy.WDist = 3e38, 0.2, Uniform }),
			"wii not finite in responses"},
		"weights": {small(Approximate, func(p *Parameters) { p.Pl.EtaI, p.Pl.EtaE = 3e38, 3e38 }),
			"): usually the learning rates (pl.eta_e, pl.eta_i) are too high"},
		"gradient": {small(Gradient, func(p *Parameters) { p.Pl.EtaI, p.Pl.EtaE, p.Pl.WEIDecay = 3e38, 3e38, 3e38 }),
			"not finite in trial 1, stimulus ("},
	} {
		s, err := New(c.task)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Run(t.Context(), nil)
		var numeric *NumericError
		if !errors.Is(err, ErrNumeric) || !errors.As(err, &numeric) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if _, again := s.Step(); again != err {
			t.Errorf("%s: then %v", name, again)
		}
		if _, saved := s.Save(); !errors.Is(saved, ErrNumeric) {
			t.Errorf("%s: saved with %v", name, saved)
		}
	}
}

func TestLogHoldsTheFacts(t *testing.T) {
	log := strings.Join(runTask(t, small(Approximate, nil)).Log, "\n")
	for _, fact := range []string{"27 E and 3 I neurons", "wee:", "wii:", "phase 2 of 2, trial 2 of 2: steps ", "did not settle",
		"change of inhibitory input: largest", "mean", "p > 0.001"} {
		if !strings.Contains(log, fact) {
			t.Errorf("no %q in\n%s", fact, log)
		}
	}
}
