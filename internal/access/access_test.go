package access

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"go.uber.org/goleak"

	"eisweep/internal/natsserver"
	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/root"
	"eisweep/sim"
	"eisweep/sweeps"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func testLog(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// site is a root with its coordinator.
type site struct {
	root      *root.Root
	state     string // the coordinator's state directory
	store     string
	epoch     uint64 // of the last coordinator
	authority *Authority
	server    *natsserver.Server
	queue     *queue.Queue // the coordinator's
}

func newSite(t testing.TB) *site {
	t.Helper()
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &site{root: r, state: t.TempDir(), store: t.TempDir()}
	s.start(t)
	return s
}

// start starts the coordinator's server and writes the access files.
func (s *site) start(t testing.TB) {
	t.Helper()
	var err error
	s.epoch++
	if s.authority, err = OpenAuthority(s.state, s.root, s.epoch); err != nil {
		t.Fatal(err)
	}
	o := s.authority.ServerOptions("127.0.0.1:0")
	o.StoreDir, o.Log = s.store, testLog(t)
	if s.server, err = natsserver.Start(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.server.Stop)
	q := s.authority.Options(s.server)
	q.Log = testLog(t)
	if s.queue, err = queue.Open(natstest.Deadline(t), queue.Options{Options: q, Create: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.queue.Close)
	if err := s.authority.WriteFiles(s.root, s.server.URLs(""), Share{}); err != nil {
		t.Fatal(err)
	}
}

func (s *site) stop() {
	s.queue.Close()
	s.server.Stop()
}

// open connects as a role by its access file.
func (s *site) open(t testing.TB, role protocol.Role) *queue.Queue {
	t.Helper()
	o, err := Options(s.root, role)
	if err != nil {
		t.Fatal(err)
	}
	o.Log = testLog(t)
	q, err := queue.Open(natstest.Deadline(t), queue.Options{Options: o})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Close)
	return q
}

func testTask(n int) protocol.TaskMessage {
	return protocol.TaskMessage{ID: sweeps.ID{byte(n + 1)}, Run: 1, Sweep: "quick", Attempt: 1, Experiment: sim.Approximate, Seed: uint32(n)}
}

func (s *site) publish(t testing.TB, tasks ...protocol.TaskMessage) {
	t.Helper()
	if _, err := s.queue.PublishTasks(natstest.Deadline(t), tasks); err != nil {
		t.Fatal(err)
	}
}

// claim takes a task.
func claim(t testing.TB, q *queue.Queue) *queue.Attempt {
	t.Helper()
	d, err := q.Next(natstest.Deadline(t))
	if err != nil {
		t.Fatal(err)
	}
	verdict, a, err := d.Admit(natstest.Deadline(t), "worker", "host")
	if err != nil || verdict != queue.Execute {
		t.Fatalf("verdict %v, %v", verdict, err)
	}
	return a
}

// fail commits a failure as the outcome of a task, which must be the first.
func fail(t testing.TB, a *queue.Attempt) error {
	t.Helper()
	now := time.Now()
	won, err := a.Commit(natstest.Deadline(t), protocol.Outcome{Class: protocol.Numeric, Error: "not finite", Started: now, Finished: now})
	if err == nil && !won {
		t.Error("the outcome is another's")
	}
	return err
}

// work takes a task and commits a failure as its outcome.
func work(t testing.TB, q *queue.Queue) *queue.Attempt {
	t.Helper()
	a := claim(t, q)
	if over, err := a.IsOver(natstest.Deadline(t)); over || err != nil {
		t.Fatalf("over %v, %v", over, err)
	}
	if err := fail(t, a); err != nil {
		t.Fatal(err)
	}
	return a
}

// noOrders waits until no order is left in the queue.
func (s *site) noOrders(t testing.TB) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for ctx := natstest.Deadline(t); ; {
		n, err := s.queue.CountTasks(ctx)
		if err == nil && n == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%d orders wait, %v", n, err)
		}
	}
}

func TestWorkerDoesItsWorkByItsFile(t *testing.T) {
	s := newSite(t)
	w := s.open(t, protocol.Worker)
	s.publish(t, testTask(1))
	if a := work(t, w); a.Name().ID != testTask(1).ID {
		t.Errorf("task %s", a.Name().ID)
	}
	s.noOrders(t)
}

func TestClientAsksByItsFile(t *testing.T) {
	s := newSite(t)
	stop, err := s.queue.Answer(func(_ context.Context, verb string, request []byte) []byte {
		return append([]byte(verb+":"), request...)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	c := s.open(t, protocol.Client)
	if got, err := c.Ask(natstest.Deadline(t), "ping", []byte("x")); err != nil || string(got) != "ping:x" {
		t.Errorf("answer %q, %v", got, err)
	}
}
