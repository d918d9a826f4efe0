package access

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"go.uber.org/goleak"

	"eisweep/internal/natsserver"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/root"
	"eisweep/sim"
	"eisweep/sweeps"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tooLong is how long a test waits for anything before it fails; it is no measure of speed.
const tooLong = 3 * time.Minute

// deadline bounds every wait of a test.
func deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), tooLong)
	t.Cleanup(cancel)
	return ctx
}

func testLog(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// site is a root with its coordinator.
type site struct {
	root      *root.Root
	state     string // the coordinator's state folder
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
	if s.queue, err = queue.Open(deadline(t), queue.Options{Options: q, Create: true}); err != nil {
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
	q, err := queue.Open(deadline(t), queue.Options{Options: o})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Close)
	return q
}

func testTask(n int) protocol.Task {
	return protocol.Task{ID: sweeps.ID{byte(n + 1)}, Run: 1, Sweep: "quick", Experiment: sim.Approximate, Seed: uint32(n)}
}

// publish queues tasks and offers their sweep.
func (s *site) publish(t testing.TB, tasks ...protocol.Task) {
	t.Helper()
	if err := s.queue.OpenSweep(deadline(t), "quick"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.queue.Publish(deadline(t), tasks); err != nil {
		t.Fatal(err)
	}
	if err := s.queue.PublishSweeps(deadline(t), []protocol.OpenSweep{{Name: "quick"}}); err != nil {
		t.Fatal(err)
	}
}

// work takes a task and commits a failure as its outcome.
func work(t testing.TB, q *queue.Queue) *queue.Delivery {
	t.Helper()
	d, err := q.Next(deadline(t), q.Sweeps)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Start(deadline(t), "worker", "host"); err != nil {
		t.Fatal(err)
	}
	if err := d.Heartbeat(deadline(t)); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	won, err := d.Commit(deadline(t), protocol.Outcome{Attempt: 1, Class: protocol.Numeric, Error: "not finite", Started: now, Finished: now})
	if err != nil || !won {
		t.Fatalf("won %v, %v", won, err)
	}
	if err := d.Done(deadline(t)); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWorkerDoesItsWorkByItsFile(t *testing.T) {
	s := newSite(t)
	w := s.open(t, protocol.Worker)
	s.publish(t, testTask(1))
	if d := work(t, w); d.Task().ID != testTask(1).ID {
		t.Errorf("task %s", d.Task().ID)
	}
	if queued, err := s.queue.Queued(deadline(t)); err != nil || len(queued) != 0 {
		t.Errorf("queued %v, %v", queued, err)
	}
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
	if got, err := c.Ask(deadline(t), "ping", []byte("x")); err != nil || string(got) != "ping:x" {
		t.Errorf("answer %q, %v", got, err)
	}
}
