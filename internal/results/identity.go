package results

import (
	"context"
	"errors"
	"os"
)

// Identity identifies the bytes of a result.
type Identity struct {
	SHA256 string // hex
	Bytes  int64
}

// IsAt reports whether path is a regular file, not a link or a directory, with these bytes. It doesn't read a file of
// another size. The error wraps fs.ErrNotExist when nothing has that name, and is a *FileError when the file can't be
// read.
func (id Identity) IsAt(path string) (bool, error) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false, err
	}
	found, err := HashSized(context.Background(), path, id.Bytes)
	if size := (*SizeError)(nil); errors.As(err, &size) {
		return false, nil
	}
	if err != nil {
		return false, &FileError{err}
	}
	return found.SHA256 == id.SHA256, nil
}

// FileError is an error of a single file: other files in its directory may be readable.
type FileError struct{ error }

func (e *FileError) Unwrap() error { return e.error }
