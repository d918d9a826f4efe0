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

	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/results"
	"eisweep/sim"
	"eisweep/sweeps"
)

// ids takes a file for the result of the task whose id is its text, as leave writes them.
type ids struct{}

func (ids) Digest(_ context.Context, path string) (found results.Found, err error) {
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

// die begins an attempt whose worker leaves a file where its result belongs, and ends without
// a word.
func (b *bench) die(text string) *protocol.Task {
	b.Helper()
	d, err := b.queue.Next(deadline(b), func() []string { return []string{"quick"} })
	check(b, err)
	_, err = d.Settled(deadline(b))
	check(b, err)
	n, err := d.Start(deadline(b), "doomed", "host")
	check(b, err)
	path := b.root.Incoming(d.Task().ID, d.Task().Run, n)
	check(b, os.WriteFile(path, []byte(text), 0o600))
	check(b, os.WriteFile(path+".1.part", []byte("a spool"), 0o600))
	check(b, d.Retry(deadline(b), 0))
	return d.Task()
}

// A result that is complete is committed, however many workers died before they did so.
func TestACompleteResultIsTakenOver(t *testing.T) {
	b := newBench(t, time.Minute)
	o := task(1)
	b.publish(o)
	for range 3 {
		b.die(o.ID.String())
	}
	w := b.start(func(context.Context, *Job, func(sim.Progress)) (results.Receipt, error) {
		t.Error("it is computed again")
		return results.Receipt{}, context.Canceled
	}, func(c *Config) { c.Prober = ids{} })
	got := receive(b, b.outcomes)
	if !got.Done() || got.Attempt != 4 {
		t.Errorf("outcome %+v", got.Outcome)
	}
	b.drained(w)
	if sum, _, err := results.HashFile(b.root.Incoming(o.ID, 1, 4)); err != nil || sum != got.SHA256 {
		t.Errorf("file %s, outcome %s, %v", sum, got.SHA256, err)
	}
	if left := b.left("incoming"); len(left) != 1 {
		t.Errorf("left in incoming: %v", left)
	}
}

// A file that is something else is left alone, until the task is done.
func TestAFileThatIsNoResultIsNotTakenOver(t *testing.T) {
	b := newBench(t, time.Minute)
	o := task(1)
	b.publish(o)
	b.die(task(2).ID.String())
	b.die(o.ID.String()[:7])
	var runs atomic.Int32
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		runs.Add(1)
		return leave(ctx, job, observe)
	}, func(c *Config) { c.Prober = ids{} })
	if got := receive(b, b.outcomes); !got.Done() || got.Attempt != 3 || runs.Load() != 1 {
		t.Errorf("outcome %+v after %d runs", got.Outcome, runs.Load())
	}
	b.drained(w)
	if left := b.left("incoming"); len(left) != 1 {
		t.Errorf("left in incoming: %v", left)
	}
	log, err := os.ReadFile(b.root.Log(o.ID, 1, 3))
	if err != nil || !strings.Contains(string(log), "another task's") {
		t.Errorf("log %q, %v", log, err)
	}
}

// A result that cannot be committed for want of room stays its worker's: it keeps the task, and
// nobody computes it again.
func TestAResultThatWaitsForRoomKeepsItsTask(t *testing.T) {
	const lease, beat = time.Second, 50 * time.Millisecond
	b := newBench(t, lease)
	conn, err := nats.Connect("", nats.InProcessServer(b.server))
	check(t, err)
	t.Cleanup(conn.Close)
	room := b.outcomesRoom(conn)
	room(1)
	var beats atomic.Int32
	_, err = conn.Subscribe("$JS.ACK.>", func(m *nats.Msg) {
		if string(m.Data) == "+WPI" {
			beats.Add(1)
		}
	})
	check(t, err)
	brief := func(c *Config) { c.Heartbeat = beat }
	first := b.start(leave, brief)
	b.publish(task(1))
	b.until("a result waits for room", func() bool { return b.queue.Unkept() != nil })
	second, err := queue.Open(deadline(t), queue.Options{Options: natsconn.Options{Server: b.server, RootID: b.root.ID()}})
	check(t, err)
	t.Cleanup(second.Close)
	other := b.start(leave, brief, func(c *Config) { c.Queue, c.Name = second, "other" })
	since := beats.Load()
	b.until("the task is kept for some leases", func() bool { return beats.Load()-since > int32(3*lease/beat) })
	room(-1)
	if o := receive(b, b.outcomes); !o.Done() || o.Attempt != 1 || len(b.events) != 1 {
		t.Errorf("outcome %+v, %d announcements of attempts", o.Outcome, len(b.events))
	}
	b.drained(first)
	b.drained(other)
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
