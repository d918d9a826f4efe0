package queue

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/protocol"
	"eisweep/sim"
	"eisweep/sweeps"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testRoot = "abcdefghijk2"

// tooLong is how long a test waits for anything before it fails. It is no measure of speed: it costs nothing where a test passes,
// and a busy machine takes its time.
const tooLong = 3 * time.Minute

// deadline bounds every wait of a test.
func deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), tooLong)
	t.Cleanup(cancel)
	return ctx
}

func startServer(t testing.TB, dir string) *natsserver.Server {
	t.Helper()
	s, err := natsserver.Start(natsserver.Options{StoreDir: dir, Log: testLog(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

func open(t testing.TB, s natsconn.EmbeddedServer, change ...func(*Options)) *Queue {
	t.Helper()
	o := Options{Options: natsconn.Options{Server: s, RootID: testRoot, Log: testLog(t)}, Create: true, AckWait: 10 * time.Second}
	for _, c := range change {
		c(&o)
	}
	q, err := Open(deadline(t), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Close)
	return q
}

func testLog(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
}

func testID(n int) (id sweeps.ID) {
	binary.BigEndian.PutUint64(id[:], uint64(n)+1)
	return id
}

func testTask(sweep string, n int) protocol.Task {
	return protocol.Task{
		ID: testID(n), Run: 1, Sweep: sweep, Experiment: sim.Approximate, Seed: uint32(n),
		Parameters: map[string]any{"numint.n_trials": 20, "pl.eta_e": 1e-05, "pl.is_plastic": "EXC", "numint.do_abort": true},
	}
}

func testTasks(sweep string, from, n int) []protocol.Task {
	tasks := make([]protocol.Task, n)
	for i := range tasks {
		tasks[i] = testTask(sweep, from+i)
	}
	return tasks
}

func failure(o protocol.Outcome) protocol.Outcome {
	if o.Attempt == 0 {
		o.Attempt = 1
	}
	o.Class, o.Error = protocol.Numeric, "r_e is not finite"
	o.Started = time.Now()
	o.Finished = o.Started
	return o
}

func names(list ...string) func() []string { return func() []string { return list } }

func publish(t testing.TB, q *Queue, tasks ...protocol.Task) {
	t.Helper()
	for _, task := range tasks {
		if err := q.OpenSweep(deadline(t), task.Sweep); err != nil {
			t.Fatal(err)
		}
	}
	queued, err := q.Publish(deadline(t), tasks)
	if err != nil || slices.Contains(queued, false) {
		t.Fatalf("queued %v, %v", queued, err)
	}
}

func next(t testing.TB, q *Queue, sweeps ...string) *Delivery {
	t.Helper()
	d, err := q.Next(deadline(t), names(sweeps...))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func begin(t testing.TB, d *Delivery, worker string, want int) {
	t.Helper()
	if got, err := d.Start(deadline(t), worker, "host"); err != nil || got != want {
		t.Fatalf("attempt %d, %v; want %d", got, err, want)
	}
}

func TestWayOfATask(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	events, outcomes := make(chan protocol.AttemptEvent, 10), make(chan OutcomeDelivery, 10)
	progress := make(chan protocol.Progress, 10)
	stop, err := q.Events(deadline(t), func(e protocol.AttemptEvent) { events <- e }, func(p protocol.Progress) { progress <- p })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	stop, err = q.Outcomes(deadline(t), func(o OutcomeDelivery) { outcomes <- o })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()

	sent := testTask("quick", 7)
	publish(t, q, sent)
	d := next(t, q, "quick")
	if got := fmt.Sprint(*d.Task()); got != fmt.Sprint(sent) || d.Redelivered() {
		t.Errorf("got %v, redelivered %v; want %v", got, d.Redelivered(), sent)
	}
	if settled, err := d.Settled(deadline(t)); settled || err != nil {
		t.Errorf("settled before its outcome: %v", err)
	}
	begin(t, d, "worker-1", 1)
	if e := receive(t, events); e.ID != sent.ID || e.Attempt != 1 || e.Event != protocol.EventStarted || e.Worker != "worker-1" {
		t.Errorf("event %+v", e)
	}
	if err := d.Heartbeat(deadline(t)); err != nil {
		t.Error(err)
	}
	q.PublishProgress(protocol.Progress{ID: sent.ID, Run: 1, Attempt: 1, Worker: "worker-1", Seconds: 1.5, Sim: sim.Progress{Phase: "training", Trial: 3}})
	if p := receive(t, progress); p.Sim.Trial != 3 {
		t.Errorf("progress %+v", p)
	}
	if won, err := d.Commit(deadline(t), failure(protocol.Outcome{Worker: "worker-1"})); !won || err != nil {
		t.Fatalf("won %v, %v", won, err)
	}
	if settled, err := d.Settled(deadline(t)); !settled || err != nil {
		t.Errorf("not settled by its outcome: %v", err)
	}
	if err := d.Done(deadline(t)); err != nil {
		t.Fatal(err)
	}
	o := receive(t, outcomes)
	if o.ID != sent.ID || o.Class != protocol.Numeric || o.Ack() != nil {
		t.Errorf("outcome %+v", o)
	}
	if queued, err := q.Queued(deadline(t)); len(queued) != 0 || err != nil {
		t.Errorf("still queued: %v, %v", queued, err)
	}
}

func receive[T any](t testing.TB, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-deadline(t).Done():
		t.Fatalf("no %T came", v)
	}
	return v
}

func TestOpenTellsWhatIsMissing(t *testing.T) {
	s := startServer(t, t.TempDir())
	if _, err := Open(deadline(t), Options{Options: natsconn.Options{Server: s, RootID: testRoot}}); !errors.Is(err, ErrNoQueue) {
		t.Errorf("no streams: %v", err)
	}
	if _, err := Open(deadline(t), Options{Options: natsconn.Options{URL: "nats://127.0.0.1:1", RootID: testRoot}}); !errors.Is(err, natsconn.ErrUnreachable) {
		t.Errorf("no server: %v", err)
	}
}
