package catalog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"eisweep/internal/manifest"
	"eisweep/internal/results"
)

// FileState is the state of a result's file.
type FileState uint8

const (
	Intact FileState = iota
	Missing
	Damaged
)

// fileClaim is what a manifest's line says about a result's file.
type fileClaim struct {
	sweep, file        string
	run                int
	bytes              int64
	modified, finished time.Time // to the nanosecond; to the millisecond
	sha256             func() (string, error)
}

func claimOf(sweep string, l *manifest.Line) fileClaim {
	return fileClaim{sweep, l.File, l.Run, l.Bytes, l.Modified, l.Finished, func() (string, error) { return l.SHA256, nil }}
}

// Check finds out whether the file of a result is intact, by its line in a sweep's manifest.
// The error says why that cannot be found out.
func (x *Catalog) Check(ctx context.Context, sweep string, l *manifest.Line) (FileState, error) {
	return x.inspect(ctx, claimOf(sweep, l))
}

// RecordHash records the hash of a result's file.
func (x *Catalog) RecordHash(sweep string, l *manifest.Line, found *results.FileHash) {
	x.remember(claimOf(sweep, l), found, l.SHA256)
}

// timeSlack covers the manifest's milliseconds and a file system's coarse clock.
const timeSlack = 50 * time.Millisecond

// inspect is the one definition of an intact result, for run, plan, launch, verify and status:
// a regular file of the size and, by its bytes, the SHA-256 that the manifest has. Bytes are
// hashed once for each modification time: the outcome is the line's Modified, or is
// remembered (hash_cache.go). No clocks are compared, except for lines of earlier versions, whose
// file counts as hashed if it was last modified before the task finished.
func (x *Catalog) inspect(ctx context.Context, c fileClaim) (FileState, error) {
	path := filepath.Join(x.root.SweepDir(c.sweep), c.file)
	info, err := os.Lstat(path)
	switch {
	case os.IsNotExist(err):
		return Missing, nil
	case err != nil:
		return Missing, fmt.Errorf("look at result: %w", err)
	case !info.Mode().IsRegular() || info.Size() != c.bytes:
		return Damaged, nil
	}
	if was, ok := x.hashes.at(c, info.ModTime()); ok {
		return was, nil
	}
	if c.hashedAt(info.ModTime()) {
		return Intact, nil
	}
	return x.compare(ctx, c, path)
}

// hashedAt reports whether the file had the line's SHA-256 when it was last modified at that
// time.
func (c *fileClaim) hashedAt(modified time.Time) bool {
	if c.modified.IsZero() {
		return !modified.After(c.finished.Add(timeSlack))
	}
	return modified.Equal(c.modified)
}

// compare hashes a file and remembers the outcome.
func (x *Catalog) compare(ctx context.Context, c fileClaim, path string) (FileState, error) {
	found, err := results.HashSized(ctx, path, c.bytes)
	if size := (*results.SizeError)(nil); errors.As(err, &size) {
		return Damaged, nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		return Missing, nil
	}
	if err != nil {
		return Damaged, fmt.Errorf("hash result: %w", err)
	}
	sha256, err := c.sha256()
	if err != nil {
		return Damaged, err
	}
	return x.remember(c, &found, sha256), nil
}

// remember records the hash of a file and returns its state.
func (x *Catalog) remember(c fileClaim, found *results.FileHash, sha256 string) FileState {
	is := Intact
	if found.SHA256 != sha256 || found.Bytes != c.bytes {
		is = Damaged
	}
	if was, ok := x.hashes.at(c, found.Modified); ok && was == is || found.Modified.IsZero() {
		return is
	}
	if is != Intact || !c.hashedAt(found.Modified) || x.hashes.knows(c) {
		x.hashes.add(c, found.Modified, is)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.look++ // what was seen of the file before does not count any more
	return is
}
