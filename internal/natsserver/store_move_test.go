package natsserver_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
)

// An earlier version of the program left the streams elsewhere.
func TestStoreOfAnEarlierVersionIsTakenOver(t *testing.T) {
	dir := t.TempDir()
	before := func(from, n int) {
		o := &server.Options{
			ServerName: "eisweep",
			DontListen: true,
			NoSigs:     true,
			JetStream:  true,
			StoreDir:   dir,
			SyncAlways: true,
			MaxPayload: natsserver.MaxPayload,
		}
		s, err := server.NewServer(o)
		if err != nil {
			t.Fatal(err)
		}
		s.Start()
		if !s.ReadyForConnections(3 * time.Minute) {
			t.Fatal("the server isn't ready")
		}
		q := open(t, queue.Options{Options: natsconn.Options{Connect: []nats.Option{nats.InProcessServer(s)}}})
		publish(t, q, testTasks(from, n))
		q.Close()
		s.Shutdown()
		s.WaitForShutdown()
	}
	now := func(want int) {
		t.Helper()
		s := natstest.StartEmbedded(t, dir)
		defer s.Stop()
		q := open(t, queue.Options{Options: natsconn.Options{Server: s}})
		defer q.Close()
		counts(t, q, want)
		if err := next(t, q).Leave(); err != nil {
			t.Error(err)
		}
	}
	before(0, 3)
	now(3)
	now(3)
	if _, err := os.Lstat(filepath.Join(dir, "jetstream", natsserver.GlobalAccount)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the streams are in two places: %v", err)
	}
	before(10, 5) // it finds nothing, and its coordinator queues everything again
	now(5)
}

// With users or without, a server's streams are the same.
func TestServersWithAndWithoutUsersShareAStore(t *testing.T) {
	dir := t.TempDir()
	s := natstest.StartEmbedded(t, dir)
	q := open(t, queue.Options{Options: natsconn.Options{Server: s}})
	publish(t, q, testTasks(0, 3))
	q.Close()
	s.Stop()
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	users := []natsserver.User{{Role: protocol.Coordinator, Key: public}}
	s, err = natsserver.Start(natsserver.Options{StoreDir: dir, RootID: testRoot, Users: users})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	q = open(t, queue.Options{Options: natsconn.Options{Server: s, Key: natsconn.Key{Public: public, Sign: pair.Sign}}})
	defer q.Close()
	counts(t, q, 3)
}
