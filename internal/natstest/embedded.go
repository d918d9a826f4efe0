package natstest

import (
	"testing"

	"eisweep/internal/natsserver"
)

// StartEmbedded starts an embedded server with its store in dir. It stops at the end of the test.
func StartEmbedded(t testing.TB, dir string) *natsserver.Server {
	t.Helper()
	s, err := natsserver.Start(natsserver.Options{StoreDir: dir, Log: Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}
