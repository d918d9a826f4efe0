package worker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/results"
	"eisweep/internal/root"
	"eisweep/sim"
	"eisweep/sweeps"
)

// TestMain is also the child process of a results.Prober.
func TestMain(m *testing.M) {
	if os.Getenv("EISWEEP_TEST_PROBE") != "" {
		if err := results.RunProbe(os.Args[1], os.Args[2:], os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if directory := os.Getenv("EISWEEP_TEST_KILLED"); directory != "" {
		os.Exit(killed(directory, os.Getenv("EISWEEP_TEST_ATTEMPT")))
	}
	goleak.VerifyTestMain(m)
}

// runnerFunc is a Runner that is a function.
type runnerFunc func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error)

func (f runnerFunc) Run(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
	return f(ctx, job, observe)
}

// leave writes a result of a few bytes, which depend on the task.
func leave(_ context.Context, job *Job, _ func(sim.Progress)) (results.Receipt, error) {
	data := []byte(job.Task.ID.String())
	sum := sha256.Sum256(data)
	if err := os.WriteFile(job.Path, data, 0o600); err != nil {
		return results.Receipt{}, err
	}
	hash := hex.EncodeToString(sum[:])
	return results.Receipt{Identity: results.Identity{SHA256: hash, Bytes: int64(len(data))}, Digest: hash}, nil
}

// block runs until it is told to end.
func block(ctx context.Context, _ *Job, _ func(sim.Progress)) (results.Receipt, error) {
	<-ctx.Done()
	return results.Receipt{}, ctx.Err()
}

// bench is a root and a queue with a coordinator's part: what it says is what the test says.
type bench struct {
	testing.TB
	root     *root.Root
	server   *natsserver.Server
	queue    *queue.Queue
	hold     atomic.Bool // leave outcomes without an acknowledgement
	outcomes chan queue.OutcomeDelivery
	entries  chan queue.Entry // of the register
}

// tooLong is how long a test waits for anything before it fails. It is no measure of speed: it costs nothing where a test passes,
// and a busy machine takes its time.
const tooLong = 3 * time.Minute

func deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), tooLong)
	t.Cleanup(cancel)
	return ctx
}

func newBench(t testing.TB, ackWait time.Duration) *bench {
	t.Helper()
	r, err := root.Open(t.TempDir())
	check(t, err)
	s, err := natsserver.Start(natsserver.Options{StoreDir: r.Private("store")})
	check(t, err)
	t.Cleanup(s.Stop)
	q, err := queue.Open(deadline(t), queue.Options{Options: natsconn.Options{Server: s, RootID: r.ID()}, Create: true, AckWait: ackWait})
	check(t, err)
	t.Cleanup(q.Close)
	b := attend(t, r, q)
	b.server = s
	return b
}

