package worker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"eisweep/internal/queue"
	"eisweep/internal/results"
	"eisweep/internal/root"
	"eisweep/sim"
	"eisweep/sweeps"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

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
	return results.Receipt{SHA256: hash, Digest: hash, Bytes: int64(len(data))}, nil
}

// block runs until it is told to end.
func block(ctx context.Context, _ *Job, _ func(sim.Progress)) (results.Receipt, error) {
	<-ctx.Done()
	return results.Receipt{}, ctx.Err()
}

// bench is a root and a queue with a listening coordinator's part.
type bench struct {
	testing.TB
	root     *root.Root
	server   *queue.Server
	queue    *queue.Queue
	outcomes chan queue.OutcomeDelivery
	events   chan queue.AttemptEvent
}

func deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func newBench(t testing.TB, ackWait time.Duration) *bench {
	t.Helper()
	r, err := root.Open(t.TempDir())
	check(t, err)
	s, err := queue.StartServer(queue.ServerOptions{StoreDir: r.Private("store")})
	check(t, err)
	t.Cleanup(s.Stop)
	q, err := queue.Open(deadline(t), queue.Options{Server: s, RootID: r.ID(), Create: true, AckWait: ackWait})
	check(t, err)
	t.Cleanup(q.Close)
	b := &bench{TB: t, root: r, server: s, queue: q, outcomes: make(chan queue.OutcomeDelivery, 10_000), events: make(chan queue.AttemptEvent, 10_000)}
	stop, err := q.Outcomes(deadline(t), func(o queue.OutcomeDelivery) { b.outcomes <- o })
	check(t, err)
	t.Cleanup(stop)
	stop, err = q.Events(deadline(t), func(e queue.AttemptEvent) { b.events <- e }, func(queue.Progress) {})
	check(t, err)
	t.Cleanup(stop)
	check(t, q.OpenSweep(deadline(t), "quick"))
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
		Sweeps: func() []string { return []string{"quick"} }, Backoff: time.Millisecond, Listen: 10 * time.Millisecond,
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
func task(seed int, change ...func(*queue.Task)) queue.Task {
	o := queue.Task{Run: 1, Sweep: "quick", Experiment: sim.Approximate, Seed: uint32(seed), Parameters: map[string]any{"numint.n_trials": 2}}
	for _, f := range change {
		f(&o)
	}
	settings, err := settingsOf(o.Parameters)
	if err != nil {
		panic(err)
	}
	t := &sweeps.Task{Experiment: o.Experiment, Seed: o.Seed, Parameters: sim.Resolve(o.Experiment, settings)}
	if o.Source != nil {
		t.Source = inputOf(o.Source)
	}
	o.ID = sweeps.Identify(t)
	return o
}

func (b *bench) publish(tasks ...queue.Task) {
	b.Helper()
	_, err := b.queue.Publish(deadline(b), tasks)
	check(b, err)
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

// left are the files in a private folder.
func (b *bench) left(folder string) (names []string) {
	b.Helper()
	entries, err := os.ReadDir(b.root.Private(folder))
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

func (b *bench) nothingQueued() {
	b.Helper()
	queued, err := b.queue.Queued(deadline(b))
	if err != nil || len(queued) > 0 {
		b.Errorf("queued: %v, %v", queued, err)
	}
}

func TestResultsAreHandedOver(t *testing.T) {
	b := newBench(t, 10*time.Second)
	w := b.start(leave, func(c *Config) { c.Slots = 4 })
	want := map[sweeps.ID]bool{}
	for i := range 20 {
		o := task(i)
		want[o.ID] = true
		b.publish(o)
	}
	for range 20 {
		o := receive(b, b.outcomes)
		if !want[o.ID] || !o.Done() || o.Attempt != 1 || o.Worker != "worker" {
			t.Errorf("outcome %+v", o.Outcome)
		}
		delete(want, o.ID)
		sum, _, err := results.HashFile(b.root.Incoming(o.ID, 1, 1))
		if err != nil || sum != o.SHA256 {
			t.Errorf("file %s, outcome %s, %v", sum, o.SHA256, err)
		}
		log, err := os.ReadFile(b.root.Log(o.ID, 1, 1))
		if err != nil || !strings.Contains(string(log), "digest "+o.Digest) {
			t.Errorf("log %q, %v", log, err)
		}
	}
	b.drained(w)
	b.nothingQueued()
	if w.Err() != nil {
		t.Error(w.Err())
	}
}

func TestFailuresHaveClasses(t *testing.T) {
	cases := map[string]struct {
		end  error
		want queue.Class
	}{
		"numbers":   {fmt.Errorf("run: %w", &sim.NumericError{Phase: "training", Trial: 3, What: "the rates"}), queue.Numeric},
		"invalid":   {fmt.Errorf("new: %w", sim.ErrInvalid), queue.Invalid},
		"no source": {fmt.Errorf("read: %w", results.ErrUntrained), queue.Invalid},
		"disk":      {errors.New("no space left on device"), queue.Storage},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, 10*time.Second)
			b.start(func(context.Context, *Job, func(sim.Progress)) (results.Receipt, error) {
				return results.Receipt{}, c.end
			},
				func(c *Config) { c.AttemptLimit = 1 })
			b.publish(task(1))
			if o := receive(b, b.outcomes); o.Class != c.want || o.Error != c.end.Error() || o.Attempt != 1 {
				t.Errorf("outcome %+v", o.Outcome)
			}
		})
	}
}

