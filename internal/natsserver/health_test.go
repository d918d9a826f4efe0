package natsserver

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sys/unix"
)

// A server is well until its disk is full.
func TestAServerThatCanStoreNoMoreIsBroken(t *testing.T) {
	disk := t.TempDir()
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=2m"); err != nil {
		if os.Getenv("CI") == "true" || !errors.Is(err, unix.EPERM) {
			t.Fatalf("mount a small disk: %v", err)
		}
		t.Skipf("needs to mount a small disk, which only root may: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(disk, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	s := start(t, disk)
	full, stop := context.WithTimeout(t.Context(), 3*time.Minute)
	defer stop()
	js := storeIn(full, t, s)
	if s.health.isBroken() {
		t.Error(s.health.err)
	}
	go func() {
		for full.Err() == nil {
			try, cancel := context.WithTimeout(full, time.Second)
			_, _ = js.Publish(try, "store", make([]byte, 64<<10))
			cancel()
		}
	}()
	select {
	case <-s.Broken():
		if !errors.Is(s.Err(), ErrStore) {
			t.Error(s.Err())
		}
	case <-full.Done():
		t.Error("the disk is full, and the server well")
	}
}

// storeIn makes a stream on a server, of all that is published as "store".
func storeIn(ctx context.Context, t *testing.T, s *Server) jetstream.JetStream {
	t.Helper()
	conn, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "store", Storage: jetstream.FileStorage}); err != nil {
		t.Fatal(err)
	}
	return js
}
