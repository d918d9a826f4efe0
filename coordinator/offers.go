package coordinator

import (
	"context"
	"slices"
	"time"

	"eisweep/internal/queue"
)

// offers tells the loop that offers sweeps to workers of a change.
type offers struct{ changed chan struct{} }

func newOffers() offers { return offers{changed: make(chan struct{}, 1)} }

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
	var last []queue.OpenSweep
	for first := true; ; first = false {
		if now := k.offer(); first || !slices.Equal(now, last) {
			if err := k.config.Queue.PublishSweeps(ctx, now); err != nil {
				k.config.Log.Warn("offer sweeps to workers", "error", err)
				k.offerLater()
			} else {
				last = now
			}
		}
		select {
		case <-k.offers.changed:
		case <-ctx.Done():
			return
		}
	}
}

// offerLater has what could not be offered offered again.
func (k *Coordinator) offerLater() {
	time.AfterFunc(time.Second, k.offers.ask)
}