func TestPanicEndsTheTaskNotTheWorker(t *testing.T) {
	b := newBench(t, 10*time.Second)
	bad := task(1)
	b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		if job.Task.ID == bad.ID {
			panic("index out of range")
		}
		return leave(ctx, job, observe)
	})
	b.publish(bad, task(2))
	if o := receive(b, b.outcomes); o.Class != queue.Invalid || !strings.Contains(o.Error, "index out of range") {
		t.Errorf("outcome %+v", o.Outcome)
	}
	if o := receive(b, b.outcomes); !o.Done() {
		t.Errorf("outcome %+v", o.Outcome)
	}
	log, err := os.ReadFile(b.root.Log(bad.ID, 1, 1))
	if err != nil || !strings.Contains(string(log), "worker_test.go") {
		t.Errorf("log %q, %v", log, err)
	}
}

func TestOrdersThatDontFitAreRefused(t *testing.T) {
	b := newBench(t, 10*time.Second)
	outside := filepath.Join(t.TempDir(), "outside.h5")
	check(t, os.WriteFile(outside, []byte("x"), 0o600))
	check(t, os.Symlink(outside, b.root.Private("inputs", "link.h5")))
	hash := strings.Repeat("0", 64)
	from := func(path string) func(*queue.Task) {
		return func(o *queue.Task) {
			o.Experiment, o.Source, o.Parameters = sim.Perturb, &queue.Input{Path: path, SHA256: hash}, nil
		}
	}
	cases := map[string]struct {
		order queue.Task
		class queue.Class
		says  string
	}{
		"another id":    {func() queue.Task { o := task(1); o.Seed++; return o }(), queue.Invalid, "by its contents"},
		"parameter":     {func() queue.Task { o := task(2); o.Parameters["no.such"] = 1; return o }(), queue.Invalid, "no.such"},
		"type":          {func() queue.Task { o := task(3); o.Parameters["numint.n_trials"] = "many"; return o }(), queue.Invalid, "n_trials"},
		"range":         {func() queue.Task { o := task(4); o.Parameters["numint.n_trials"] = -1; return o }(), queue.Invalid, "range"},
		"link outwards": {task(5, from(".eisweep/inputs/link.h5")), queue.Invalid, "leads out"},
		"no source":     {task(6, from("there/is/none.h5")), queue.Storage, "none.h5"},
		"altered":       {task(7, from("altered.h5")), queue.Storage, "planned with"},
	}
	check(t, os.WriteFile(filepath.Join(b.root.Path(), "altered.h5"), []byte("altered"), 0o600))
	var ran atomic.Int32
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		ran.Add(1)
		return leave(ctx, job, observe)
	})
	for name, c := range cases {
		b.publish(c.order)
		o := receive(b, b.outcomes)
		attempts := map[queue.Class]int{queue.Invalid: 1, queue.Storage: 3}[c.class]
		if o.ID != c.order.ID || o.Class != c.class || !strings.Contains(o.Error, c.says) || o.Attempt != attempts {
			t.Errorf("%s: outcome %+v", name, o.Outcome)
		}
	}
	if ran.Load() > 0 || w.Err() != nil {
		t.Errorf("%d were run; %v", ran.Load(), w.Err())
	}
}

