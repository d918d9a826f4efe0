package lease

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"eisweep/internal/root"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// history lets two or three hosts have coordinators started, killed, stopped, their clocks changed and their storage
// slow, at random by a seed, and wants at most one process at a time that may write.
func history(t *testing.T, r *root.Root, seed uint64, total map[string]int) {
	rng := rand.New(rand.NewPCG(seed, 13))
	w := newWorld(t, r, 2+rng.IntN(2), sometimes(rand.New(rand.NewPCG(seed, 14))))
	for _, h := range w.hosts {
		h.rate = 1 + (rng.Float64()-0.5)/50 // 1 % off
		h.stops = rng.IntN(3) == 0
	}
	calm := 10 + rng.IntN(200) // steps between two disturbances
	ctx, cancel := context.WithCancel(t.Context())
	current := make([]*process, len(w.hosts))
	for step := range 4000 {
		<-time.After(250 * time.Millisecond)
		synctest.Wait()
		if may := w.writers(); len(may) > 1 {
			t.Errorf("seed %d, after %v: processes %d and %d may both write", seed, time.Duration(step)*250*time.Millisecond,
				may[0].lock.holder.PID, may[1].lock.holder.PID)
			break
		} else if len(may) == 1 {
			w.count("quarters of seconds with an owner")
		}
		if rng.IntN(calm) == 0 {
			w.disturb(ctx, rng, current)
		}
	}
	cancel()
	for _, p := range w.processes {
		p.kill()
	}
	<-time.After(time.Hour) // every request has an answer
	synctest.Wait()
	for what, n := range w.counts {
		total[what] += n
	}
}

// disturb does one thing to one host.
func (w *world) disturb(ctx context.Context, rng *rand.Rand, current []*process) {
	n := rng.IntN(len(w.hosts))
	h, p := w.hosts[n], current[n]
	switch kind := rng.IntN(10); {
	case p == nil || kind < 3 && p.isOver():
		var previous root.Holder
		if p != nil && rng.IntN(2) == 0 { // else the lock's file was removed, or another host signed it
			previous = p.lock.holder
		}
		if p != nil {
			p.kill()
		}
		if rng.IntN(3) == 0 {
			current[n] = w.spawnStandby(ctx, h, h.now().boot+time.Duration(rng.IntN(100))*time.Second)
			return
		}
		current[n] = w.spawn(ctx, h, previous)
	case kind == 3:
		h.step(time.Hour)
	case kind == 4:
		h.step(-time.Hour)
	case kind == 5:
		h.step(time.Duration(rng.IntN(60)-30) * time.Second)
	case kind < 8:
		h.halt(time.Duration(rng.IntN(80)) * time.Second)
		if rng.IntN(3) == 0 { // as ntpd does when a machine wakes up
			h.step(time.Duration(rng.IntN(120)-90) * time.Second)
		}
	case kind == 8 && p.owned() != nil:
		go p.owned().Release(ctx)
	}
}

// isOver reports whether a process came to an end, or is to be killed now.
func (p *process) isOver() bool {
	l := p.owned()
	return l == nil || l.isLost() || p.lock.holder.PID%3 == 0
}

func TestNeverTwoWriters(t *testing.T) {
	r := openRoot(t)
	total := map[string]int{}
	for seed := range uint64(400) {
		synctest.Test(t, func(t *testing.T) { history(t, r, seed, total) })
	}
	t.Log(fmt.Sprint(total))
	for _, what := range []string{"owned", "took over", "refused", "quarters of seconds with an owner"} {
		if total[what] < 50 {
			t.Errorf("%q came about %d times: the histories say little", what, total[what])
		}
	}
}

func openRoot(t testing.TB) *root.Root {
	t.Helper()
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return r
}
