package coordinator

import (
	"context"
	"time"

	"eisweep/sweeps"
)

// find returns a sound copy of the task's result, in this sweep under this name
// if there is one, else anywhere, and what a look at the preferred one found. The error says
// why the preferred copy, or a copy where no other is sound, could not be looked at: it is
// neither gone nor damaged as far as anybody knows.
func (x *index) find(ctx context.Context, id sweeps.ID, sweep, file string) (*spot, soundness, error) {
	name := hashName(file)
	found, preferred := (*spot)(nil), missing
	var unseen, unseenHere error
	for _, c := range x.of(id).copies {
		if x.owner(c.in, c.file) != id {
			continue // the name is another task's by now, whose file may look alike
		}
		here := c.in.sweep == sweep && c.file == name
		is, err := x.check(ctx, id, &c, file)
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
		if is == sound && (found == nil || here) {
			found = &c
		}
	}
	if found != nil {
		return found, preferred, unseenHere
	}
	return nil, preferred, unseen
}

// check looks at a copy once. File is the name that it is likely to have.
func (x *index) check(ctx context.Context, id sweeps.ID, c *spot, file string) (soundness, error) {
	x.mu.Lock()
	look := x.look
	x.mu.Unlock()
	if c.look == look {
		return c.seen, nil
	}
	is, err := x.lookAt(ctx, c, file)
	if err != nil {
		return is, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if h := x.tasks[id]; h != nil {
		for i := range h.copies {
			if o := &h.copies[i]; o.in == c.in && o.begin == c.begin {
				o.seen, o.look = is, look
			}
		}
	}
	return is, nil
}

func (x *index) lookAt(ctx context.Context, c *spot, file string) (soundness, error) {
	if hashName(file) != c.file {
		l, err := x.line(*c)
		if err != nil {
			return missing, err
		}
		file = l.line.File
	}
	claimed := claim{sweep: c.in.sweep, file: file, run: int(c.run), bytes: c.bytes, finished: time.UnixMilli(c.finished)}
	if c.modified != 0 {
		claimed.modified = time.Unix(0, c.modified)
	}
	claimed.sha256 = func() (string, error) {
		l, err := x.line(*c)
		if err != nil {
			return "", err
		}
		return l.line.SHA256, nil
	}
	return x.intact(ctx, claimed)
}
