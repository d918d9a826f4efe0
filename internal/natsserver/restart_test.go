package natsserver_test

import (
	"log/slog"
	"strings"
	"testing"

	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/natstest"
	"eisweep/internal/queue"
)

func TestRestartOfTheServerLosesNothing(t *testing.T) {
	dir := t.TempDir()
	s := natstest.StartEmbedded(t, dir)
	q := open(t, queue.Options{Options: natsconn.Options{Server: s}})
	publish(t, q, testTasks(0, 3))
	d := next(t, q)
	fail(t, begin(t, d))
	q.Close()
	s.Stop()

	q = open(t, queue.Options{Options: natsconn.Options{Server: natstest.StartEmbedded(t, dir)}})
	counts(t, q, 2)
	outcomes := make(chan queue.OutcomeDelivery, 1)
	stop, err := q.Outcomes(natstest.Deadline(t), func(o queue.OutcomeDelivery) { outcomes <- o })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if o := natstest.Receive(t, outcomes); o.ID != d.Task().ID {
		t.Errorf("outcome %+v", o)
	}
}

func TestStartAndStopOften(t *testing.T) {
	dir := t.TempDir()
	for i := range 5 {
		s := natstest.StartEmbedded(t, dir)
		q := open(t, queue.Options{Options: natsconn.Options{Server: s}})
		publish(t, q, testTasks(i*10, 10))
		q.Close()
		q.Close()
		s.Stop()
	}
	counts(t, open(t, queue.Options{Options: natsconn.Options{Server: natstest.StartEmbedded(t, dir)}}), 50)
}

// A server that nobody reaches from outside has nothing to warn of.
func TestServerWithoutUsersStartsQuietly(t *testing.T) {
	var said strings.Builder
	s, err := natsserver.Start(
		natsserver.Options{StoreDir: t.TempDir(), Log: slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelWarn}))},
	)
	if err != nil {
		t.Fatal(err)
	}
	open(t, queue.Options{Options: natsconn.Options{Server: s}}).Close()
	s.Stop()
	if said.Len() > 0 {
		t.Error(said.String())
	}
}