// attend does a coordinator's part on a queue.
func attend(t testing.TB, r *root.Root, q *queue.Queue) *bench {
	t.Helper()
	b := &bench{TB: t, root: r, queue: q, outcomes: make(chan queue.OutcomeDelivery, 10_000), entries: make(chan queue.Entry, 10_000)}
	stop, err := q.Outcomes(deadline(t), func(o queue.OutcomeDelivery) {
		if !b.hold.Load() {
			if err := o.Ack(); err != nil {
				t.Error(err)
			}
		}
		b.outcomes <- o
	})
	check(t, err)
	t.Cleanup(stop)
	stop, err = q.Register.Watch(deadline(t), func(e queue.Entry) { b.entries <- e })
	check(t, err)
	t.Cleanup(stop)
	return b
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// start starts a worker that doesn't wait long for anything.
func (b *bench) start(run runnerFunc, change ...func(*Config)) *Worker {
	b.Helper()
	c := Config{
		Root: b.root, Queue: b.queue, Name: "worker", Host: "host", Version: "v", Runner: run,
		Log: slog.New(slog.NewTextHandler(b.Output(), nil)),
	}
	for _, f := range change {
		f(&c)
	}
	w, err := Start(deadline(b), c)
	check(b, err)
	b.Cleanup(w.Stop)
	return w
}

// task is an order whose id is right.
func task(seed int, change ...func(*protocol.TaskMessage)) protocol.TaskMessage {
	o := protocol.TaskMessage{
		Run:        1,
		Attempt:    1,
		Sweep:      "quick",
		Experiment: sim.Approximate,
		Seed:       uint32(seed),
		Parameters: values("numint.n_trials=2"),
	}
	for _, f := range change {
		f(&o)
	}
	t := &sweeps.Task{Experiment: o.Experiment, Seed: o.Seed, Parameters: sim.Resolve(o.Experiment, o.Parameters)}
	if o.Source != nil {
		t.Source = inputOf(o.Source)
	}
	o.ID = sweeps.Identify(t)
	return o
}

func (b *bench) publish(tasks ...protocol.TaskMessage) {
	b.Helper()
	_, err := b.queue.PublishTasks(deadline(b), tasks)
	check(b, err)
}

// again publishes a task once more, after what the register says of it. Whoever was cut off may not
// have taken the order before it out of the queue: that is what PurgeTasks is for.
func (b *bench) again(o protocol.TaskMessage, earlier ...string) {
	b.Helper()
	last, err := b.queue.Register.Last(deadline(b), protocol.Attempt{ID: o.ID, Run: o.Run})
	check(b, err)
	if o.Earlier = earlier; last != nil {
		o.After = last.Sequence
	}
	b.until("the order that was claimed is out of the queue", func() bool {
		_, err := b.queue.PublishTasks(deadline(b), []protocol.TaskMessage{o})
		if !errors.Is(err, queue.ErrOccupied) {
			check(b, err)
		}
		return err == nil
	})
}

// event waits for an event of a task in the register.
func (b *bench) event(o protocol.TaskMessage, event string) queue.Entry {
	b.Helper()
	for {
		if e := receive(b, b.entries); e.ID == o.ID && e.Event == event {
			return e
		}
	}
}

// end ends the attempt of which the register tells.
func (b *bench) end(o protocol.TaskMessage) (token string) {
	b.Helper()
	last, err := b.queue.Register.Last(deadline(b), protocol.Attempt{ID: o.ID, Run: o.Run})
	check(b, err)
	if last == nil {
		b.Fatal("the register doesn't know the task")
	}
	e := last.AttemptEvent
	e.Event = protocol.EventEnded
	_, err = b.queue.Register.Note(deadline(b), e, last.Sequence)
	check(b, err)
	return last.Token
}

// claim fetches a task and claims it, as another worker does.
func (b *bench) claim() *queue.Attempt {
	b.Helper()
	d, err := b.queue.Next(deadline(b))
	check(b, err)
	verdict, a, err := d.Admit(deadline(b), "rival", "host")
	check(b, err)
	if verdict != queue.Execute {
		b.Fatalf("verdict %v", verdict)
	}
	return a
}

// fail commits a failure of a rival's attempt.
func (b *bench) fail(a *queue.Attempt) {
	b.Helper()
	now := time.Now()
	won, err := a.Commit(deadline(b), protocol.Outcome{Class: protocol.Numeric, Error: "r_e", Worker: "rival", Started: now, Finished: now})
	if !won || err != nil {
		b.Errorf("the rival won %v, %v", won, err)
	}
}

func receive[T any](b *bench, c <-chan T) (v T) {
	b.Helper()
	select {
	case v = <-c:
	case <-deadline(b).Done():
		b.Fatalf("no %T came", v)
	}
	return v
}

// until looks again and again until something is so.
func (b *bench) until(what string, is func() bool) {
	b.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for ctx := deadline(b); !is(); {
		select {
		case <-tick.C:
		case <-ctx.Done():
			b.Fatalf("waited in vain until %s", what)
		}
	}
}

// left are the files in a private directory.
func (b *bench) left(directory string) (names []string) {
	b.Helper()
	entries, err := os.ReadDir(b.root.Private(directory))
	check(b, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// drained waits until the worker has ended in order.
func (b *bench) drained(w *Worker) {
	b.Helper()
	check(b, w.Drain(deadline(b)))
}

// queued waits until so many orders are in the queue. What was claimed leaves it a moment later.
func (b *bench) queued(want int) {
	b.Helper()
	b.until(fmt.Sprintf("%d orders are queued", want), func() bool {
		got, err := b.queue.CountTasks(deadline(b))
		check(b, err)
		return got == want
	})
}
