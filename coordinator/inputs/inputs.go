package inputs

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
	"eisweep/sweeps"
)

// Copies maps the paths of outside files, which launches named, to the SHA-256 (hex) under which
// .eisweep/inputs has their copies: a sweep stays readable, and its tasks can be run again,
// when such a file has been moved or deleted since.
type Copies map[string]string

// Of lists the files that a task starts from.
func Of(t *sweeps.Task) []*sweeps.Input {
	var out []*sweeps.Input
	if t.Source != nil {
		out = append(out, t.Source)
	}
	if t.Initial != nil {
		out = append(out, &t.Initial.Input)
	}
	return out
}

// maxBytes bounds what is read of the list, in bytes.
const maxBytes = 1 << 30

// Path is where the list of copies lies.
func Path(r *root.Root) string { return r.Private("inputs", "paths.json") }

// Read reads which files were copied; none where no launch has copied any yet. The error wraps an
// *fs.PathError when the list cannot be read, or is not one: to begin a new list would lose the copies of files that
// are gone.
func Read(r *root.Root) (Copies, error) {
	text, err := atomicfile.Read(Path(r), maxBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return Copies{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read which files were copied: %w", err)
	}
	var c Copies
	if err = json.Unmarshal(text, &c); err == nil {
		err = c.check()
	}
	if err != nil {
		return nil, &fs.PathError{Op: "read which files were copied", Path: Path(r), Err: fmt.Errorf("it is damaged: %w; %s", err, remedy)}
	}
	return c, nil
}

const remedy = "restore it from a backup, or remove it and launch the sweeps that start from outside files again"

var isSum = regexp.MustCompile("^[0-9a-f]{64}$").MatchString

// check says what can't be in a list.
func (c Copies) check() error {
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

// Add adds files to the list of copies, durably. Errors are as of Read.
func Add(r *root.Root, more Copies) error {
	all, err := Read(r)
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
		return fmt.Errorf("record copied files: %w", err)
	}
	if err := atomicfile.Write(Path(r), append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("record copied files: %w", err)
	}
	return nil
}

// Within lists the paths that were copied and are path or lie in the directory path.
func (c Copies) Within(path string) []string {
	var out []string
	for known := range c {
		if known == path || filepath.Dir(known) == path {
			out = append(out, known)
		}
	}
	slices.Sort(out)
	return out
}

// Prober reads result files as results.Prober does: it survives a file that crashes the reader.
type Prober interface {
	Probe(ctx context.Context, path string) (results.Contents, error)
}

// Copy copies an outside file with this SHA-256 (hex) to where workers find it, unless the copy is there. The error
// wraps atomicfile.ErrOtherBytes when the file has changed since it was hashed. The copy, which nobody else can change,
// is probed: the file's owner could have changed the file while it was probed before, and workers read the copy as it is.
func Copy(ctx context.Context, p Prober, from, to, sha256 string) error {
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

// isCopy reports whether a path is a file, no link or directory, of this SHA-256; nothing says how large it should be.
func isCopy(path, sha256 string) (bool, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return false, err
	}
	return results.Identity{SHA256: sha256, Bytes: info.Size()}.IsAt(path)
}

// DamagedError is the error of a copy that is not the file which its launch started from.
type DamagedError struct {
	Path, Original string
	SHA256         string // of the original, hex
	Err            error
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("%s, the copy of %s, is damaged (%v): put the file with SHA-256 %s back there, then run `eisweep verify`, which "+
		"copies it again",
		e.Path, e.Original, e.Err, e.SHA256)
}

func (e *DamagedError) Unwrap() error { return e.Err }

// Check compares a copy of an outside file with its SHA-256 (hex). The error is a *DamagedError unless ctx has ended.
func Check(ctx context.Context, copied, original, sha256 string) error {
	h, err := results.Hash(ctx, copied)
	if err == nil && h.SHA256 != sha256 {
		err = fmt.Errorf("its SHA-256 is %s", h.SHA256)
	}
	if err != nil && ctx.Err() == nil {
		return &DamagedError{copied, original, sha256, err}
	}
	return err
}
