package ledger

import (
	"os"

	"eisweep/internal/queue"
	"eisweep/sweeps"
)

// Placed is an outcome that may be acknowledged as soon as the lines of its task are durable.
type Placed struct {
	Delivery queue.OutcomeDelivery
	Incoming string // the path of its result, which is no longer needed then
}

type placedRun struct {
	id  sweeps.ID
	run int
}

func (p *Placed) run() placedRun { return placedRun{p.Delivery.Outcome.ID, p.Delivery.Outcome.Run} }

// AddPlaced has an outcome acknowledged after the next write.
func (l *Ledger) AddPlaced(p Placed) { l.placed = append(l.placed, p) }

// Redelivered takes a delivery in place of an earlier one of an outcome that waits for its lines, and reports whether
// there is one.
func (l *Ledger) Redelivered(d queue.OutcomeDelivery) bool {
	p := Placed{Delivery: d}
	was, ok := l.withheld[p.run()]
	if ok {
		p.Incoming = was.Incoming
		l.withheld[p.run()] = p
	}
	return ok
}

// LastAcknowledged is the outcome that was acknowledged last; nil if none was.
func (l *Ledger) LastAcknowledged() *queue.OutcomeDelivery { return l.last }

// Acknowledge acknowledges the outcomes whose lines are all durable. An outcome that cannot be acknowledged is logged, and
// delivered again.
func (l *Ledger) Acknowledge() {
	unwritten := map[sweeps.ID]bool{}
	for _, b := range l.kept {
		for i := range b.lines {
			unwritten[b.lines[i].ID] = true
		}
	}
	list := l.placed
	for run, p := range l.withheld {
		if !unwritten[run.id] {
			list = append(list, p)
			delete(l.withheld, run)
		}
	}
	l.placed = nil
	for _, p := range list {
		id := p.run().id
		if unwritten[id] {
			l.withheld[p.run()] = p
			continue
		}
		if err := p.Delivery.Ack(); err != nil {
			l.log.Warn("acknowledge outcome", "task", id, "error", err)
		} else {
			l.last = &p.Delivery
		}
		if err := os.Remove(p.Incoming); err != nil && !os.IsNotExist(err) {
			l.log.Warn("remove placed file from incoming", "error", err)
		}
	}
}
