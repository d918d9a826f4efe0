package natsserver_test

import (
	"log/slog"
	"strings"
	"testing"

	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/queue"
)

func TestRestartOfTheServerLosesNothing(t *testing.T) {
	dir := t.TempDir()
	s := startServer(t, dir)
	q := open(t, queue.Options{Options: natsconn.Options{Server: s}})
	publish(t, q, "quick", testTasks("quick", 0, 3))
	d := next(t, q, "quick")
	begin(t, d)
	fail(t, d)
	q.Close()
	s.Stop()

	q = open(t, queue.Options{Options: natsconn.Options{Server: startServer(t, dir)}})
	queued, err := q.Queued(deadline(t))
	if err != nil || len(queued) != 3 {
		t.Fatalf("queued %v, %v", queued, err)
	}
	outcomes := make(chan queue.OutcomeDelivery, 1)
	stop, err := q.Outcomes(deadline(t), func(o queue.OutcomeDelivery) { outcomes <- o })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if o := receive(t, outcomes); o.ID != d.Task().ID {
		t.Errorf("outcome %+v", o)
	}
}

func TestStartAndStopOften(t *testing.T) {
	dir := t.TempDir()
	for i := range 5 {
		s := startServer(t, dir)
		q := open(t, queue.Options{Options: natsconn.Options{Server: s}})
		if _, err := q.Publish(deadline(t), testTasks("quick", i*10, 10)); err != nil {
			t.Fatal(err)
		}
		q.Close()
		q.Close()
		s.Stop()
	}
	queued, err := open(t, queue.Options{Options: natsconn.Options{Server: startServer(t, dir)}}).Queued(deadline(t))
	if err != nil || len(queued) != 50 {
		t.Errorf("%d queued, %v", len(queued), err)
	}
}

// A server that nobody reaches from outside has nothing to warn of.
func TestServerWithoutUsersStartsQuietly(t *testing.T) {
	var said strings.Builder
	s, err := natsserver.Start(natsserver.Options{StoreDir: t.TempDir(), Log: slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		t.Fatal(err)
	}
	open(t, queue.Options{Options: natsconn.Options{Server: s}}).Close()
	s.Stop()
	if said.Len() > 0 {
		t.Error(said.String())
	}
}
