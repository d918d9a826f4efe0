package queue

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"eisweep/internal/protocol"
)

// An earlier version of the program left the streams elsewhere.
func TestStoreOfAnEarlierVersionIsTakenOver(t *testing.T) {
	dir := t.TempDir()
	before := func(from, n int) {
		o := &server.Options{ServerName: "eisweep", DontListen: true, NoSigs: true, JetStream: true, StoreDir: dir, SyncAlways: true, MaxPayload: maxPayload}
		s := startNATS(t, o)
		q := open(t, &Server{nats: s})
		publish(t, q, testTasks("quick", from, n)...)
		q.Close()
		s.Shutdown()
		s.WaitForShutdown()
	}
	now := func(want int) {
		t.Helper()
		s := startServer(t, dir)
		defer s.Stop()
		q := open(t, s)
		defer q.Close()
		if queued, err := q.Queued(deadline(t)); err != nil || len(queued) != want {
			t.Errorf("%d queued, %v; want %d", len(queued), err, want)
		}
		d := next(t, q, "quick")
		begin(t, d, "w", 1)
		if err := d.HandBack(deadline(t), 0); err != nil {
			t.Error(err)
		}
	}
	before(0, 3)
	now(3)
	now(3)
	if _, err := os.Lstat(filepath.Join(dir, "jetstream", globalAccount)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the streams are in two places: %v", err)
	}
	before(10, 5) // it finds nothing, and its coordinator queues everything again
	now(5)
}

// With users or without, a server's streams are the same.
func TestServersWithAndWithoutUsersShareAStore(t *testing.T) {
	dir := t.TempDir()
	s := startServer(t, dir)
	q := open(t, s)
	publish(t, q, testTasks("quick", 0, 3)...)
	q.Close()
	s.Stop()
	users := newStage(t, func(t testing.TB, keys map[protocol.Role]Key) []*Server { return embeddedAt(t, dir, keys) })
	if queued, err := users.q.Queued(deadline(t)); err != nil || len(queued) != 3 {
		t.Errorf("queued %v, %v", queued, err)
	}
}
