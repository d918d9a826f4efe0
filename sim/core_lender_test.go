package sim

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
)

// lender lends so many cores at a time.
type lender struct {
	left  atomic.Int64
	lent  atomic.Int64 // ever
	asked int          // by one goroutine
}

func newLender(cores int64) *lender {
	l := new(lender)
	l.left.Store(cores)
	return l
}

// spare lends four of five times, if there is a core.
func (l *lender) spare() (release func(), ok bool) {
	l.asked++
	if l.asked%5 == 4 || l.left.Add(-1) < 0 {
		if l.asked%5 != 4 {
			l.left.Add(1)
		}
		return nil, false
	}
	l.lent.Add(1)
	return func() { l.left.Add(1) }, true
}

// TestSpareCoresChangeNoBits runs tasks whose stimuli settle side by side with one to
// nine cores, of which some are asked back between rounds, and a PERTURB that is
// saved and restored on the way.
func TestSpareCoresChangeNoBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	pushing := *smallTasks(t)["perturb"]
	pushing.Parameters.Inp.NStimuli, pushing.Parameters.Perturb.NPerturbed = 4, 4
	for name, task := range map[string]*Task{"responses": readGolden(t, "approximate_neither").task, "perturb": &pushing,
		"perturb, golden": readGolden(t, "perturb").task} {
		want := bits(t, runTask(t, task))
		for _, cores := range []int64{1, 3, 8} {
			lender, lent := newLender(cores), *task
			lent.Cores = lender.spare
			if bits(t, runTask(t, &lent)) != want {
				t.Errorf("%s with %d spare cores: other bits", name, cores)
			}
			if lender.left.Load() != cores {
				t.Errorf("%s: %d of %d cores were given back", name, lender.left.Load(), cores)
			}
			if Kernels() != noBatches && lender.lent.Load() == 0 {
				t.Errorf("%s: no core was ever used", name)
			}
		}
	}
	lent := pushing
	lent.Cores = newLender(2).spare
	want := bits(t, runTask(t, &pushing))
	for _, after := range []int64{1, 63, 64, 65, 200, 319} {
		if bits(t, interrupted(t, &lent, after)) != want {
			t.Errorf("saved after %d settlings with spare cores: other bits", after)
		}
	}
}

// BenchmarkSpareCores is a settling of a PERTURB of the published size with cores to
// spare.
func BenchmarkSpareCores(b *testing.B) {
	for cores := range int64(runtime.GOMAXPROCS(0)) {
		b.Run(fmt.Sprintf("spare=%d", cores), func(b *testing.B) {
			s := trainingAt(b, Approximate, false)
			p := s.p
			s.ahead = newLookahead(s.settler, 0, 1<<30, func(n int, x []float32) {
				s.settler.input.stimulus(x, stimulusAt(n%p.NStimuli(), p.Inp.NStimuli))
			})
			s.ahead.cores = newLender(cores).spare
			n := 0
			for b.Loop() {
				if _, err := s.ahead.settle(b.Context(), n); err != nil {
					b.Fatal(err)
				}
				n++
			}
		})
	}
}
