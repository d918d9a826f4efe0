package catalog

import (
	"context"
	"time"

	"eisweep/sweeps"
)

// Find returns an intact copy of the task's result: in this sweep under this name if there is one, else
// anywhere; nil if there is none. It also returns the state of the preferred copy. The error says why the
// preferred copy, or a copy where no other is intact, could not be looked at: nobody knows then
// whether it is gone or damaged.
func (x *Catalog) Find(ctx context.Context, id sweeps.ID, sweep, file string) (*Ref, FileState, error) {
	h := x.History(id)
	return x.FindIn(ctx, &h, id, sweep, file)
}

// FindIn is Find for a caller that has the task's history.
func (x *Catalog) FindIn(ctx context.Context, h *History, id sweeps.ID, sweep, file string) (*Ref, FileState, error) {
	name := hashName(file)
	found, preferred := (*Ref)(nil), Missing
	var unseen, unseenHere error
	for _, c := range h.copies {
		if x.ownerOfHash(c.in, c.file) != id {
			continue // the name is another task's by now, whose file may look alike
		}
		here := c.in.sweep == sweep && c.file == name
		is, err := x.stateOf(ctx, id, &c, file)
		if err != nil {
			unseen = err
			if here {
				unseenHere = err
			}
			continue
		}
		if here {
			preferred = is
		}
		if is == Intact && (found == nil || here) {
			found = &c
		}
	}
	if found != nil {
		return found, preferred, unseenHere
	}
	return nil, preferred, unseen
}

// stateOf looks at a copy, once after each refresh. File is the name that it is likely to have.
func (x *Catalog) stateOf(ctx context.Context, id sweeps.ID, c *Ref, file string) (FileState, error) {
	x.mu.Lock()
	look := x.look
	x.mu.Unlock()
	if c.look == look {
		return c.state, nil
	}
	is, err := x.lookAt(ctx, c, file)
	if err != nil {
		return is, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.tasks.noteState(id, c, is, look)
	return is, nil
}

func (x *Catalog) lookAt(ctx context.Context, c *Ref, file string) (FileState, error) {
	if hashName(file) != c.file {
		l, err := x.Line(*c)
		if err != nil {
			return Missing, err
		}
		file = l.Line.File
	}
	claimed := fileClaim{sweep: c.in.sweep, file: file, run: int(c.run), bytes: c.bytes}
	if at := time.Unix(0, c.modified); c.hasModified {
		claimed.modified = at
	} else {
		claimed.finished = at
	}
	claimed.sha256 = func() (string, error) {
		l, err := x.Line(*c)
		if err != nil {
			return "", err
		}
		return l.Line.SHA256, nil
	}
	return x.inspect(ctx, claimed)
}
