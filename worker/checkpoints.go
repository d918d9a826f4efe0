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
	// Progress says how far the state is, in Done.
	Progress() sim.Progress
}

// Checkpoints keeps the last two states of one attempt at a task, for the next attempt. Errors are logged and
// fail nothing. A nil Checkpoints keeps nothing. It is used from one goroutine.
type Checkpoints struct {
	path     string   // of the last
	others   []string // where earlier attempts may have left theirs
	interval time.Duration
	say      func(format string, args ...any)          // in the attempt's log
	warn     func(what string, name string, err error) // of what the operator should know
	ended    func() bool                               // whether nothing is worth keeping any more
	took     func(time.Duration)                       // told of each how long keeping it took

	worked  func() time.Duration // in this attempt
	spent   time.Duration        // before it, on what it went on from
	last    time.Time            // when a state was last kept
	pause   time.Duration
	kept    int64        // how far the last is
	written int          // checkpoints of this attempt; the file at path is the last
	begun   bool         // to keep one
	found   []string     // of earlier attempts
	writing chan keeping // what becomes of the draft that is being kept; nil: none
}

// keeping is the end of making a draft durable.
type keeping struct {
	err  error
	took time.Duration
}

// costliness is the time between two saves, as a multiple of the time that a save stops the computation: saves
// cost 1 %. What they cost the disk is bounded less.
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
		path: w.Root.Checkpoint(task.ID, a.token()), interval: w.Checkpoint, pause: w.Checkpoint, worked: a.worked, last: time.Now(),
		say:   log.say,
		warn:  func(what, file string, err error) { w.Log.Warn(what, "task", task.ID, "file", file, "error", err) },
		ended: func() bool { return w.hard.Err() != nil },
		took:  w.measured,
	}
	for _, token := range task.Earlier {
		c.others = append(c.others, w.Root.Checkpoint(task.ID, token))
	}
	return c
}

// Resume continues the task from the furthest checkpoint of earlier attempts that can be read. Without one, the
// task begins anew.
func (c *Checkpoints) Resume(s Saver) {
	if c == nil {
		return
	}
	for _, f := range c.furthest() {
		var spent time.Duration
		err := c.patiently(f, func() (err error) {
			spent, err = restore(f, s)
			return err
		})
		if err != nil {
			c.say("checkpoint %s is left out: %v", filepath.Base(f), err)
			c.warn("a checkpoint cannot be used; an earlier one is used, or the task starts from the beginning", f, err)
			continue
		}
		c.kept, c.spent = s.Progress().Done, spent
		c.say("goes on from checkpoint %s, %d stimuli", filepath.Base(f), c.kept)
		break
	}
	c.last = time.Now()
}

// furthest returns the checkpoints of earlier attempts, the furthest first. One that doesn't even
// tell how far it is could be that, and what is wrong with it is to be said.
func (c *Checkpoints) furthest() []string {
	reach := map[string]int64{}
	for _, path := range c.others {
		for _, name := range []string{path, path + before} {
			var there bool
			if reach[name], there = c.reachOf(name); there {
				c.found = append(c.found, name)
			}
		}
	}
	slices.SortFunc(c.found, func(a, b string) int { return cmp.Or(cmp.Compare(reach[b], reach[a]), strings.Compare(a, b)) })
	return c.found
}

// reachOf is how far a checkpoint is by its own word, if there is one.
func (c *Checkpoints) reachOf(path string) (done int64, there bool) {
	err := c.patiently(path, func() error {
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

// Offer saves the state if it is time to. It returns before the state is durable.
func (c *Checkpoints) Offer(s Saver) {
	if c == nil {
		return
	}
	if c.writing != nil {
		if len(c.writing) == 0 {
			return
		}
		c.wait()
	}
	if time.Since(c.last) >= c.pause {
		c.save(s)
	}
}

// Leave saves the state of a task that ended with ctx, if ctx says that the task is to be handed back, and
// returns when the state is durable.
func (c *Checkpoints) Leave(ctx context.Context, s Saver) {
	if c == nil || !errors.Is(context.Cause(ctx), errDrained) || c.ended() {
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
	c.last = time.Now()
	c.pause = max(c.interval, costliness*c.last.Sub(begun))
	if err != nil {
		c.failed(err)
		return
	}
	c.kept = d.done
	c.begun = true
	c.writing = make(chan keeping, 1)
	go func(end chan<- keeping, worth bool) {
		err := d.keep(c.path, worth)
		end <- keeping{err, time.Since(begun)}
	}(c.writing, c.written > 0)
}

// wait waits for what is being written, and notes how that ended.
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
	c.took(end.took)
	c.say("checkpoint of %d stimuli", c.kept)
	if c.written++; c.written == 2 {
		c.remove(c.found)
	}
}

func (c *Checkpoints) failed(err error) {
	c.kept = 0
	c.say("no checkpoint: %v", err)
	c.warn("a checkpoint cannot be written; the task goes on without", c.path, err)
}

// earlier is how long what this attempt went on from had taken.
func (c *Checkpoints) earlier() time.Duration {
	if c == nil {
		return 0
	}
	return c.spent
}

// close waits for what is being written. No more is kept afterwards.
func (c *Checkpoints) close() {
	if c != nil {
		c.wait()
	}
}

// removeOwn removes those of this attempt.
func (c *Checkpoints) removeOwn() {
	if c != nil && c.begun {
		c.remove([]string{c.path, c.path + before})
	}
}

func (c *Checkpoints) remove(names []string) {
	for _, name := range names {
		if err := removeFile(name); err != nil {
			c.warn("a checkpoint remains", name, err)
		}
	}
}
