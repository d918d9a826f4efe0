package natstest

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// readyTimeout bounds the start of a server; a busy machine takes its time.
const readyTimeout = 3 * time.Minute

// Start starts a server, which stops at the end of the test.
func Start(t testing.TB, o *server.Options) *server.Server {
	t.Helper()
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(readyTimeout) {
		t.Fatal("the server isn't ready")
	}
	return s
}

// Site starts a server with JetStream that listens on 127.0.0.1, with further options by change, and
// returns its URL.
func Site(t testing.TB, change func(*server.Options)) (url string) {
	t.Helper()
	o := &server.Options{ServerName: "site", Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, JetStream: true, StoreDir: t.TempDir()}
	change(o)
	return Start(t, o).ClientURL()
}
