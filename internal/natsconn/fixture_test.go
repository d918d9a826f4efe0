package natsconn

import (
	"testing"

	"go.uber.org/goleak"

	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testRoot = "abcdefghijk2"

// connect connects to a server as the coordinator.
func connect(t testing.TB, s EmbeddedServer) *Conn {
	t.Helper()
	c, err := Connect(natstest.Deadline(t), Options{Server: s, RootID: testRoot, Role: protocol.Coordinator, Log: natstest.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}
