package coordinator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"eisweep/internal/results"
	"eisweep/sweeps"
)

// soundness is what a look at a result's file finds.
type soundness uint8

const (
	sound soundness = iota
	missing
	damaged
)

// find returns a sound copy of the task's result, in this sweep under this name
// if there is one, else anywhere, and what a look at the preferred one found. The error says
// why the preferred copy, or a copy where no other is sound, could not be looked at: it is
// neither gone nor damaged as far as anybody knows.
func (x *index) find(id sweeps.ID, sweep, file string) (*spot, soundness, error) {
	name := hashName(file)
	found, preferred := (*spot)(nil), missing
	var unseen, unseenHere error
	for _, c := range x.of(id).copies {
		if x.owner(c.in, c.file) != id {
			continue // the name is another task's by now, whose file may look alike
		}
		here := c.in.sweep == sweep && c.file == name
		is, err := x.check(id, &c, file)
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

// check looks at a copy once: its size and time as the manifest says are enough,
// else its bytes are hashed. File is the name that it is likely to have.
func (x *index) check(id sweeps.ID, c *spot, file string) (soundness, error) {
	x.mu.Lock()
	look := x.look
	x.mu.Unlock()
	if c.look == look {
		return c.seen, nil
	}
	is, err := x.lookAt(c, file)
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

func (x *index) lookAt(c *spot, file string) (soundness, error) {
	if hashName(file) != c.file {
		l, err := x.line(*c)
		if err != nil {
			return missing, err
		}
		file = l.line.File
	}
	path := filepath.Join(x.root.SweepDir(c.in.sweep), file)
	info, err := os.Lstat(path)
	switch {
	case os.IsNotExist(err):
		return missing, nil
	case err != nil:
		return missing, fmt.Errorf("look at result: %w", err)
	case !info.Mode().IsRegular() || info.Size() != c.bytes:
		return damaged, nil
	case !info.ModTime().After(time.UnixMilli(c.finished).Add(timeSlack)):
		return sound, nil
	}
	return x.compare(c, path)
}

// timeSlack covers the manifest's milliseconds and a file system's coarse clock.
const timeSlack = 50 * time.Millisecond

// compare holds a file's bytes against the manifest.
func (x *index) compare(c *spot, path string) (soundness, error) {
	sum, _, err := results.HashFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return missing, nil
	}
	if err != nil {
		return damaged, fmt.Errorf("hash result: %w", err)
	}
	l, err := x.line(*c)
	if err != nil {
		return damaged, err
	}
	if sum != l.line.SHA256 {
		return damaged, nil
	}
	return sound, nil
}