func TestStorageIsTriedAgain(t *testing.T) {
	b := newBench(t, 10*time.Second)
	var tries atomic.Int32
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		if tries.Add(1)%2 == 1 {
			return results.Receipt{}, errors.New("no space left on device")
		}
		return leave(ctx, job, observe)
	})
	b.publish(task(1), task(2))
	for range 2 {
		if o := receive(b, b.outcomes); !o.Done() {
			t.Errorf("outcome %+v", o.Outcome)
		}
	}
	if w.Err() != nil {
		t.Error(w.Err())
	}
}

func TestWorkerWithoutStorageGivesUp(t *testing.T) {
	b := newBench(t, 10*time.Second)
	w := b.start(func(context.Context, *Job, func(sim.Progress)) (results.Receipt, error) {
		return results.Receipt{}, errors.New("no space left on device")
	})
	b.publish(task(1), task(2), task(3))
	receive(b, w.Done())
	if err := w.Err(); !errors.Is(err, ErrStorage) || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("error %v", err)
	}
	queued, err := b.queue.Queued(deadline(t))
	if err != nil || len(queued) != 3 {
		t.Errorf("queued %v, %v", queued, err)
	}
}

func TestWorkerRefusesToStartWithoutStorage(t *testing.T) {
	b := newBench(t, 10*time.Second)
	check(t, os.RemoveAll(b.root.Private("incoming")))
	_, err := Start(deadline(t), Config{Root: b.root, Queue: b.queue, Sweeps: func() []string { return nil }})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func TestDrainedTaskKeepsItsAttemptNumber(t *testing.T) {
	b := newBench(t, 10*time.Second)
	first := b.start(block, func(c *Config) { c.Slots = 2 })
	b.publish(task(1), task(2))
	for range 2 {
		receive(b, b.events)
	}
	b.drained(first)
	if first.Err() != nil {
		t.Error(first.Err())
	}
	for range 2 {
		if e := receive(b, b.events); e.Event != queue.EventReturned {
			t.Errorf("event %+v", e)
		}
	}
	b.start(leave)
	for range 2 {
		if o := receive(b, b.outcomes); !o.Done() || o.Attempt != 1 {
			t.Errorf("outcome %+v", o.Outcome)
		}
	}
}

func TestStoppedTaskComesAgain(t *testing.T) {
	b := newBench(t, 300*time.Millisecond)
	first := b.start(block)
	b.publish(task(1))
	receive(b, b.events)
	first.Stop()
	first.Stop()
	check(t, first.Drain(deadline(t)))
	b.start(leave)
	if o := receive(b, b.outcomes); !o.Done() || o.Attempt != 2 {
		t.Errorf("outcome %+v", o.Outcome)
	}
}

func TestTaskIsGivenUpWhenAttemptsAreUsedUp(t *testing.T) {
	b := newBench(t, 100*time.Millisecond)
	b.publish(task(1))
	for n := range 2 { // two workers that die without a word
		d, err := b.queue.Next(deadline(t), func() []string { return []string{"quick"} })
		check(t, err)
		if got, err := d.Start(deadline(t), "doomed", "host"); got != n+1 {
			t.Fatalf("attempt %d, %v", got, err)
		}
	}
	w := b.start(leave, func(c *Config) { c.AttemptLimit = 2 })
	if o := receive(b, b.outcomes); o.Class != queue.Lost || o.Attempt != 2 {
		t.Errorf("outcome %+v", o.Outcome)
	}
	b.drained(w)
	b.nothingQueued()
}

// A task whose lease ran out while its worker is still heard is left alone.
func TestRunningTaskIsNotTakenFromAnother(t *testing.T) {
	b := newBench(t, 300*time.Millisecond)
	b.publish(task(1))
	d, err := b.queue.Next(deadline(t), func() []string { return []string{"quick"} })
	check(t, err)
	_, err = d.Start(deadline(t), "slow", "host")
	check(t, err)
	ctx, cancel := context.WithCancel(deadline(t))
	told := make(chan struct{})
	go func() {
		defer close(told)
		every(ctx, time.Millisecond, func() bool {
			b.queue.PublishProgress(queue.Progress{ID: d.Task().ID, Run: 1, Attempt: 1})
			return true
		})
	}()
	defer func() { cancel(); <-told }()
	log := make(logLines, 10)
	w := b.start(func(context.Context, *Job, func(sim.Progress)) (results.Receipt, error) {
		t.Error("the task is run a second time")
		return results.Receipt{}, sim.ErrInvalid
	}, func(c *Config) { c.Listen, c.Log = 20*time.Second, slog.New(slog.NewTextHandler(log, nil)) })
	if line := receive(b, log); !strings.Contains(line, "still at work elsewhere") {
		t.Errorf("log: %s", line)
	}
	b.drained(w)
	now := time.Now()
	won, err := d.Commit(deadline(t), queue.Outcome{Attempt: 1, Class: queue.Numeric, Error: "r_e", Worker: "slow", Started: now, Finished: now})
	if !won || err != nil {
		t.Errorf("won %v, %v", won, err)
	}
}

// logLines is a log as a channel of its lines.
type logLines chan string

func (l logLines) Write(line []byte) (int, error) {
	l <- string(line)
	return len(line), nil
}

// gate lets connections to a server through, or cuts them.
type gate struct {
	server *queue.Server
	mu     sync.Mutex
	shut   bool
	open   []net.Conn
}

func (g *gate) InProcessConn() (net.Conn, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		return nil, errors.New("cut off")
	}
	c, err := g.server.InProcessConn()
	g.open = append(g.open, c)
	return c, err
}

