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
	"time"

	"eisweep/internal/atomicfile"
)

// FileHash identifies the bytes of a file.
type FileHash struct {
	Identity
	Modified time.Time // the file's modification time; zero when that changed during the reading
}

// Hash reads a regular file. Soon after ctx ends, it returns ctx's error. A file whose size changes during the reading
// is an error.
func Hash(ctx context.Context, path string) (FileHash, error) {
	f, err := openRegular(path)
	if err != nil {
		return FileHash{}, fmt.Errorf("hash file: %w", err)
	}
	defer f.Close()
	return HashOpen(ctx, f)
}

// HashFile is Hash without a context: it returns the SHA-256 of a file, in hex, and its size.
func HashFile(path string) (string, int64, error) {
	h, err := Hash(context.Background(), path)
	return h.SHA256, h.Bytes, err
}

// HashSized is Hash for a file that should have that size. It doesn't read a file of another size, and returns a
// *SizeError.
func HashSized(ctx context.Context, path string, bytes int64) (FileHash, error) {
	f, err := openRegular(path)
	if err != nil {
		return FileHash{}, fmt.Errorf("hash file: %w", err)
	}
	defer f.Close()
	return hashSized(ctx, f, bytes)
}

func hashSized(ctx context.Context, f *os.File, bytes int64) (FileHash, error) {
	info, err := f.Stat()
	if err != nil {
		return FileHash{}, fmt.Errorf("hash file: %w", err)
	}
	if info.Size() != bytes {
		return FileHash{}, &SizeError{Path: f.Name(), Bytes: info.Size(), Want: bytes}
	}
	return HashOpen(ctx, f)
}

// HashOpen is Hash for an open file.
func HashOpen(ctx context.Context, f *os.File) (FileHash, error) {
	before, err := f.Stat()
	if err != nil {
		return FileHash{}, fmt.Errorf("hash file: %w", err)
	}
	h := sha256.New()
	n, err := io.CopyBuffer(h, &contextReader{ctx, io.NewSectionReader(f, 0, before.Size())}, make([]byte, 256<<10))
	if err != nil {
		return FileHash{}, fmt.Errorf("hash file %s: %w", f.Name(), err)
	}
	after, err := f.Stat()
	if err != nil {
		return FileHash{}, fmt.Errorf("hash file: %w", err)
	}
	if n != before.Size() || after.Size() != n {
		return FileHash{}, fmt.Errorf("hash file %s: it changed while it was read", f.Name())
	}
	hashed := FileHash{Identity: Identity{hex.EncodeToString(h.Sum(nil)), n}}
	if after.ModTime().Equal(before.ModTime()) {
		hashed.Modified = after.ModTime()
	}
	return hashed, nil
}

// contextReader reads until its context ends.
type contextReader struct {
	ctx context.Context
	io.Reader
}

func (r *contextReader) Read(to []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(to)
}

// openRegular opens a regular file for reading, without waiting at a pipe or opening a device. Before it reports a file
// as missing, it opens the directory: an NFS client remembers for half a minute that a name was missing. The error wraps
// ErrNotResult for anything that is not a regular file.
func openRegular(path string) (*os.File, error) {
	f, err := atomicfile.OpenLinked(path)
	if errors.Is(err, fs.ErrNotExist) {
		if dir, err := os.Open(filepath.Dir(path)); err == nil {
			dir.Close()
		}
		f, err = atomicfile.OpenLinked(path)
	}
	if errors.Is(err, atomicfile.ErrNotRegular) {
		err = fmt.Errorf("%w: %w", ErrNotResult, err)
	}
	return f, err
}
