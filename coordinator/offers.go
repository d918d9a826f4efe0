package coordinator

import (
	"cmp"
	"context"
	"slices"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/protocol"
)

// offers is which sweeps workers are offered, as they were told.
type offers struct {
	changed chan struct{} // tells the loop that it may be another now

	turn chan struct{} // holds one while the offer is being published
	told bool
	last []protocol.OpenSweep
}

// ask has what is offered looked at soon.
func (o *offers) ask() {
	select {
	case o.changed <- struct{}{}:
	default:
	}
}

// offerSweeps publishes which sweeps workers are offered, at the start and at every
// change, until the coordinator stops.
func (k *Coordinator) offerSweeps(ctx context.Context) {
	for {
		k.offerNow(ctx)
		select {
		case <-k.offers.changed:
		case <-ctx.Done():
			return
		}
	}
}

// offerNow publishes the offer if it has changed. What cannot be published is tried
// again.
func (k *Coordinator) offerNow(ctx context.Context) {
	if k.config.Exclusive {
		return // its worker asks Sweeps
	}
	select {
	case k.offers.turn <- struct{}{}:
	case <-ctx.Done():
		return
	}
	defer func() { <-k.offers.turn }()
	now := k.offer()
	if k.offers.told && slices.Equal(now, k.offers.last) {
		return
	}
	if err := k.config.Queue.PublishSweeps(ctx, now); err != nil {
		if ctx.Err() == nil {
			k.config.Log.Warn("offer sweeps to workers", "error", err)
			time.AfterFunc(time.Second, k.offers.ask)
		}
		return
	}
	k.offers.told, k.offers.last = true, now
}

// Sweeps returns the sweeps that workers are to be offered tasks of, those of
// higher priority first, else in the order of their launches.
func (k *Coordinator) Sweeps() []string {
	var out []string
	for _, s := range k.offer() {
		out = append(out, s.Name)
	}
	return out
}

func (k *Coordinator) offer() []protocol.OpenSweep {
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []protocol.OpenSweep
	for _, s := range k.sweeps {
		if !k.machine.IsFinished(s.name) && k.machine.Status(s.name) == lifecycle.Open {
			out = append(out, protocol.OpenSweep{Name: s.name, Priority: s.priority})
		}
	}
	slices.SortStableFunc(out, func(a, b protocol.OpenSweep) int { return cmp.Compare(b.Priority, a.Priority) })
	return out
}
