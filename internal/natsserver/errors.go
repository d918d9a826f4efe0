package natsserver

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
)

var (
	// ErrStoreInUse is wrapped when another server works on the store's directory.
	ErrStoreInUse = errors.New("another server uses this directory")
	// ErrStore is wrapped when the server cannot write its store.
	ErrStore = errors.New("the queue's store cannot be written")
)

// textsDisk are parts of the server's own errors about its files.
var textsDisk = []string{"error creating store", "corrupt", "storage directory is not"}

// IsDiskError reports whether the text of an error of a server is about its disk: it ends with an error of
// the operating system or is about the files of a store. A server reports errors as text only.
func IsDiskError(text string) bool {
	for _, part := range textsDisk {
		if strings.Contains(text, part) {
			return true
		}
	}
	for number := syscall.Errno(1); number < maxErrno; number++ {
		if strings.HasSuffix(text, ": "+number.Error()) || text == number.Error() {
			return true
		}
	}
	return false
}

// diskError adds ErrStore to an error of the server that ends with one of the operating system.
func diskError(err error) error {
	if IsDiskError(err.Error()) {
		return fmt.Errorf("%w: %w", ErrStore, err)
	}
	return err
}

// maxErrno is above the numbers of all errors of the operating system.
const maxErrno = 134
