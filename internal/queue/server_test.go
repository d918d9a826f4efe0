package queue

import (
	"log/slog"
	"strings"
	"testing"

	"eisweep/internal/protocol"
)

func TestRestartOfTheServerLosesNothing(t *testing.T) {
	dir := t.TempDir()
	s := startServer(t, dir)
	q := open(t, s)
	publish(t, q, testTasks("quick", 0, 3)...)
	d := next(t, q, "quick")
	begin(t, d, "worker", 1)
	if won, err := d.Commit(deadline(t), failure(protocol.Outcome{})); !won || err != nil {
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

// A server that nobody reaches from outside has nothing to warn of.
func TestServerWithoutUsersStartsQuietly(t *testing.T) {
	var said strings.Builder
	s, err := StartServer(ServerOptions{StoreDir: t.TempDir(), Log: slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		t.Fatal(err)
	}
	open(t, s).Close()
	s.Stop()
	if said.Len() > 0 {
		t.Error(said.String())
	}
}
