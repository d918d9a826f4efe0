package natsserver

import (
	"errors"
	"testing"
)

// A server that cannot use its store's directory says so without an error of the system.
func TestStoreThatIsNoFolderIsAStorageError(t *testing.T) {
	for _, text := range []string{"Can't start JetStream: storage directory is not writable",
		"Can't start JetStream: storage directory is not a directory"} {
		if err := diskError(errors.New(text)); !errors.Is(err, ErrStore) {
			t.Errorf("%v is no storage error", err)
		}
	}
}
