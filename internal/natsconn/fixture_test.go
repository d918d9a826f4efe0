package natsconn

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"go.uber.org/goleak"

	"eisweep/internal/natsserver"
	"eisweep/internal/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testRoot = "abcdefghijk2"

// deadline bounds every wait of a test. It is no measure of speed.
func deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func testLog(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
}

func startServer(t testing.TB) *natsserver.Server {
	t.Helper()
	s, err := natsserver.Start(natsserver.Options{StoreDir: t.TempDir(), Log: testLog(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// connect connects to a server as the coordinator.
func connect(t testing.TB, s EmbeddedServer) *Conn {
	t.Helper()
	c, err := Connect(deadline(t), Options{Server: s, RootID: testRoot, Role: protocol.Coordinator, Log: testLog(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// until tests a condition again and again, and fails the test when it takes too long.
func until(t testing.TB, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for ctx := deadline(t); !is(); {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("waited in vain until %s", what)
		}
	}
}
