package results

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Hashed is what identifies the bytes of a file.
type Hashed struct {
	SHA256   string // hex
	Bytes    int64
	Modified time.Time // the file's time when it had these bytes
}

// Hash reads a regular file. It ends with ctx's error soon after that ends. A file that
// changes meanwhile is an error.
func Hash(ctx context.Context, path string) (Hashed, error) {
	f, err := openRegular(path)
	if err != nil {
		return Hashed{}, fmt.Errorf("hash file: %w", err)
	}
	defer f.Close()
	return hashOpen(ctx, f)
}

// HashFile is Hash without an end: the SHA-256 of a file, in hex, and its size.
func HashFile(path string) (string, int64, error) {
	h, err := Hash(context.Background(), path)
	return h.SHA256, h.Bytes, err
}

// hashOpen hashes an open file from its beginning.
func hashOpen(ctx context.Context, f *os.File) (Hashed, error) {
	before, err := f.Stat()
	if err != nil {
		return Hashed{}, fmt.Errorf("hash file: %w", err)
	}
	h := sha256.New()
	n, err := io.CopyBuffer(h, &endingReader{ctx, io.NewSectionReader(f, 0, before.Size())}, make([]byte, 256<<10))
	if err != nil {
		return Hashed{}, fmt.Errorf("hash file %s: %w", f.Name(), err)
	}
	after, err := f.Stat()
	if err != nil {
		return Hashed{}, fmt.Errorf("hash file: %w", err)
	}
	if n != before.Size() || after.Size() != n || !after.ModTime().Equal(before.ModTime()) {
		return Hashed{}, fmt.Errorf("hash file %s: it changed while it was read", f.Name())
	}
	return Hashed{hex.EncodeToString(h.Sum(nil)), n, after.ModTime()}, nil
}

// endingReader reads until its context ends.
type endingReader struct {
	ctx context.Context
	io.Reader
}

func (r *endingReader) Read(to []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(to)
}

// openRegular opens a file for reading, and neither waits at a pipe nor opens a device. It
// believes that a file is missing only after its folder was opened: NFS remembers for half
// a minute that a name was missing. The error wraps ErrNotResult for what is no file.
func openRegular(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		if folder, err := os.Open(filepath.Dir(path)); err == nil {
			folder.Close()
		}
		f, err = os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: %w: it is no regular file", path, ErrNotResult)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
