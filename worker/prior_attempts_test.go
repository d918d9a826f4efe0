package worker

import (
	"context"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/protocol"
	"eisweep/internal/results"
	"eisweep/sim"
	"eisweep/sweeps"
)

// ids takes a file for the result of the task whose id is its text, as leave writes them.
type ids struct{}

func (ids) Digest(_ context.Context, path string) (found results.Contents, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return found, err
	}
	if found.Info.ID, err = sweeps.ParseID(string(text)); err != nil {
		return found, err
	}
	found.Info.ModelVersion = sim.ModelVersion
	found.SHA256, found.Bytes, err = results.HashFile(path)
	found.Digest = found.SHA256
	return found, err
}

// die is an attempt at a queued task whose worker leaves a file where its result belongs, and ends
// without a word.
func (b *bench) die(o protocol.TaskMessage, text string) (token string) {
	b.Helper()
	a := b.claim()
	b.leaveFile(o, a.Name().Token, text)
	b.end(o)
	return a.Name().Token
}

// leaveFile leaves what an attempt leaves that has made a file and was killed.
func (b *bench) leaveFile(o protocol.TaskMessage, token, text string) {
	b.Helper()
	path := b.root.Incoming(o.ID, o.Run, token)
	check(b, os.WriteFile(path, []byte(text), 0o600))
	check(b, os.WriteFile(path+".0123abcd.part", []byte("a spool"), 0o600))
	check(b, os.WriteFile(b.root.Checkpoint(o.ID, token)+".0123abcd.part", []byte("a draft"), 0o600))
}

// A result that is complete is committed, however many workers died before they did so, also in an
// earlier version.
func TestACompleteResultIsAdopted(t *testing.T) {
	b := newBench(t, time.Minute)
	o := task(1)
	b.leaveFile(o, "1", o.ID.String())
	b.publish(o)
	tokens := []string{"1", b.die(o, "half")}
	w := b.start(func(context.Context, *Job, func(sim.Progress)) (results.Receipt, error) {
		t.Error("it is computed again")
		return results.Receipt{}, context.Canceled
	}, func(c *Config) { c.Prober = ids{} })
	b.again(o, tokens...)
	got := receive(b, b.outcomes)
	if !got.Done() {
		t.Errorf("outcome %+v", got.Outcome)
	}
	b.drained(w)
	if sum, _, err := results.HashFile(b.root.Incoming(o.ID, 1, got.Token)); err != nil || sum != got.SHA256 {
		t.Errorf("file %s, outcome %s, %v", sum, got.SHA256, err)
	}
	if left := append(b.left("incoming"), b.left("checkpoints")...); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
}

// A file that is something else is left alone, until the task is done; so is a file of an attempt that
// the order doesn't name.
func TestAFileThatIsNoResultIsNotAdopted(t *testing.T) {
	b := newBench(t, time.Minute)
	o := task(1)
	b.leaveFile(o, "9", o.ID.String())
	b.publish(o)
	tokens := []string{b.die(o, task(2).ID.String())}
	b.again(o)
	tokens = append(tokens, b.die(o, o.ID.String()[:7]))
	var runs atomic.Int32
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		runs.Add(1)
		return leave(ctx, job, observe)
	}, func(c *Config) { c.Prober = ids{} })
	b.again(o, tokens...)
	got := receive(b, b.outcomes)
	if !got.Done() || runs.Load() != 1 {
		t.Errorf("outcome %+v after %d runs", got.Outcome, runs.Load())
	}
	b.drained(w)
	if left := b.left("incoming"); len(left) != 3 {
		t.Errorf("left in incoming: %v", left)
	}
	log, err := os.ReadFile(b.root.Log(o.ID, 1, got.Token))
	if err != nil || !strings.Contains(string(log), "another task's") {
		t.Errorf("log %q, %v", log, err)
	}
}

// A result that cannot be committed for want of room waits for it, and its worker says so.
func TestAResultWaitsForRoom(t *testing.T) {
	b := newBench(t, time.Minute)
	conn, err := nats.Connect("", nats.InProcessServer(b.server))
	check(t, err)
	t.Cleanup(conn.Close)
	room := b.outcomesRoom(conn)
	room(1)
	told := b.presences()
	w := b.start(leave)
	b.publish(task(1))
	b.until("a result waits for room", func() bool { return b.queue.Unkept() != nil })
	check(t, b.queue.SayHello())
	for p := receive(b, told); !strings.HasPrefix(p.State, "cannot commit results"); p = receive(b, told) {
	}
	room(-1)
	if o, e := receive(b, b.outcomes), b.event(task(1), protocol.EventStarted); !o.Done() || o.Token != e.Token {
		t.Errorf("outcome %+v, attempt %+v", o.Outcome, e.AttemptEvent)
	}
	b.drained(w)
}

// outcomesRoom bounds how many bytes of outcomes there may be.
func (b *bench) outcomesRoom(conn *nats.Conn) func(most int64) {
	js, err := jetstream.New(conn)
	check(b, err)
	return func(most int64) {
		for name := range js.StreamNames(deadline(b)).Name() {
			if !strings.HasSuffix(name, "_outcomes") {
				continue
			}
			stream, err := js.Stream(deadline(b), name)
			check(b, err)
			config := stream.CachedInfo().Config
			config.MaxBytes = most
			_, err = js.UpdateStream(deadline(b), config)
			check(b, err)
		}
	}
}
