package results

import (
	"context"
	"errors"
	"os"
)

// Identity tells the bytes of a result from others.
type Identity struct {
	SHA256 string // hex
	Bytes  int64
}

// IsAt reports whether a path is a regular file, not a link or directory, with these bytes. A file of another size is
// not read. The error says why that cannot be found out: it wraps fs.ErrNotExist when nothing has the name, and is a
// *FileError when the file cannot be read.
func (is Identity) IsAt(path string) (bool, error) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false, err
	}
	found, err := HashSized(context.Background(), path, is.Bytes)
	if size := (*SizeError)(nil); errors.As(err, &size) {
		return false, nil
	}
	if err != nil {
		return false, &FileError{err}
	}
	return found.SHA256 == is.SHA256, nil
}

// FileError is trouble with a single file, which says nothing about its directory.
type FileError struct{ error }

func (e *FileError) Unwrap() error { return e.error }
