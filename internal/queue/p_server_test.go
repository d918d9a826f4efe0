package queue

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestStoreHasOneServer(t *testing.T) {
	dir := t.TempDir()
	s := startServer(t, dir)
	if _, err := StartServer(ServerOptions{StoreDir: dir}); !errors.Is(err, ErrStoreInUse) {
		t.Errorf("error %v", err)
	}
	s.Stop()
	s.Stop()
	startServer(t, dir).Stop()
}

func TestServerThatCannotStoreSaysSo(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "jetstream"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := StartServer(ServerOptions{StoreDir: dir}); err == nil {
		s.Stop()
		t.Error("a server without a store started")
	}
}
