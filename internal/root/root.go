// Package root manages the root: the directory that holds all sweeps and results, unfinished files and secrets. It
// decides which users may work there.
//
// It guarantees that a directory which others could tamper with is refused, that
// one coordinator at a time holds the lock as far as the file system reports locks,
// and that names from messages and manifests cannot lead out of the root. It
// does not know the contents of the files, and it does not watch over a lock on a
// network file system that forgets its locks.
//
// Start reading at Open; paths.go says where everything lies.
package root

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"

	"eisweep/internal/atomicfile"
	"eisweep/sweeps"
)

// private is the name of the directory for everything that is not a result.
const private = ".eisweep"

// directories are the ones that Open creates in the private directory.
var directories = []string{"incoming", "checkpoints", "inputs", "logs", "owner", processes}

// Root is an opened root. Its methods are safe for concurrent use.
type Root struct {
	path string // absolute
	id   string
}

// Open opens the root at path, which is made if it does not exist, and makes what
// it needs in it. The error says what prevents that and what to do.
func Open(path string) (*Root, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open root: %w", err)
	}
	if err := checkNested(abs); err != nil {
		return nil, err
	}
	if err := makeDirectory(abs); err != nil {
		return nil, err
	}
	if err := makePrivate(abs); err != nil {
		return nil, err
	}
	id, err := readIdentity(abs)
	if errors.Is(err, fs.ErrNotExist) {
		id, err = makeIdentity(abs)
	}
	if err != nil {
		return nil, err
	}
	return &Root{path: abs, id: id}, nil
}

// OpenExisting opens a root for reading and makes nothing. It may be another user's who
// shares it (ShareWith). The error wraps fs.ErrNotExist when there is no root at path,
// ErrForbidden when it is another user's who doesn't share it, ErrNotDirectory when it is a file.
func OpenExisting(path string) (*Root, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open root: %w", err)
	}
	if info, err := os.Stat(abs); errors.Is(err, syscall.ENOTDIR) || err == nil && !info.IsDir() {
		return nil, fmt.Errorf("open root %s: %w", abs, ErrNotDirectory)
	}
	sharer, err := owner(abs)
	if err == nil {
		err = check(filepath.Join(abs, private), true, sharer)
	}
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, noRoot(abs)
		}
		return nil, err
	}
	id, err := readIdentity(abs, sharer)
	if err != nil {
		return nil, forbidden(filepath.Join(abs, private), sharer, err)
	}
	return &Root{path: abs, id: id}, nil
}

// noRoot is the error of a directory, by its path, that is no root. It wraps
// fs.ErrNotExist.
type noRoot string

func (path noRoot) Error() string {
	return string(path) + " is not a root: no sweep has run there, or a different directory is meant (-p, EISWEEP_ROOT)"
}

func (noRoot) Unwrap() error { return fs.ErrNotExist }

// OpenToPlan is OpenExisting, but takes a directory that is no root yet, or doesn't
// exist, for a root in which nothing was run: its ID is "". The error may wrap ErrInSweep.
func OpenToPlan(path string) (*Root, error) {
	r, err := OpenExisting(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return r, err
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open root: %w", err)
	}
	return &Root{path: abs}, checkNested(abs)
}

// Path returns the absolute path of the root.
func (r *Root) Path() string { return r.path }

// ID returns the random id of the root, 12 of a-z and 0-9. It begins the name of
// everything that the root has in NATS.
func (r *Root) ID() string { return r.id }

// Writable says whether this user may work in the root, and not just read it.
func (r *Root) Writable() bool {
	user, err := owner(r.Private())
	return err == nil && user == os.Geteuid() && unix.Access(r.path, unix.W_OK) == nil && unix.Access(r.Private(), unix.W_OK) == nil
}

// Sweeps returns the names of the sweeps that were launched under the root,
// sorted: the directories that hold a sweep.toml or, if that was lost, a manifest. A directory that
// cannot be looked into is among them: who reads it gets the error.
func (r *Root) Sweeps() ([]string, error) {
	entries, err := os.ReadDir(r.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list sweeps: %w", err)
	}
	var names []string
	for _, e := range entries {
		if !sweeps.IsName(e.Name()) {
			continue
		}
		if mayExist(r.SweepFile(e.Name())) || mayExist(r.Manifest(e.Name())) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// removeStale removes files that a crash left half written in the private directory. The caller owns the root: nobody
// else writes there, but who makes the root's id, and takes another's in its place. What cannot be removed is tried
// again the next time.
func (r *Root) removeStale() {
	for _, name := range []string{"", "inputs", "sweeps", "stands", "hooks", "archived"} {
		_ = atomicfile.RemoveStale(r.Private(name), 0)
	}
}

// mayExist returns false only if the file certainly does not exist. Below a regular file nothing does.
func mayExist(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR)
}

func makeDirectory(path string) error {
	if err := atomicfile.MkdirAll(path, 0o777); err != nil {
		if errors.Is(err, syscall.ENOTDIR) || errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("make root %s: %w", path, ErrNotDirectory)
		}
		if errors.Is(err, fs.ErrNotExist) { // as in /proc
			return fmt.Errorf("make root %s: %w", path, ErrNoPlace)
		}
		return fmt.Errorf("make root %s (-p, EISWEEP_ROOT): %w", path, err)
	}
	if err := unix.Access(path, unix.R_OK|unix.W_OK|unix.X_OK); err != nil {
		if user, e := owner(path); e == nil && user != os.Geteuid() {
			return foreign(path, user, ErrForbidden)
		}
		return fmt.Errorf("open root %s: you need to read and write it; change its permissions or give another directory: %w", path, err)
	}
	return nil
}

func makePrivate(path string) error {
	dir := filepath.Join(path, private)
	for _, name := range append([]string{""}, directories...) {
		d := filepath.Join(dir, name)
		if err := atomicfile.Mkdir(d, 0o700); err != nil && !errors.Is(err, syscall.ENOTDIR) {
			return fmt.Errorf("make directory: %w", err)
		}
		if (slices.Contains(worked, name) || name == processes) && sharedWith(dir, d) {
			continue
		}
		if err := check(d, true); err != nil {
			return err
		}
	}
	return checkEntries(dir)
}

// checkEntries checks the rest of the private directory: what other parts of the program keep there, such as hooks. A copied or
// unpacked directory may have brought links, or modes that let others write.
func checkEntries(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("look at %s: %w", dir, err)
	}
	for _, e := range entries {
		if slices.Contains(directories, e.Name()) {
			continue // it is checked, and may be shared
		}
		if err := check(filepath.Join(dir, e.Name()), e.IsDir()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
