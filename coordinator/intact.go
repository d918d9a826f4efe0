package coordinator

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

// soundness is the state of a result's file.
type soundness uint8

const (
	sound soundness = iota
	missing
	damaged
)

// claim is what a manifest's line says of a result's file.
type claim struct {
	sweep, file        string
	run                int
	bytes              int64
	modified, finished time.Time // to the nanosecond; to the millisecond
	sha256             func() (string, error)
}

func claimOf(sweep string, l *manifest.Line) claim {
	return claim{sweep, l.File, l.Run, l.Bytes, l.Modified, l.Finished, func() (string, error) { return l.SHA256, nil }}
}

// timeSlack covers the manifest's milliseconds and a file system's coarse clock.
const timeSlack = 50 * time.Millisecond

// intact is the one definition of an intact result, for run, plan, launch, verify and status:
// a regular file of the size and, by its bytes, the SHA-256 that the manifest has. Bytes are
// hashed once for each modification time: what came out is the line's Modified, or is
// remembered (hashings.go). No clocks are compared, except for lines of earlier versions, whose
// file counts as hashed if it was last modified before the task finished.
func (x *index) intact(ctx context.Context, c claim) (soundness, error) {
	path := filepath.Join(x.root.SweepDir(c.sweep), c.file)
	info, err := os.Lstat(path)
	switch {
	case os.IsNotExist(err):
		return missing, nil
	case err != nil:
		return missing, fmt.Errorf("look at result: %w", err)
	case !info.Mode().IsRegular() || info.Size() != c.bytes:
		return damaged, nil
	}
	if was, ok := x.hashings.at(c, info.ModTime()); ok {
		return was, nil
	}
	if c.hashedAt(info.ModTime()) {
		return sound, nil
	}
	return x.compare(ctx, c, path)
}

// hashedAt says whether the file had the line's SHA-256 when it was last modified at that
// time.
func (c *claim) hashedAt(modified time.Time) bool {
	if c.modified.IsZero() {
		return !modified.After(c.finished.Add(timeSlack))
	}
	return modified.Equal(c.modified)
}

// compare hashes a file, and remembers what came out.
func (x *index) compare(ctx context.Context, c claim, path string) (soundness, error) {
	found, err := results.HashSized(ctx, path, c.bytes)
	if size := (*results.SizeError)(nil); errors.As(err, &size) {
		return damaged, nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		return missing, nil
	}
	if err != nil {
		return damaged, fmt.Errorf("hash result: %w", err)
	}
	sha256, err := c.sha256()
	if err != nil {
		return damaged, err
	}
	return x.hashed(c, &found, sha256), nil
}

// hashed takes in that a file was hashed, and says what that makes of it.
func (x *index) hashed(c claim, found *results.Hashed, sha256 string) soundness {
	is := sound
	if found.SHA256 != sha256 || found.Bytes != c.bytes {
		is = damaged
	}
	if was, ok := x.hashings.at(c, found.Modified); ok && was == is || found.Modified.IsZero() {
		return is
	}
	if is != sound || !c.hashedAt(found.Modified) || x.hashings.knows(c) {
		x.hashings.add(c, found.Modified, is)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.look++ // what was seen of the file before does not count any more
	return is
}
