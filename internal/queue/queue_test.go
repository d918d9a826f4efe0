package queue

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"eisweep/sim"
	"eisweep/sweeps"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testRoot = "abcdefghijk2"

// deadline bounds every wait of a test.
func deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func startServer(t testing.TB, dir string) *Server {
	t.Helper()
	s, err := StartServer(ServerOptions{StoreDir: dir, Log: testLog(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

func open(t testing.TB, s *Server, change ...func(*Options)) *Queue {
	t.Helper()
	o := Options{Server: s, RootID: testRoot, Create: true, AckWait: 10 * time.Second, Log: testLog(t)}
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

func testTask(sweep string, n int) Task {
	return Task{
		ID: testID(n), Run: 1, Sweep: sweep, Experiment: sim.Approximate, Seed: uint32(n),
		Parameters: map[string]any{"numint.n_trials": 20, "pl.eta_e": 1e-05, "pl.is_plastic": "EXC", "numint.do_abort": true},
	}
}

func testTasks(sweep string, from, n int) []Task {
	tasks := make([]Task, n)
	for i := range tasks {
		tasks[i] = testTask(sweep, from+i)
	}
	return tasks
}

func failure(o Outcome) Outcome {
	if o.Attempt == 0 {
		o.Attempt = 1
	}
	o.Class, o.Error = Numeric, "r_e is not finite"
	o.Started = time.Now()
	o.Finished = o.Started
	return o
}

func names(list ...string) func() []string { return func() []string { return list } }

func publish(t testing.TB, q *Queue, tasks ...Task) {
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
	events, outcomes := make(chan AttemptEvent, 10), make(chan OutcomeDelivery, 10)
	progress := make(chan Progress, 10)
	stop, err := q.Events(deadline(t), func(e AttemptEvent) { events <- e }, func(p Progress) { progress <- p })
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
	if e := receive(t, events); e.ID != sent.ID || e.Attempt != 1 || e.Event != EventStarted || e.Worker != "worker-1" {
		t.Errorf("event %+v", e)
	}
	if err := d.Heartbeat(deadline(t)); err != nil {
		t.Error(err)
	}
	q.PublishProgress(Progress{ID: sent.ID, Run: 1, Attempt: 1, Worker: "worker-1", Seconds: 1.5, Sim: sim.Progress{Phase: "training", Trial: 3}})
	if p := receive(t, progress); p.Sim.Trial != 3 {
		t.Errorf("progress %+v", p)
	}
	if won, err := d.Commit(deadline(t), failure(Outcome{Worker: "worker-1"})); !won || err != nil {
		t.Fatalf("won %v, %v", won, err)
	}
	if settled, err := d.Settled(deadline(t)); !settled || err != nil {
		t.Errorf("not settled by its outcome: %v", err)
	}
	if err := d.Done(deadline(t)); err != nil {
		t.Fatal(err)
	}
	o := receive(t, outcomes)
	if o.ID != sent.ID || o.Class != Numeric || o.Ack() != nil {
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

func TestPublishTellsWhatWasQueuedAlready(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	publish(t, q, testTasks("quick", 100, 3)...)
	tasks := testTasks("quick", 0, 2500)
	tasks[2400] = tasks[7] // named twice in one call
	queued, err := q.Publish(deadline(t), tasks)
	if err != nil {
		t.Fatal(err)
	}
	for i, is := range queued {
		if want := i < 100 || i > 102 && i != 2400; is != want {
			t.Fatalf("task %d: queued %v", i, is)
		}
	}
	all, err := q.Queued(deadline(t))
	if err != nil || len(all) != 2499 || all[testID(5)] != (QueuedOrder{"quick", testTask("quick", 5).Run}) {
		t.Errorf("%d queued, %v", len(all), err)
	}
	other := testTask("other", 5) // the same task for another sweep is another order
	publish(t, q, other)
	if err := q.Remove(deadline(t), "quick", testID(6)); err != nil {
		t.Fatal(err)
	}
	if err := q.PurgeSweep(deadline(t), "other"); err != nil {
		t.Fatal(err)
	}
	if all, err = q.Queued(deadline(t)); err != nil || len(all) != 2498 {
		t.Errorf("%d queued, %v", len(all), err)
	}
	if err := q.PurgeTasks(deadline(t)); err != nil {
		t.Fatal(err)
	}
	if all, err = q.Queued(deadline(t)); err != nil || len(all) != 0 {
		t.Errorf("%d queued, %v", len(all), err)
	}
}

func TestPublishRefusesWhatNoWorkerWouldRead(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	bad := testTask("quick", 1)
	bad.Source = &Input{Path: "../elsewhere.h5", SHA256: fmt.Sprintf("%064d", 0)}
	if _, err := q.Publish(deadline(t), []Task{bad}); !errors.Is(err, ErrMessage) {
		t.Errorf("error %v", err)
	}
}

func TestSweepsAreServedInOrderOfPriority(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	publish(t, q, testTask("low", 1), testTask("high", 2), testTask("high", 3))
	for _, want := range []string{"high", "high", "low"} {
		if d := next(t, q, "unknown", "high", "low"); d.Task().Sweep != want {
			t.Errorf("task of sweep %s, want %s", d.Task().Sweep, want)
		}
	}
	if err := q.CloseSweep(deadline(t), "low"); err != nil {
		t.Fatal(err)
	}
	if err := q.CloseSweep(deadline(t), "low"); err != nil {
		t.Errorf("closing it again: %v", err)
	}
	// Opened again it delivers what was not acknowledged.
	if err := q.OpenSweep(deadline(t), "low"); err != nil {
		t.Fatal(err)
	}
	if d := next(t, q, "low"); d.Task().ID != testID(1) {
		t.Errorf("task %s", d.Task().ID)
	}
}

func TestNextWaitsForATask(t *testing.T) {
	s := startServer(t, t.TempDir())
	coordinator, worker := open(t, s), open(t, s, func(o *Options) { o.Create = false })
	got := make(chan *Delivery)
	go func() {
		d, _ := worker.Next(deadline(t), names("quick"))
		got <- d
	}()
	publish(t, coordinator, testTask("quick", 1))
	if d := receive(t, got); d == nil || d.Task().ID != testID(1) {
		t.Errorf("delivery %v", d)
	}
	ctx, cancel := context.WithCancel(deadline(t))
	failed := make(chan error)
	go func() {
		_, err := worker.Next(ctx, names("quick"))
		failed <- err
	}()
	cancel()
	if err := receive(t, failed); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestHandedBackAttemptDoesNotCount(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	publish(t, q, testTask("quick", 1))
	d := next(t, q, "quick")
	begin(t, d, "drained", 1)
	if err := d.HandBack(deadline(t), 0); err != nil {
		t.Fatal(err)
	}
	d = next(t, q, "quick")
	if n, err := d.Attempts(deadline(t)); n != 0 || err != nil || !d.Redelivered() {
		t.Errorf("%d attempts, %v, redelivered %v", n, err, d.Redelivered())
	}
	begin(t, d, "second", 1)
	if err := d.Retry(deadline(t), 0); err != nil {
		t.Fatal(err)
	}
	d = next(t, q, "quick")
	begin(t, d, "third", 2)
}

func TestUntouchedTaskGoesBack(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	publish(t, q, testTask("quick", 1))
	if err := next(t, q, "quick").HandBack(deadline(t), 0); err != nil {
		t.Fatal(err)
	}
	begin(t, next(t, q, "quick"), "second", 1)
}

// An expired lease is raced for by its first holder and the next one.
func TestFirstOutcomeWins(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()), func(o *Options) { o.AckWait = 300 * time.Millisecond })
	publish(t, q, testTask("quick", 1))
	first := next(t, q, "quick")
	begin(t, first, "silent", 1)
	second := next(t, q, "quick") // comes when the lease has run out
	begin(t, second, "next", 2)
	if !second.Redelivered() {
		t.Error("the second delivery doesn't say that it is one")
	}
	if later, err := first.Later(deadline(t)); !later || err != nil {
		t.Errorf("the first doesn't learn of the second: %v", err)
	}
	for name, giveUp := range map[string]func(context.Context, time.Duration) error{"hand back": first.HandBack, "retry": first.Retry} {
		if err := giveUp(deadline(t), 0); !errors.Is(err, ErrLeaseLost) {
			t.Errorf("%s of a lost lease: %v", name, err)
		}
	}

	var group sync.WaitGroup
	won := make([]bool, 2)
	for i, d := range []*Delivery{first, second} {
		group.Go(func() {
			var err error
			if won[i], err = d.Commit(deadline(t), failure(Outcome{Attempt: i + 1})); err != nil {
				t.Error(err)
			}
			if err := d.Done(deadline(t)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if won[0] == won[1] {
		t.Errorf("won: %v", won)
	}
	if again, err := first.Commit(deadline(t), failure(Outcome{Attempt: 9})); again || err != nil {
		t.Errorf("a third outcome won: %v", err)
	}
}

func TestCommitAgainIsTheSameCommit(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	publish(t, q, testTask("quick", 1))
	d := next(t, q, "quick")
	begin(t, d, "worker", 1)
	o := failure(Outcome{Attempt: 1, Worker: "worker"})
	for range 2 {
		if won, err := d.Commit(deadline(t), o); !won || err != nil {
			t.Errorf("won %v, %v", won, err)
		}
	}
	o.Worker = "other"
	if won, err := d.Commit(deadline(t), o); won || err != nil {
		t.Errorf("another outcome won: %v", err)
	}
}

func TestAttemptsAreNumberedOnce(t *testing.T) {
	s := startServer(t, t.TempDir())
	q := open(t, s)
	publish(t, q, testTask("quick", 1))
	d := next(t, q, "quick")
	const n = 20
	numbers := make([]int, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			rival := &Delivery{q: q, msg: d.msg, task: d.task}
			var err error
			if numbers[i], err = rival.Start(deadline(t), "rival", "host"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	slices.Sort(numbers)
	for i, got := range numbers {
		if got != i+1 {
			t.Fatalf("numbers %v", numbers)
		}
	}
}

func TestAliveHearsARunningAttempt(t *testing.T) {
	s := startServer(t, t.TempDir())
	q := open(t, s, func(o *Options) { o.AckWait = 300 * time.Millisecond })
	publish(t, q, testTask("quick", 1))
	first := next(t, q, "quick")
	begin(t, first, "silent", 1)
	second := next(t, q, "quick")
	if alive, err := second.Alive(deadline(t), 20*time.Millisecond); alive || err != nil {
		t.Errorf("a silent attempt is heard: %v", err)
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			q.PublishProgress(Progress{ID: testID(1), Run: 1, Attempt: 1})
			select {
			case <-tick.C:
			case <-stop:
				return
			}
		}
	}()
	alive, err := second.Alive(deadline(t), 20*time.Second)
	close(stop)
	<-stopped
	if !alive || err != nil {
		t.Errorf("a running attempt isn't heard: %v", err)
	}
}

func TestRestartOfTheServerLosesNothing(t *testing.T) {
	dir := t.TempDir()
	s := startServer(t, dir)
	q := open(t, s)
	publish(t, q, testTasks("quick", 0, 3)...)
	d := next(t, q, "quick")
	begin(t, d, "worker", 1)
	if won, err := d.Commit(deadline(t), failure(Outcome{})); !won || err != nil {
		t.Fatal(won, err)
	}
	q.Close()
	s.Stop()

	q = open(t, startServer(t, dir))
	queued, err := q.Queued(deadline(t))
	if err != nil || len(queued) != 3 {
		t.Fatalf("queued %v, %v", queued, err)
	}
	outcomes := make(chan OutcomeDelivery, 1)
	stop, err := q.Outcomes(deadline(t), func(o OutcomeDelivery) { outcomes <- o })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if o := receive(t, outcomes); o.ID != d.Task().ID {
		t.Errorf("outcome %+v", o)
	}
}

func TestOutcomesComeAgainToTheNextCoordinator(t *testing.T) {
	s := startServer(t, t.TempDir())
	q := open(t, s)
	publish(t, q, testTasks("quick", 0, 5)...)
	for range 5 {
		d := next(t, q, "quick")
		if won, err := d.Commit(deadline(t), failure(Outcome{})); !won || err != nil {
			t.Fatal(won, err)
		}
	}
	var order []sweeps.ID
	for range 2 {
		got := make(chan OutcomeDelivery, 5)
		stop, err := q.Outcomes(deadline(t), func(o OutcomeDelivery) { got <- o })
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			order = append(order, receive(t, got).ID)
		}
		stop()
	}
	if !slices.Equal(order[:5], order[5:]) {
		t.Errorf("orders %v", order)
	}
}

func TestPoisonIsRemovedAndReported(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	outcomes := make(chan OutcomeDelivery, 10)
	stop, err := q.Outcomes(deadline(t), func(o OutcomeDelivery) { outcomes <- o })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if err := q.OpenSweep(deadline(t), "quick"); err != nil {
		t.Fatal(err)
	}
	for i, data := range []string{`{"run":3,"surprise":true}`, `not JSON`} {
		if _, err := q.js.Publish(deadline(t), q.task("quick", testID(i)), []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := q.js.Publish(deadline(t), q.outcome(testID(8), 2), []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	publish(t, q, testTask("quick", 5))
	if d := next(t, q, "quick"); d.Task().ID != testID(5) {
		t.Errorf("task %s", d.Task().ID)
	}
	want := map[sweeps.ID]Class{testID(0): Invalid, testID(8): Lost}
	for range 2 {
		o := receive(t, outcomes)
		if want[o.ID] != o.Class || o.Error == "" {
			t.Errorf("outcome %+v", o)
		}
		delete(want, o.ID)
	}
	queued, err := q.Queued(deadline(t))
	if err != nil || len(queued) != 1 {
		t.Errorf("queued %v, %v", queued, err)
	}
}

func TestStoreHasOneServer(t *testing.T) {
	dir := t.TempDir()
	s := startServer(t, dir)
	if _, err := StartServer(ServerOptions{StoreDir: dir}); !errors.Is(err, ErrStoreInUse) {
		t.Errorf("error %v", err)
	}
	s.Stop()
	s.Stop()
	startServer(t, dir).Stop()
}

func TestServerThatCannotStoreSaysSo(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "jetstream"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := StartServer(ServerOptions{StoreDir: dir}); err == nil {
		s.Stop()
		t.Error("a server without a store started")
	}
}

func TestOpenTellsWhatIsMissing(t *testing.T) {
	s := startServer(t, t.TempDir())
	if _, err := Open(deadline(t), Options{Server: s, RootID: testRoot}); !errors.Is(err, ErrNoQueue) {
		t.Errorf("no streams: %v", err)
	}
	if _, err := Open(deadline(t), Options{URL: "nats://127.0.0.1:1", RootID: testRoot}); !errors.Is(err, ErrOutOfReach) {
		t.Errorf("no server: %v", err)
	}
}

// A connection that breaks while an outcome is being committed costs nothing.
func TestCommitOutlivesTheConnection(t *testing.T) {
	s := startServer(t, t.TempDir())
	coordinator := open(t, s)
	q := open(t, s, func(o *Options) {
		o.Create = false
		o.Connect = []nats.Option{nats.ReconnectWait(10 * time.Millisecond)}
	})
	publish(t, coordinator, testTasks("quick", 0, 20)...)
	for range 20 {
		d := next(t, q, "quick")
		if _, err := d.Start(deadline(t), "worker", "host"); err != nil {
			t.Fatal(err)
		}
		if err := q.conn.ForceReconnect(); err != nil {
			t.Fatal(err)
		}
		if won, err := d.Commit(deadline(t), failure(Outcome{})); !won || err != nil {
			t.Fatalf("won %v, %v", won, err)
		}
		if err := d.Done(deadline(t)); err != nil {
			t.Fatal(err)
		}
	}
	if queued, err := coordinator.Queued(deadline(t)); len(queued) != 0 || err != nil {
		t.Errorf("queued %v, %v", queued, err)
	}
}

func TestStartAndStopOften(t *testing.T) {
	dir := t.TempDir()
	for i := range 5 {
		s := startServer(t, dir)
		q := open(t, s)
		if _, err := q.Publish(deadline(t), testTasks("quick", i*10, 10)); err != nil {
			t.Fatal(err)
		}
		q.Close()
		q.Close()
		s.Stop()
	}
	queued, err := open(t, startServer(t, dir)).Queued(deadline(t))
	if err != nil || len(queued) != 50 {
		t.Errorf("%d queued, %v", len(queued), err)
	}
}

func TestTasksOfOtherVersionsArePurged(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	publish(t, q, testTask("quick", 1), testTask("quick", 2), testTask("quick", 3))
	for _, v := range []string{"f0m1", "f9m9"} {
		if _, err := q.js.Publish(deadline(t), "eisweep."+testRoot+"."+v+".tasks.quick."+testID(1).String(), nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range [][]string{{"f0m1", "f9m9"}, nil} {
		if got, err := q.PurgeForeign(deadline(t)); err != nil || !slices.Equal(got, want) {
			t.Errorf("purged %v, %v, want %v", got, err, want)
		}
	}
	if n, err := q.Length(deadline(t)); n != 3 || err != nil {
		t.Errorf("%d tasks are left, %v", n, err)
	}
}

func TestFencesUpToAnOutcome(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	if last, acknowledged, err := q.LastOutcome(deadline(t)); last != 0 || !acknowledged || err != nil {
		t.Errorf("last outcome of none: %d, %t, %v", last, acknowledged, err)
	}
	var sequences []uint64
	for n := range 3 {
		ack, err := q.js.Publish(deadline(t), q.outcome(testID(n), n+1), nil)
		if err != nil {
			t.Fatal(err)
		}
		sequences = append(sequences, ack.Sequence)
	}
	if last, acknowledged, err := q.LastOutcome(deadline(t)); last != sequences[2] || acknowledged || err != nil {
		t.Errorf("last outcome: %d, %t, %v, want %d", last, acknowledged, err, sequences[2])
	}
	found := map[sweeps.ID]int{}
	if err := q.Fences(deadline(t), sequences[1], func(id sweeps.ID, run int) { found[id] = run }); err != nil {
		t.Fatal(err)
	}
	if len(found) != 2 || found[testID(0)] != 1 || found[testID(1)] != 2 {
		t.Errorf("fences %v", found)
	}
}
