package natstest

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/nats-io/nkeys"
)

// NewKey returns a new key of the kind that create makes, such as nkeys.CreateUser.
func NewKey(t testing.TB, create func() (nkeys.KeyPair, error)) (pair nkeys.KeyPair, public string, seed []byte) {
	t.Helper()
	pair, err := create()
	if err != nil {
		t.Fatal(err)
	}
	public, err1 := pair.PublicKey()
	seed, err2 := pair.Seed()
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return pair, public, seed
}

// Save writes a file that only this user may read, and returns its path.
func Save(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
