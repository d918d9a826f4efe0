package worker

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"eisweep/internal/atomicfile"
	"eisweep/sim"
)

// Saver is a task's computation whose state can be saved. *sim.Simulation is one.
type Saver interface {
	// SaveTo writes the whole state.
	SaveTo(w io.Writer) error
	// RestoreFrom replaces the state by a saved one of so many bytes, before the first step. Any damage is an
	// error; RestoreFrom may then be called with another state, or the computation begins where it would have
	// begun.
	RestoreFrom(r io.ReaderAt, size int64) error
	// Progress returns the position of the state in Done.
	Progress() sim.Progress
}

// Checkpoints keeps the last two states of one attempt at a task, for the next attempt. Errors are logged and
// fail nothing. A nil Checkpoints keeps nothing. It is used from one goroutine.
type Checkpoints struct {
	path         string   // of the latest
	earlierPaths []string // where earlier attempts may have left theirs
	interval     time.Duration
	say          func(format string, args ...any)          // writes to the attempt's log
	warn         func(what string, name string, err error) // logs what the operator should know
	stopped      func() bool                               // reports whether no state need be saved any more
	onSaved      func(time.Duration)                       // is called with the time that each save took

	worked  func() time.Duration // in this attempt
	spent   time.Duration        // by earlier attempts, on the state that it resumed from
	savedAt time.Time            // when a state was last kept
	pause   time.Duration
	kept    int64        // stimuli of the latest one that was saved
	written int          // checkpoints of this attempt; the file at path is the last
	began   bool         // at least one save
	found   []string     // of earlier attempts
	writing chan keeping // result of the save in progress; nil: none
}

// keeping is the end of making a draft durable.
type keeping struct {
	err  error
	took time.Duration
}

// costliness is the time between two saves, as a multiple of the time that a save stops the computation: saves
// cost 1 %. Their cost to the disk has a higher limit.
const (
	costliness     = 100
	costlinessDisk = 10
)

// checkpoints returns the attempt's, nil when the worker keeps none.
func (a *attempt) checkpoints(log *attemptLog) *Checkpoints {
	task, w := a.task, a.worker
	if w.Checkpoint < 0 {
		return nil
	}
	c := &Checkpoints{
		path: w.Root.Checkpoint(task.ID, a.token()), interval: w.Checkpoint, pause: w.Checkpoint, worked: a.worked, savedAt: time.Now(),
		say:     log.printf,
		warn:    func(what, file string, err error) { a.log().Warn(what, "file", file, "error", err) },
		stopped: func() bool { return w.ctx.Err() != nil },
		onSaved: w.measured,
	}
	for _, token := range task.Earlier {
		c.earlierPaths = append(c.earlierPaths, w.Root.Checkpoint(task.ID, token))
	}
	return c
}

// Resume continues the task from the furthest checkpoint of earlier attempts that can be read. Without one, the
// task begins anew.
func (c *Checkpoints) Resume(s Saver) {
	if c == nil {
		return
	}
	for _, f := range c.latestFirst() {
		var spent time.Duration
		err := c.withRetries(f, func() (err error) {
			spent, err = restore(f, s)
			return err
		})
		if err != nil {
			c.say("checkpoint %s is not used: %v", filepath.Base(f), err)
			c.warn("a checkpoint cannot be used; an earlier one is used, or the task starts from the beginning", f, err)
			continue
		}
		c.kept, c.spent = s.Progress().Done, spent
		c.say("resumes from checkpoint %s, %d stimuli", filepath.Base(f), c.kept)
		break
	}
	c.savedAt = time.Now()
}

// latestFirst returns the checkpoints of earlier attempts, the latestFirst first. One that doesn't even
// have a readable head is tried first: it might be the latest, and its error must be logged.
func (c *Checkpoints) latestFirst() []string {
	reach := map[string]int64{}
	for _, path := range c.earlierPaths {
		for _, name := range []string{path, path + previousSuffix} {
			var there bool
			if reach[name], there = c.positionOf(name); there {
				c.found = append(c.found, name)
			}
		}
	}
	slices.SortFunc(c.found, func(a, b string) int { return cmp.Or(cmp.Compare(reach[b], reach[a]), strings.Compare(a, b)) })
	return c.found
}

// positionOf is how far a checkpoint is by its own word, if there is one.
func (c *Checkpoints) positionOf(path string) (done int64, there bool) {
	err := c.withRetries(path, func() error {
		f, err := atomicfile.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		at, err := readHead(f)
		done = at.done
		return err
	})
	if err != nil {
		done = math.MaxInt64
	}
	return done, !errors.Is(err, fs.ErrNotExist)
}

// MaybeSave saves the state if it is time to. It returns before the state is durable.
func (c *Checkpoints) MaybeSave(s Saver) {
	if c == nil {
		return
	}
	if c.writing != nil {
		if len(c.writing) == 0 {
			return
		}
		c.wait()
	}
	if time.Since(c.savedAt) >= c.pause {
		c.save(s)
	}
}

// SaveFinal saves the state of a task that ended with ctx, if ctx says that the task is to be handed back, and
// returns when the state is durable.
func (c *Checkpoints) SaveFinal(ctx context.Context, s Saver) {
	if c == nil || !errors.Is(context.Cause(ctx), errDrained) || c.stopped() {
		return
	}
	c.wait()
	if s.Progress().Done > c.kept {
		c.save(s)
		c.wait()
	}
}

// save writes the state and has a goroutine make it durable.
func (c *Checkpoints) save(s Saver) {
	begun := time.Now()
	d, err := newDraft(c.path, s, c.spent+c.worked())
	c.savedAt = time.Now()
	c.pause = max(c.interval, costliness*c.savedAt.Sub(begun))
	if err != nil {
		c.failed(err)
		return
	}
	c.kept = d.done
	c.began = true
	c.writing = make(chan keeping, 1)
	go func(end chan<- keeping, worth bool) {
		err := d.keep(c.path, worth)
		end <- keeping{err, time.Since(begun)}
	}(c.writing, c.written > 0)
}

// wait waits for the save in progress, and handles its result.
func (c *Checkpoints) wait() {
	if c.writing == nil {
		return
	}
	end := <-c.writing
	c.writing = nil
	c.pause = max(c.pause, costlinessDisk*end.took)
	if end.err != nil {
		c.failed(end.err)
		return
	}
	c.onSaved(end.took)
	c.say("checkpoint of %d stimuli", c.kept)
	if c.written++; c.written == 2 {
		c.remove(c.found)
	}
}

func (c *Checkpoints) failed(err error) {
	c.kept = 0
	c.say("no checkpoint: %v", err)
	c.warn("a checkpoint cannot be written; the task continues without it", c.path, err)
}

// earlier is the time that earlier attempts took to compute the state from which this one resumed.
func (c *Checkpoints) earlier() time.Duration {
	if c == nil {
		return 0
	}
	return c.spent
}

// close waits for the save in progress. Nothing is saved afterwards.
func (c *Checkpoints) close() {
	if c != nil {
		c.wait()
	}
}

// removeOwn removes those of this attempt.
func (c *Checkpoints) removeOwn() {
	if c != nil && c.began {
		c.remove([]string{c.path, c.path + previousSuffix})
	}
}

func (c *Checkpoints) remove(names []string) {
	for _, name := range names {
		if err := removeFile(name); err != nil {
			c.warn("a checkpoint remains", name, err)
		}
	}
}
