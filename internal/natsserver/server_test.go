package natsserver

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestStoreHasOneServer(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir)
	if _, err := Start(Options{StoreDir: dir}); !errors.Is(err, ErrStoreInUse) {
		t.Errorf("error %v", err)
	}
	s.Stop()
	s.Stop()
	start(t, dir).Stop()
}

func TestServerThatCannotStoreSaysSo(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "jetstream"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Start(Options{StoreDir: dir}); err == nil {
		s.Stop()
		t.Error("a server without a store started")
	}
}

func start(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := Start(Options{StoreDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}
