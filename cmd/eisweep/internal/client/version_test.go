package client

import (
	"strings"
	"testing"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/lease"
	"eisweep/internal/protocol"
	"eisweep/internal/root"
)

// TestAnotherProtocolIsRefused while its owner has the root, and named.
func TestAnotherProtocolIsRefused(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckVersion(r); err != nil {
		t.Errorf("nobody owns the root: %v", err)
	}
	lock, err := r.Lock("v9", "eisweep coordinator")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Unlock()
	for theirs, refused := range map[string]bool{"format 9, model version 9": true, protocol.Compatibility(): false, "": false} {
		l, err := lease.Acquire(t.Context(), lease.Config{Root: r, Lock: lock, Protocol: theirs})
		if err != nil {
			t.Fatal(err)
		}
		err = CheckVersion(r)
		if (err != nil) != refused || refused && (cli.ExitCode(err) != cli.ExitLost || !strings.Contains(err.Error(), "version v9: "+theirs)) {
			t.Errorf("%q: %v", theirs, err)
		}
		if err := l.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := CheckVersion(r); err != nil {
			t.Errorf("%q has released the root: %v", theirs, err)
		}
	}
}
