package local

import (
	"context"
	"log/slog"
	"time"

	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/ownership"
	"eisweep/coordinator"
	"eisweep/internal/control"
)

// publisher writes down the state of the sweeps, for other commands: in a goroutine of its own, because storage may not answer.
type publisher struct {
	root        *ownership.Root
	coordinator *coordinator.Coordinator
	log         *slog.Logger
	kept        map[string]client.KeptResults
	next        chan control.Snapshot
	done        chan struct{}
	sent        time.Time // when something was last given to the goroutine
}

// publishInterval is the shortest time between two writes.
const publishInterval = time.Second

func newPublisher(s *session, planned *control.Plan) *publisher {
	p := &publisher{
		root: s.root, coordinator: s.coordinator, log: s.log,
		kept: client.NewKept(planned), next: make(chan control.Snapshot, 1), done: make(chan struct{}),
	}
	go p.work()
	return p
}

func (p *publisher) work() {
	defer close(p.done)
	for now := range p.next {
		if err := p.root.Publish(now, p.coordinator.Problems(context.Background()), p.kept); err != nil {
			p.log.Debug("other commands do not see the state of the run", "error", err)
		}
	}
}

// publish takes in the state of the sweeps. It never waits; what is not written is written by a later call.
func (p *publisher) publish(now control.Snapshot) {
	if time.Since(p.sent) < publishInterval {
		return
	}
	select {
	case p.next <- now:
		p.sent = time.Now()
	default:
	}
}

// close ends the goroutine, and waits until it has ended, but not for storage that does not answer.
func (p *publisher) close() {
	close(p.next)
	select {
	case <-p.done:
	case <-time.After(stopTimeout):
	}
}
