package coordinator

import (
	"context"
	"fmt"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/ledger"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/window"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// carryOutOne does one command and returns those that follow from it at once.
func (k *Coordinator) carryOutOne(c lifecycle.Command) []lifecycle.Command {
	switch c := c.(type) {
	case lifecycle.ReopenSweep:
		k.after.reopened = append(k.after.reopened, c.Sweep)
	case lifecycle.RetractFailure:
		k.sweeps.Revive(c.ID, c.Sweep)
	case lifecycle.Place:
		return k.place(c)
	case lifecycle.Link:
		return k.link(c)
	case lifecycle.RecordFailure:
		k.record(c)
	case lifecycle.Acknowledge:
		k.settle(runKey(c))
	case lifecycle.Discard:
		k.settle(runKey{c.ID, c.Run})
	case lifecycle.FinishSweep:
		k.after.settled = append(k.after.settled, c.Sweep)
	case lifecycle.Hold: // it stays in held, unless it is an old one
		k.dropSettled(runKey(c))
	}
	return nil
}

// input says where a worker finds a file, relative to the root.
func (k *Coordinator) input(in *sweeps.Input) (protocol.Input, error) {
	if in.Task == (sweeps.ID{}) {
		return protocol.Input{Path: k.relative(k.config.Root.Input(in.SHA256)), SHA256: in.SHA256}, nil
	}
	l, err := k.locate(in.Task, in.Sweep, in.File)
	if err != nil {
		return protocol.Input{}, fmt.Errorf("its source %s/%s: %w", in.Sweep, in.File, err)
	}
	return protocol.Input{Task: in.Task, Path: l.Sweep + "/" + l.Line.File, SHA256: l.Line.SHA256}, nil
}

// locate finds a task's result, in that sweep under that name if it is there. The error wraps window.ErrGone if no
// manifest names one that still exists.
func (k *Coordinator) locate(id sweeps.ID, sweep, file string) (*catalog.Entry, error) {
	if l := k.ledger.Find(id); l != nil {
		return l, nil
	}
	s, _, err := k.catalog.Find(context.Background(), id, sweep, file)
	if s != nil { // one of several copies is enough
		return k.catalog.Line(*s)
	}
	if err == nil {
		err = window.ErrGone
	}
	return nil, err
}

// settle lets an outcome be acknowledged with the next flush.
func (k *Coordinator) settle(o runKey) {
	d, ok := k.held[o]
	if !ok {
		return
	}
	delete(k.held, o)
	k.attempts.Settle(o.ID, o.Run, d.Outcome.Done())
	k.ledger.AddPlaced(ledger.Placed{Delivery: d, Incoming: k.config.Root.Incoming(o.ID, o.Run, d.Outcome.Token)})
}

// relative names a path under the root as messages do.
func (k *Coordinator) relative(path string) string {
	rel, err := k.config.Root.Relative(path)
	if err != nil {
		k.fail(fmt.Errorf("name input: %w", err))
	}
	return rel
}
