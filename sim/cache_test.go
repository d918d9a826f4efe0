package sim

import (
	"context"
	"errors"
	"sync"
	"testing"
)

// TestSharingChangesNoBits runs tasks with the same inputs at a time, and one with
// others, that share.
func TestSharingChangesNoBits(t *testing.T) {
	var shared Cache
	var running sync.WaitGroup
	for _, name := range []string{"approximate_both", "gradient_angles", "perturb"} {
		alone := readGolden(t, name).task
		want := bits(t, runTask(t, alone))
		for range 2 {
			together := *alone
			together.Cache = &shared
			running.Go(func() {
				s, err := New(&together)
				if err == nil {
					err = s.Run(t.Context(), nil)
				}
				if err != nil {
					t.Errorf("%s: %v", name, err)
				} else if got := bits(t, s.Result()); got != want {
					t.Errorf("%s: other bits where inputs are shared", name)
				}
			})
		}
	}
	running.Wait()
}

// TestSharedIsComputedOnce looks at what tasks get: the same wee and input by the
// same parameters, others by each parameter that matters, and no more of them kept
// than a few.
func TestSharedIsComputedOnce(t *testing.T) {
	var shared Cache
	usual := Defaults(Approximate)
	usual.Ng.Exc.NPerAxis, usual.Inp.NStimuli = 4, 4
	first := sharedWee(t, &shared, &usual)
	learns := usual
	learns.Pl.EtaE, learns.Numint.NTrials, learns.Sy.E2I.P = 1, 3, 0.4
	if sharedWee(t, &shared, &learns) != first {
		t.Error("learning rate, trials and the other synapses change wee")
	}
	for n, change := range []func(p *Parameters){
		func(p *Parameters) { p.Ng.Exc.NPerAxis = 5 },
		func(p *Parameters) { p.Inp.NStimuli = 6 },
		func(p *Parameters) { p.Inp.VonmisesKappa = 2 },
		func(p *Parameters) { p.Inp.Exc.PeakStimulus = 0 },
		func(p *Parameters) { p.Inp.Exc.BgInput = 1 },
		func(p *Parameters) { p.Sy.E2E.P = 0.5 },
		func(p *Parameters) { p.Sy.E2E.WTotal = 1 },
	} {
		other := usual
		change(&other)
		if sharedWee(t, &shared, &other) == first {
			t.Errorf("change %d: shared with a task of other inputs", n)
		}
	}
	if len(shared.kept) != maxKept {
		t.Errorf("%d sets of parameters are kept, want %d", len(shared.kept), maxKept)
	}
}

// TestSharingSurvivesAnInterruptedTask: what one task began and left, another makes.
func TestSharingSurvivesAnInterruptedTask(t *testing.T) {
	var shared Cache
	p := Defaults(Approximate)
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := shared.foundation(&p).excitation(ended, &p, nil); !errors.Is(err, context.Canceled) {
		t.Fatalf("an ended context: %v", err)
	}
	sharedWee(t, &shared, &p)
}

func sharedWee(t *testing.T, s *Cache, p *Parameters) *excitation {
	t.Helper()
	f := s.foundation(p)
	wee, err := f.excitation(t.Context(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.foundation(p).excitation(t.Context(), p, nil); err != nil || again != wee {
		t.Errorf("wee was made twice (%v)", err)
	}
	if a, b := f.afferents(), s.foundation(p).afferents(); &a[0] != &b[0] {
		t.Error("the afferents were made twice")
	}
	return wee
}
