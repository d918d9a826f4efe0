package coordinator

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"eisweep/internal/queue"
	"eisweep/internal/results"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// index is what the manifests of a root say of every task, and what they say
// lies under which name.
type index struct {
	root  *root.Root
	tasks map[sweeps.ID]*history
	files map[string]map[string]sweeps.ID // by sweep and file name: the task whose result it is
}

// history is what the manifests say of one task.
type history struct {
	run    int       // the highest
	copies []located // in the order of each manifest's lines
	// failures holds, by sweep, the last line of its manifest, where that is a failure.
	failures map[string]*located
	// failed is the failure of the newest order anywhere, unless that gave a result.
	failed *located
	newest int // the run of that order
	checks map[string]soundness
}

// located is what a sweep's manifest says of a task.
type located struct {
	sweep string
	line  results.Line
}

// soundness is what a look at a result's file finds.
type soundness int

const (
	sound soundness = iota
	missing
	damaged
)

// readIndex reads the manifests of all sweeps of a root.
func readIndex(r *root.Root) (*index, error) {
	x := &index{root: r, tasks: map[sweeps.ID]*history{}, files: map[string]map[string]sweeps.ID{}}
	names, err := r.Sweeps()
	if err != nil {
		return nil, fmt.Errorf("list sweeps: %w", err)
	}
	for _, name := range names {
		x.files[name] = map[string]sweeps.ID{}
		for line, err := range results.ReadManifest(r.Manifest(name)) {
			if err != nil {
				return nil, fmt.Errorf("read manifest of %s: %w", name, err)
			}
			x.add(name, line)
		}
	}
	return x, nil
}

// add takes a manifest line in. The last line of a task in a manifest is its
// state there; of several manifests, the one that tells of the highest run, and
// of the same run a result before a failure.
func (x *index) add(sweep string, line results.Line) {
	h := x.tasks[line.ID]
	if h == nil {
		h = &history{}
		x.tasks[line.ID] = h
	}
	h.run = max(h.run, line.Run)
	if line.State == results.Failed {
		h.fail(&located{sweep, line})
		return
	}
	delete(h.failures, sweep)
	if h.failed != nil && (line.Run >= h.newest || h.failed.sweep == sweep) {
		h.failed = nil
	}
	h.newest = max(h.newest, line.Run)
	if x.files[sweep] == nil {
		x.files[sweep] = map[string]sweeps.ID{}
	}
	x.files[sweep][line.File] = line.ID // another task's before, if that was superseded
	h.copies = slices.DeleteFunc(h.copies, func(c located) bool { return c.sweep == sweep && c.line.File == line.File })
	h.copies = append(h.copies, located{sweep, line})
}

// fail takes a failure in.
func (h *history) fail(f *located) {
	if h.failures == nil {
		h.failures = map[string]*located{}
	}
	h.failures[f.sweep] = f
	if f.line.Run > h.newest || f.line.Run == h.newest && h.failed != nil {
		h.failed, h.newest = f, f.line.Run
	}
}

// find returns a sound copy of the task's result, in this sweep under this name
// if there is one, else anywhere, and what a look at the preferred one found.
func (x *index) find(id sweeps.ID, sweep, file string) (*located, soundness, error) {
	h := x.tasks[id]
	if h == nil {
		return nil, missing, nil
	}
	found, preferred := (*located)(nil), missing
	for i := range h.copies {
		c := &h.copies[i]
		if x.files[c.sweep][c.line.File] != id {
			continue // the name is another task's by now, whose file may look alike
		}
		is, err := x.check(h, c)
		if err != nil {
			return nil, is, err
		}
		here := c.sweep == sweep && c.line.File == file
		if here {
			preferred = is
		}
		if is == sound && (found == nil || here) {
			found = c
		}
	}
	return found, preferred, nil
}

// check looks at a copy once: its size and time as the manifest says are enough,
// else its bytes are hashed.
func (x *index) check(h *history, c *located) (soundness, error) {
	key := c.sweep + "/" + c.line.File
	if is, ok := h.checks[key]; ok {
		return is, nil
	}
	is, err := checkFile(filepath.Join(x.root.SweepDir(c.sweep), c.line.File), &c.line)
	if err != nil {
		return is, err
	}
	if h.checks == nil {
		h.checks = map[string]soundness{}
	}
	h.checks[key] = is
	return is, nil
}

// timeSlack covers the manifest's milliseconds and a file system's coarse clock.
const timeSlack = 50 * time.Millisecond

func checkFile(path string, line *results.Line) (soundness, error) {
	info, err := os.Lstat(path)
	switch {
	case os.IsNotExist(err):
		return missing, nil
	case err != nil:
		return missing, fmt.Errorf("look at result: %w", err)
	case !info.Mode().IsRegular() || info.Size() != line.Bytes:
		return damaged, nil
	case !info.ModTime().After(line.Finished.Add(timeSlack)):
		return sound, nil
	}
	sum, _, err := results.HashFile(path)
	if err != nil {
		return damaged, fmt.Errorf("hash result: %w", err)
	}
	if sum != line.SHA256 {
		return damaged, nil
	}
	return sound, nil
}

// settledFailure returns the failure that keeps a task from being run again, if
// there is one: by numbers or input, the sweep's own line of it before another's.
// Failures of storage, lost workers and sources are tried again.
func (h *history) settledFailure(sweep string) *located {
	if h == nil || h.failed == nil {
		return nil
	}
	if c := class(&h.failed.line); c != queue.Numeric && c != queue.Invalid {
		return nil
	}
	if own := h.failures[sweep]; own != nil && own.line.Run == h.failed.line.Run {
		return own
	}
	return h.failed
}

// lastFailure returns the failure that the sweep's manifest has as the task's
// state, or nil.
func (h *history) lastFailure(sweep string) *located {
	if h == nil {
		return nil
	}
	return h.failures[sweep]
}