func (g *gate) set(shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = shut
	for _, c := range g.open {
		c.Close()
	}
	g.open = nil
}

// A worker that was cut off, and comes back when another has its task, stops.
func TestWorkerThatWasCutOffStopsWhatAnotherDoes(t *testing.T) {
	b := newBench(t, 300*time.Millisecond)
	line := &gate{server: b.server}
	q, err := queue.Open(deadline(t), queue.Options{RootID: b.root.ID(), Connect: []nats.Option{
		nats.InProcessServer(line), nats.ReconnectWait(5 * time.Millisecond), nats.ReconnectJitter(0, 0),
	}})
	check(t, err)
	t.Cleanup(q.Close)
	begun, ended := make(chan bool, 1), make(chan error, 1)
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		begun <- true
		<-ctx.Done()
		ended <- context.Cause(ctx)
		return results.Receipt{}, ctx.Err()
	}, func(c *Config) { c.Queue, c.Heartbeat, c.Name = q, 20*time.Millisecond, "cut off" })
	b.publish(task(1))
	receive(b, begun)
	line.set(true)

	d, err := b.queue.Next(deadline(t), func() []string { return []string{"quick"} })
	check(t, err)
	_, err = d.Start(deadline(t), "rival", "host")
	check(t, err)
	line.set(false)
	if cause := receive(b, ended); !errors.Is(cause, errSuperseded) {
		t.Errorf("ended by %v", cause)
	}
	check(t, d.Heartbeat(deadline(t))) // before it could be delivered again
	now := time.Now()
	won, err := d.Commit(deadline(t), queue.Outcome{Attempt: 2, Class: queue.Numeric, Error: "r_e", Started: now, Finished: now})
	if !won || err != nil {
		t.Errorf("won %v, %v", won, err)
	}
	check(t, d.Done(deadline(t)))
	b.drained(w)
}

func TestLoserRemovesItsFile(t *testing.T) {
	b := newBench(t, 300*time.Millisecond)
	b.publish(task(1))
	d, err := b.queue.Next(deadline(t), func() []string { return []string{"quick"} })
	check(t, err)
	_, err = d.Start(deadline(t), "rival", "host")
	check(t, err)
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		now := time.Now()
		won, err := d.Commit(deadline(t), queue.Outcome{Attempt: 1, Class: queue.Numeric, Error: "r_e", Worker: "rival", Started: now, Finished: now})
		if !won || err != nil {
			t.Errorf("rival won %v, %v", won, err)
		}
		return leave(ctx, job, observe)
	})
	if o := receive(b, b.outcomes); o.Worker != "rival" {
		t.Errorf("outcome %+v", o.Outcome)
	}
	b.drained(w)
	b.nothingQueued()
	if names := b.left("incoming"); len(names) > 0 {
		t.Errorf("files remain: %v", names)
	}
}

