package access

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

func must(t testing.TB, data []byte, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// plant writes a file of exactly that mode.
func plant(path string, data []byte, mode os.FileMode) error {
	if err := os.WriteFile(path, data, mode); err != nil {
		return err
	}
	return os.Chmod(path, mode)
}

func mkfifo(path string) error { return unix.Mkfifo(path, 0o600) }
