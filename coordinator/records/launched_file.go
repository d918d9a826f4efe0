package records

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"eisweep/internal/atomicfile"
	"eisweep/internal/results"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// The ids of a sweep's tasks follow from the file that its latest launch stored. One flipped
// digit in it makes other tasks, so that file counts only with the SHA-256 that the
// coordinator recorded.

// File identifies a sweep's stored file as a coordinator recorded it.
type File struct {
	SHA256  string `json:"file_sha256,omitempty"`   // hex; "" in records of earlier versions
	Pending string `json:"coming_sha256,omitempty"` // of the file that a launch is about to store
}

// allows reports whether the stored file may have that SHA-256.
func (f File) allows(sum string) bool {
	return f.SHA256 == "" || f.SHA256 == sum || f.Pending == sum
}

// AlteredError is the error of a stored file that is not the one which was launched.
type AlteredError struct{ is, was, path string }

func (e *AlteredError) Error() string {
	return fmt.Sprintf("it is not the file that was launched (its SHA-256 is %s, not %s), and its tasks would be others; %s", e.is, e.was,
		e.Remedy())
}

// Remedy says what a person can do about it.
func (e *AlteredError) Remedy() string {
	return "put the launched file back, or launch the sweep again from a file that has what you want, which may be " + e.path
}

// Launched reads the file of a sweep's latest launch. The error wraps fs.ErrNotExist when there is none, and an
// *fs.PathError with an *AlteredError when it is not the file that was launched.
func Launched(r *root.Root, name string) (*sweeps.Sweep, error) {
	s, _, err := LaunchedSum(r, name)
	return s, err
}

// LaunchedSum is Launched, and also returns the file's SHA-256 in hex.
func LaunchedSum(r *root.Root, name string) (*sweeps.Sweep, string, error) {
	path := r.SweepFile(name)
	text, err := ReadFile(r, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("read the stored file of sweep %s (launch the sweep again from your own file to restore it): %w", name, err)
	}
	if err != nil {
		return nil, "", fmt.Errorf("read the launch of sweep %s: %w", name, err)
	}
	s, err := sweeps.Parse(path, text)
	return s, Sum(text), err
}

// ReadFile reads a sweep's stored file. It reads the record again if a launch may have replaced both meanwhile. Errors
// are as of Launched.
func ReadFile(r *root.Root, name string) ([]byte, error) {
	path := r.SweepFile(name)
	before, err := recorded(r, name)
	for err == nil {
		var text []byte
		if text, err = atomicfile.Read(path, sweeps.MaxFile); err != nil || before.allows(Sum(text)) {
			return text, err
		}
		was := before
		if before, err = recorded(r, name); err == nil && before == was {
			err = &fs.PathError{Op: "read", Path: path, Err: &AlteredError{Sum(text), was.SHA256, path}}
		}
	}
	return nil, err
}

// recorded reads what is recorded of a sweep's stored file: nothing where no coordinator launched it, where
// the record can't be understood, which a restart reports, or where this user may not read it.
func recorded(r *root.Root, name string) (File, error) {
	record, err := Read(r, name)
	switch {
	case err == nil:
		return record.File, nil
	case atomicfile.IsStorage(err) && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission):
		return File{}, err
	}
	return File{}, nil
}

// Sum is the SHA-256 of a sweep file, in hex.
func Sum(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// StoreFile writes a launch's file to path, in the sweep's directory dir. It keeps the one before as .launches/N.toml.
func StoreFile(dir, path string, text []byte) error {
	old, err := atomicfile.Read(path, sweeps.MaxFile)
	switch {
	case err == nil && string(old) == string(text):
		return nil
	case err == nil:
		if err := keepLaunch(dir, path); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return atomicfile.Write(path, text, 0o644)
}

// keptName is where the nth launch that was replaced is, in the sweep's directory.
func keptName(n int) string { return filepath.Join(".launches", fmt.Sprintf("%d.toml", n)) }

// NextKept is where StoreFile will keep the file of a sweep's latest launch, relative to the sweep's directory.
func NextKept(r *root.Root, name string) (string, error) {
	for n := 1; ; n++ {
		kept := keptName(n)
		if _, err := os.Lstat(filepath.Join(r.SweepDir(name), kept)); errors.Is(err, fs.ErrNotExist) {
			return kept, nil
		} else if err != nil {
			return "", fmt.Errorf("look for the launches of sweep %s: %w", name, err)
		}
	}
}

func keepLaunch(dir, path string) error {
	if err := atomicfile.Mkdir(filepath.Join(dir, ".launches"), 0o755); err != nil {
		return err
	}
	sum, _, err := results.HashFile(path)
	if err != nil {
		return err
	}
	for n := 1; ; n++ {
		err := atomicfile.LinkOrCopy(path, filepath.Join(dir, keptName(n)), sum)
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
}