func TestStaleFileOfACrashIsReplaced(t *testing.T) {
	b := newBench(t, 10*time.Second)
	o := task(1)
	check(t, os.WriteFile(b.root.Incoming(o.ID, 1, 1), []byte("half"), 0o600))
	check(t, os.WriteFile(b.root.Incoming(o.ID, 1, 1)+".0000abcd.part", []byte("half"), 0o600))
	b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		if _, err := os.Stat(job.Path); err == nil {
			t.Error("the runner finds a file in its way")
		}
		return leave(ctx, job, observe)
	})
	b.publish(o)
	receive(b, b.outcomes)
	if names := b.left("incoming"); len(names) != 1 {
		t.Errorf("files: %v", names)
	}
}

func TestStalledTaskIsTriedAgain(t *testing.T) {
	b := newBench(t, 10*time.Second)
	var tries atomic.Int32
	b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		if tries.Add(1) == 1 {
			return block(ctx, job, observe)
		}
		return leave(ctx, job, observe)
	}, func(c *Config) { c.Heartbeat, c.Stall = 5*time.Millisecond, 50*time.Millisecond })
	b.publish(task(1))
	if o := receive(b, b.outcomes); !o.Done() || o.Attempt != 2 {
		t.Errorf("outcome %+v", o.Outcome)
	}
}

// The lease is short, the task longer: heartbeats keep it.
func TestHeartbeatsKeepTheTask(t *testing.T) {
	b := newBench(t, 200*time.Millisecond)
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		lease, cancel := context.WithTimeout(ctx, 600*time.Millisecond)
		defer cancel()
		<-lease.Done()
		if ctx.Err() != nil {
			return results.Receipt{}, ctx.Err()
		}
		return leave(ctx, job, observe)
	}, func(c *Config) { c.Slots, c.Heartbeat = 2, 20*time.Millisecond })
	b.publish(task(1))
	if o := receive(b, b.outcomes); !o.Done() || o.Attempt != 1 {
		t.Errorf("outcome %+v", o.Outcome)
	}
	b.drained(w)
	if len(b.events) != 1 {
		t.Errorf("%d events of attempts, want 1", len(b.events))
	}
}

func TestStartAndStopOften(t *testing.T) {
	b := newBench(t, 200*time.Millisecond)
	for i := range 50 {
		b.publish(task(i))
	}
	for i := range 20 {
		w := b.start(leave, func(c *Config) { c.Slots, c.AttemptLimit = 1+i%4, 100 })
		if i%2 == 0 {
			check(t, w.Drain(deadline(t)))
		}
		w.Stop()
		receive(b, w.Done())
	}
	b.start(leave, func(c *Config) { c.Slots, c.AttemptLimit = 4, 100 })
	done := map[sweeps.ID]bool{}
	for len(done) < 50 {
		if o := receive(b, b.outcomes); !o.Done() || done[o.ID] {
			t.Errorf("outcome %+v", o.Outcome)
		} else {
			done[o.ID] = true
		}
	}
}

func BenchmarkTinyTasks(b *testing.B) {
	bench := newBench(b, 60*time.Second)
	bench.start(func(context.Context, *Job, func(sim.Progress)) (results.Receipt, error) {
		hash := strings.Repeat("0", 64)
		return results.Receipt{SHA256: hash, Digest: hash, Bytes: 1}, nil
	}, func(c *Config) { c.Slots = 16 })
	made := 0
	for b.Loop() {
		tasks := make([]queue.Task, 1000)
		for i := range tasks {
			tasks[i] = task(made + i)
		}
		made += len(tasks)
		bench.publish(tasks...)
		for range tasks {
			o := receive(bench, bench.outcomes)
			check(b, o.Ack())
		}
	}
	b.ReportMetric(float64(made)/b.Elapsed().Seconds(), "tasks/s")
}
