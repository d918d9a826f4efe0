package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
	"eisweep/sim"
	"eisweep/sweeps"
)

// Saver is a task's computation, whose state can be kept. *sim.Simulation is one.
type Saver interface {
	// SaveTo writes the whole state.
	SaveTo(w io.Writer) error
	// RestoreFrom replaces the state by a saved one of so many bytes, before the first
	// step. Damage of any kind is an error; it may then be called with another, or the
	// computation begins where it would have.
	RestoreFrom(r io.ReaderAt, size int64) error
	// Progress tells how far the state is, by Done.
	Progress() sim.Progress
}

// Checkpoints keeps the states of one attempt at a task, the last two, for
// whatever attempt comes next. What goes wrong with it is said, and fails nothing.
// A nil Checkpoints keeps nothing. It is used from one goroutine.
type Checkpoints struct {
	path     string // of the last
	prefix   string // of all checkpoints of the task in their folder
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
	own     bool         // the file at path is good
	written int          // checkpoints of this attempt
	found   []string     // of earlier attempts
	writing chan keeping // what becomes of the draft that is being kept; nil: none
}

// keeping is the end of making a draft durable.
type keeping struct {
	err  error
	took time.Duration
}

// costliness is how many times the time that a save stops the computation lies
// between two of them: they cost 1 %. What they cost the disk is bounded less.
const (
	costliness     = 100
	costlinessDisk = 10
)

// checkpoints returns the attempt's, nil when the worker keeps none.
func (a *attempt) checkpoints(log *attemptLog) *Checkpoints {
	task, w := a.delivery.Task(), a.worker
	if w.Checkpoint < 0 {
		return nil
	}
	return &Checkpoints{
		path: w.Root.Checkpoint(task.ID, a.number), prefix: task.ID.String() + ".",
		interval: w.Checkpoint, pause: w.Checkpoint, worked: a.worked, last: time.Now(),
		say:   log.say,
		warn:  func(what, file string, err error) { w.Log.Warn(what, "task", task.ID, "file", file, "error", err) },
		ended: func() bool { return w.hard.Err() != nil },
		took:  w.measured,
	}
}

// Resume has the task go on from the furthest of its checkpoints that can be read,
// whichever attempt left it; without one it begins anew.
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
		c.own, c.kept, c.spent = f == c.path, s.Progress().Done, spent
		c.say("goes on from checkpoint %s, %d stimuli", filepath.Base(f), c.kept)
		break
	}
	c.last = time.Now()
}

// furthest lists the task's checkpoints, the furthest first. One that doesn't even
// tell how far it is could be that, and what is wrong with it is to be said.
func (c *Checkpoints) furthest() []string {
	var names []string
	err := c.patiently(filepath.Dir(c.path), func() (err error) {
		names, err = c.list()
		return err
	})
	if err != nil {
		c.warn("checkpoints cannot be listed; the task starts from the beginning", c.path, err)
		return nil
	}
	reach := map[string]int64{}
	for _, name := range names {
		if strings.HasSuffix(name, ".part") {
			continue
		}
		reach[name] = reachOf(name)
		c.found = append(c.found, name)
	}
	slices.SortFunc(c.found, func(a, b string) int { return cmp.Or(cmp.Compare(reach[b], reach[a]), strings.Compare(a, b)) })
	return c.found
}

// reachOf is how far a checkpoint is by its own word.
func reachOf(path string) int64 {
	f, err := atomicfile.Open(path)
	if err != nil {
		return math.MaxInt64
	}
	defer f.Close()
	at, err := readHead(f)
	if err != nil {
		return math.MaxInt64
	}
	return at.done
}

// lastKept is the last of the attempts up to n that left a checkpoint, and so came
// further than those before it; 0 if none did.
func lastKept(r *root.Root, id sweeps.ID, n int) (last int, err error) {
	entries, err := os.ReadDir(r.Private("checkpoints"))
	if err != nil {
		return 0, fmt.Errorf("list checkpoints: %w", err)
	}
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), id.String()+".")
		if !ok || strings.HasSuffix(rest, ".part") {
			continue
		}
		attempt, err := strconv.Atoi(strings.TrimSuffix(rest, before))
		if err == nil && attempt <= n {
			last = max(last, attempt)
		}
	}
	return last, nil
}

// list names all files of the task. It lists the folder, without which an NFS
// client doesn't see what others have just made.
func (c *Checkpoints) list() (paths []string, err error) {
	folder := filepath.Dir(c.path)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("list checkpoints: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), c.prefix) && e.Type().IsRegular() {
			paths = append(paths, filepath.Join(folder, e.Name()))
		}
	}
	return paths, nil
}

// Offer keeps the state when it is time to. It returns before that is durable.
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

// Leave keeps the state of a task that ended with ctx, where ctx says that it is
// to be handed back, and returns when that is durable.
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
	c.writing = make(chan keeping, 1)
	go func(end chan<- keeping, worth bool) {
		err := d.keep(c.path, worth)
		end <- keeping{err, time.Since(begun)}
	}(c.writing, c.own)
}

// wait waits for what is being written, and takes notice of how that ended.
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
	c.own = true
	c.took(end.took)
	c.say("checkpoint of %d stimuli", c.kept)
	if c.written++; c.written == 2 {
		c.remove(c.found, c.path, c.path+before)
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

// removeAll removes every checkpoint of the task, after its end. A task that found
// none and left none isn't looked for again.
func (c *Checkpoints) removeAll() {
	if c == nil || len(c.found) == 0 && c.written == 0 {
		return
	}
	names, err := c.list()
	if err != nil {
		c.warn("checkpoints remain", c.path, err)
	}
	c.remove(names)
}

// removeOwn removes those of this attempt.
func (c *Checkpoints) removeOwn() {
	if c != nil && c.written > 0 {
		c.remove([]string{c.path, c.path + before})
	}
}

func (c *Checkpoints) remove(names []string, but ...string) {
	for _, name := range names {
		if slices.Contains(but, name) {
			continue
		}
		if err := removeFile(name); err != nil {
			c.warn("a checkpoint remains", name, err)
		}
	}
}
