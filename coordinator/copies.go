package coordinator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"eisweep/internal/atomicfile"
	"eisweep/internal/results"
	"eisweep/internal/root"
)

// copies tells under which SHA-256 inputs/ has the outside files that launches
// named, by their paths: a sweep stays readable, and its tasks can be run again,
// when such a file has been moved or deleted since.
type copies map[string]string

// maxList bounds what is read of the list, in bytes.
const maxList = 1 << 30

func copiesFile(r *root.Root) string { return r.Private("inputs", "paths.json") }

// readCopies reads what was copied; nothing where no launch has copied anything yet. The error wraps an
// *fs.PathError when the list cannot be read, or is not one: to begin a new list would lose the copies of files that
// are gone.
func readCopies(r *root.Root) (copies, error) {
	text, err := atomicfile.Read(copiesFile(r), maxList)
	if errors.Is(err, fs.ErrNotExist) {
		return copies{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read which files were copied: %w", err)
	}
	var c copies
	if err = json.Unmarshal(text, &c); err == nil {
		err = c.check()
	}
	if err != nil {
		return nil, &fs.PathError{Op: "read which files were copied", Path: copiesFile(r), Err: fmt.Errorf("it is damaged: %w; %s", err, copiesRemedy)}
	}
	return c, nil
}

const copiesRemedy = "restore it from a backup, or remove it and launch the sweeps that start from outside files again"

var isSum = regexp.MustCompile("^[0-9a-f]{64}$").MatchString

// check says what can't be in a list.
func (c copies) check() error {
	if c == nil {
		return errors.New("it has no list")
	}
	for path, sum := range c {
		if !filepath.IsAbs(path) || !isSum(sum) {
			return fmt.Errorf("it has no path with its SHA-256 in %q: %q", path, sum)
		}
	}
	return nil
}

// keepCopies adds to what was copied.
func keepCopies(r *root.Root, more copies) error {
	all, err := readCopies(r)
	if err != nil {
		return err
	}
	before := maps.Clone(all)
	maps.Copy(all, more)
	if maps.Equal(all, before) {
		return nil
	}
	text, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		return fmt.Errorf("note copied files: %w", err)
	}
	if err := atomicfile.Write(copiesFile(r), append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("note copied files: %w", err)
	}
	return nil
}

// within lists the paths that were copied and are path or lie in the folder path.
func (c copies) within(path string) []string {
	var out []string
	for known := range c {
		if known == path || filepath.Dir(known) == path {
			out = append(out, known)
		}
	}
	slices.Sort(out)
	return out
}

// copyInput copies an outside file to where workers find it, unless it is there,
// and makes sure that it still is the file that was looked at. The copy, which nobody else can change, is probed: its
// owner could have changed the file while it was probed before, and workers read the copy as it is.
func copyInput(ctx context.Context, p Prober, from, to, sha256 string) error {
	same, err := isCopy(to, sha256)
	if same || err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	f, err := atomicfile.OpenLinked(from)
	if err != nil {
		return err
	}
	defer f.Close()
	draft, err := atomicfile.CopyDraft(f, to, sha256)
	if err != nil {
		return err
	}
	if _, err = p.Probe(ctx, draft.Name()); err == nil {
		err = root.Share(draft.File)
	}
	if err != nil {
		return errors.Join(err, draft.Discard())
	}
	return draft.Commit()
}

// isCopy tells whether a path is a file, no link or folder, of this SHA-256; nothing says how large it should be.
func isCopy(path, sha256 string) (bool, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return false, err
	}
	return results.Identity{SHA256: sha256, Bytes: info.Size()}.IsAt(path)
}

// damagedCopyError is the error of a copy that is not what its launch started from.
type damagedCopyError struct {
	path, original, sha256 string
	err                    error
}

func (e *damagedCopyError) Error() string {
	return fmt.Sprintf("%s, the copy of %s, is damaged (%v): put the file with SHA-256 %s back there, then run `eisweep verify`, which copies it again",
		e.path, e.original, e.err, e.sha256)
}

func (e *damagedCopyError) Unwrap() error { return e.err }

// checkCopy says what is wrong with a copy of an outside file; nil when it is what was copied.
func checkCopy(ctx context.Context, copied, original, sha256 string) error {
	h, err := results.Hash(ctx, copied)
	if err == nil && h.SHA256 != sha256 {
		err = fmt.Errorf("its SHA-256 is %s", h.SHA256)
	}
	if err != nil && ctx.Err() == nil {
		return &damagedCopyError{copied, original, sha256, err}
	}
	return err
}
