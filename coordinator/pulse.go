package coordinator

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// stall is how long the coordinator may have stood still without having to find out
// whether the root is still its own.
const stall = 10 * time.Second

// pulse notices that the whole process stood still: it was stopped, or its machine
// was.
type pulse struct {
	last  atomic.Int64 // of the clock, in nanoseconds
	still atomic.Bool  // it stood still since it was asked last
}

// beat is to be called every second.
func (p *pulse) beat(now time.Time) {
	if last := p.last.Swap(now.UnixNano()); last != 0 && now.UnixNano()-last > int64(stall) {
		p.still.Store(true)
	}
}

// stopped says whether it stood still since the last question.
func (p *pulse) stopped(now time.Time) bool {
	last := p.last.Load()
	return p.still.Swap(false) || last != 0 && now.UnixNano()-last > int64(stall)
}

func (k *Coordinator) beat(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			k.pulse.beat(time.Now())
		case <-ctx.Done():
			return
		}
	}
}

// ours finds out, after the coordinator stood still, whether another has taken its
// place. It is asked before anything is written.
func (k *Coordinator) ours() error {
	if k.config.Still == nil || !k.pulse.stopped(time.Now()) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), stall)
	defer cancel()
	if err := k.config.Still(ctx); err != nil {
		return fmt.Errorf("go on after standing still: %w", err)
	}
	return nil
}
