package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"eisweep/internal/protocol"
	"eisweep/internal/results"
	"eisweep/sim"
	"eisweep/sweeps"
)

// long is a task of some seconds.
func long() *sweeps.Task {
	p := sim.Resolve(sim.Approximate, []sim.Setting{})
	p.Ng.Exc.NPerAxis, p.Inp.NStimuli, p.Numint.NTrials, p.Numint.EveryN = 4, 3, 150, 50
	t := &sweeps.Task{Experiment: sim.Approximate, Seed: 7, Parameters: p}
	t.ID = sweeps.Identify(t)
	return t
}

// keeper is the Checkpoints of the attempt of a number in a directory, which tell what they say. There
// were attempts of all lower numbers.
func keeper(directory string, attempt int, say func(string)) *Checkpoints {
	path := func(n int) string { return filepath.Join(directory, long().ID.String()+"."+strconv.Itoa(n)) }
	c := &Checkpoints{
		path: path(attempt), worked: func() time.Duration { return 0 }, savedAt: time.Now(),
		say:     func(format string, args ...any) { say(fmt.Sprintf(format, args...)) },
		warn:    func(what, file string, err error) { say("warning: " + what) },
		stopped: func() bool { return false },
		onSaved: func(time.Duration) {},
	}
	for n := range attempt - 1 {
		c.earlierPaths = append(c.earlierPaths, path(n+1))
	}
	return c
}

// counter is a computation whose state is a number.
type counter struct {
	done int64
	slow time.Duration // of a save
	err  error         // of a save
}

func (c *counter) Progress() sim.Progress { return sim.Progress{Done: c.done} }

func (c *counter) SaveTo(w io.Writer) error {
	<-time.After(c.slow)
	_, err := fmt.Fprint(w, c.done)
	return errors.Join(err, c.err)
}

func (c *counter) RestoreFrom(r io.ReaderAt, size int64) error {
	_, err := fmt.Fscan(io.NewSectionReader(r, 0, size), &c.done)
	return err
}

func (c *counter) save(k *Checkpoints, done int64) {
	c.done = done
	k.save(c)
	k.wait()
}

// names lists a directory without the task's id.
func names(t *testing.T, directory string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(directory)
	check(t, err)
	for _, e := range entries {
		list = append(list, strings.TrimPrefix(e.Name(), long().ID.String()))
	}
	return list
}

// An attempt goes on from the furthest of all, and keeps the earlier ones' until it
// has two of its own.
func TestFurthestCheckpointIsTaken(t *testing.T) {
	directory := t.TempDir()
	quiet := func(string) {}
	for attempt, reach := range []int64{500, 900} {
		(&counter{}).save(keeper(directory, 1+attempt, quiet), reach)
	}
	(&counter{}).save(keeper(directory, 5, quiet), 5000) // the order doesn't name it
	fourth, s := keeper(directory, 4, quiet), &counter{}
	if fourth.Resume(s); s.done != 900 {
		t.Fatalf("it goes on at %d, not 900", s.done)
	}
	s.save(fourth, 950)
	if got := names(t, directory); !slices.Equal(got, []string{".1", ".2", ".4", ".5"}) {
		t.Errorf("after one of its own: %v", got)
	}
	s.save(fourth, 960)
	if got := names(t, directory); !slices.Equal(got, []string{".4", ".4.before", ".5"}) {
		t.Errorf("after two of its own: %v", got)
	}
	fourth.removeOwn()
	if got := names(t, directory); !slices.Equal(got, []string{".5"}) {
		t.Errorf("after its end: %v", got)
	}
}

func TestFailedCheckpointLeavesTheLast(t *testing.T) {
	directory := t.TempDir()
	var said []string
	c, s := keeper(directory, 1, func(line string) { said = append(said, line) }), &counter{}
	s.save(c, 10)
	s.err = errors.New("no space left on device")
	s.save(c, 20)
	if !strings.Contains(strings.Join(said, "\n"), "no space left") {
		t.Errorf("it says %q", said)
	}
	if got := names(t, directory); !slices.Equal(got, []string{".1"}) {
		t.Errorf("files %v", got)
	}
	next := &counter{}
	if keeper(directory, 2, func(string) {}).Resume(next); next.done != 10 {
		t.Errorf("it goes on at %d, not 10", next.done)
	}
}

