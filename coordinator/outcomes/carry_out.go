package outcomes

import (
	"context"
	"fmt"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/window"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// CarryOut carries out one command and returns those that follow from it at once.
func (b *Book) CarryOut(c lifecycle.Command) []lifecycle.Command {
	switch c := c.(type) {
	case lifecycle.ReopenSweep:
		b.reopened = append(b.reopened, c.Sweep)
	case lifecycle.RetractFailure:
		b.Sweeps.Revive(c.ID, c.Sweep)
	case lifecycle.Place:
		return b.place(c)
	case lifecycle.Link:
		return b.link(c)
	case lifecycle.RecordFailure:
		b.recordFailure(c)
	case lifecycle.Acknowledge:
		b.Settle(c.ID, c.Run)
	case lifecycle.Discard:
		b.Settle(c.ID, c.Run)
	case lifecycle.FinishSweep:
		b.settled = append(b.settled, c.Sweep)
	case lifecycle.Hold: // it stays in held, unless it is an old one
		b.SettleRecorded(c.ID, c.Run)
	}
	return nil
}

// Input says where a worker finds a file, relative to the root. The error wraps window.ErrGone if the file is gone.
func (b *Book) Input(in *sweeps.Input) (protocol.InputRef, error) {
	if in.Task == (sweeps.ID{}) {
		return protocol.InputRef{Path: b.relative(b.Root.Input(in.SHA256)), SHA256: in.SHA256}, nil
	}
	l, err := b.locate(in.Task, in.Sweep, in.File)
	if err != nil {
		return protocol.InputRef{}, fmt.Errorf("its source %s/%s: %w", in.Sweep, in.File, err)
	}
	return protocol.InputRef{Task: in.Task, Path: l.Sweep + "/" + l.Line.File, SHA256: l.Line.SHA256}, nil
}

// locate finds a task's result, in that sweep under that name if it is there. The error wraps window.ErrGone if no
// manifest names one that still exists.
func (b *Book) locate(id sweeps.ID, sweep, file string) (*catalog.Entry, error) {
	if l := b.Ledger.Find(id); l != nil {
		return l, nil
	}
	s, _, err := b.Catalog.Find(context.Background(), id, sweep, file)
	if s != nil { // one of several copies is enough
		return b.Catalog.Line(*s)
	}
	if err == nil {
		err = window.ErrGone
	}
	return nil, err
}

// relative names a path under the root as messages do.
func (b *Book) relative(path string) string {
	rel, err := b.Root.Relative(path)
	if err != nil {
		b.Core.Fail(fmt.Errorf("name input: %w", err))
	}
	return rel
}