// Saves cost a hundredth of the time, however slow they are.
func TestSlowSavesAreRare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := keeper(t.TempDir(), 1, func(string) {})
		c.interval, c.pause = time.Minute, time.Minute
		s, begun := &counter{slow: 3 * time.Second}, time.Now()
		var at []time.Duration
		for len(at) < 3 {
			<-time.After(time.Second)
			synctest.Wait() // for the disk
			saved := c.savedAt
			s.done++
			if c.MaybeSave(s); c.savedAt != saved {
				at = append(at, time.Since(begun).Round(time.Second))
			}
		}
		c.close()
		if want := []time.Duration{63 * time.Second, 366 * time.Second, 669 * time.Second}; !slices.Equal(at, want) {
			t.Errorf("saved at %v, want %v", at, want)
		}
	})
}

// A worker that is drained leaves its task to another, which goes on where the first
// one stopped; nothing remains when the result is there.
func TestDrainedTaskGoesOn(t *testing.T) {
	b := newBench(t, time.Minute)
	o := task(7, func(o *protocol.TaskMessage) {
		o.Parameters = values("ng.exc.n_per_axis=4", "inp.n_stimuli=3", "numint.n_trials=150", "numint.every_n=50")
	})
	moved := make(chan sim.Progress)
	first := b.start(watched(moved))
	b.publish(o)
	for receive(b, moved).Done < 60 {
	}
	b.drained(first) // at the latest at the next stimulus, which nobody takes notice of
	returned := b.event(o, protocol.EventReturned)
	if left := b.left("checkpoints"); !slices.Equal(left, []string{o.ID.String() + "." + returned.Token}) {
		t.Errorf("checkpoints %v", left)
	}
	b.again(o, "3", returned.Token)
	again := make(chan sim.Progress, 1_000_000)
	second := b.start(watched(again))
	if begun := receive(b, again).Done; begun < 60 {
		t.Errorf("it begins at %d", begun)
	}
	out := receive(b, b.outcomes)
	if !out.Done() || out.Spent <= 0 || out.Spent > out.Started.Sub(first.since) {
		t.Errorf("outcome %+v", out.Outcome)
	}
	for token, text := range map[string]string{returned.Token: "ended: ", out.Token: "resumes from checkpoint"} {
		if said, err := os.ReadFile(b.root.Log(o.ID, 1, token)); err != nil || !strings.Contains(string(said), text) {
			t.Errorf("log %s: %v\n%s", token, err, said)
		}
	}
	b.drained(second)
	if left := b.left("checkpoints"); len(left) > 0 {
		t.Errorf("checkpoints %v remain", left)
	}
}

// Checkpoints of earlier versions have the number of an attempt where others have a token.
func TestATaskGoesOnFromANumberedCheckpoint(t *testing.T) {
	b := newBench(t, time.Minute)
	o := task(1)
	directory := b.root.Private("checkpoints")
	for n, reach := range []int64{40, 80} {
		c := keeper(directory, 1, func(string) {})
		c.path = b.root.Checkpoint(o.ID, strconv.Itoa(n+1))
		(&counter{}).save(c, reach)
	}
	check(t, os.Rename(b.root.Checkpoint(o.ID, "2"), b.root.Checkpoint(o.ID, "2")+previousSuffix)) // it died between two
	from := make(chan int64, 1)
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		s := new(counter)
		job.Checkpoints.Resume(s)
		from <- s.done
		return leave(ctx, job, observe)
	})
	b.again(o, "1", "2")
	if got := receive(b, from); got != 80 {
		t.Errorf("it goes on at %d, not 80", got)
	}
	receive(b, b.outcomes)
	b.drained(w)
	if left := b.left("checkpoints"); len(left) > 0 {
		t.Errorf("checkpoints %v remain", left)
	}
}

// watched is the model, and tells all of its progress. It goes on when that was taken notice of, or the task is stopped.
func watched(moved chan<- sim.Progress) runnerFunc {
	return func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		return Model().Run(ctx, job, func(p sim.Progress) {
			observe(p)
			select {
			case moved <- p:
			case <-ctx.Done():
			}
		})
	}
}
