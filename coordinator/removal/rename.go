package removal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"eisweep/coordinator/records"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// CheckName refuses a name that a sweep cannot get.
func CheckName(r *root.Root, name string) error {
	if !sweeps.IsName(name) {
		return &control.Refusal{Kind: control.Input, Text: fmt.Sprintf("%q cannot be the name of a sweep", name)}
	}
	if _, err := os.Lstat(r.SweepDir(name)); err == nil {
		return &control.Refusal{Kind: control.Input, Text: fmt.Sprintf("%s exists: choose another name", r.SweepDir(name))}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Rename gives a sweep another name. First it makes the directory of the new name complete, whose results are hard links, then it
// removes the old one as Remove does: after a crash there are both, or one. authorizeWrite is as for Remove.
func Rename(r *root.Root, from, to string, authorizeWrite func() error) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("rename sweep %s: %w", from, err)
		}
	}()
	if err := errors.Join(authorizeWrite(), CheckName(r, to)); err != nil {
		return err
	}
	s, err := records.Launched(r, from)
	if err == nil {
		s, err = s.With(sweeps.Overrides{Name: to})
	}
	if err != nil {
		return err
	}
	stage := r.Private(trash, to+"."+rand.Text()) // what a crash leaves there is deleted
	if err := atomicfile.MkdirAll(stage, 0o755); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(stage)) }()
	if err := link(r.SweepDir(from), stage); err != nil {
		return err
	}
	if err := renameLines(r.Manifest(from), filepath.Join(stage, "manifest.jsonl"), to); err != nil {
		return err
	}
	if err := atomicfile.Write(filepath.Join(stage, "sweep.toml"), s.TOML(), 0o644); err != nil {
		return err
	}
	if err := syncAll(stage); err != nil {
		return err
	}
	if err := errors.Join(authorizeWrite(), CheckName(r, to)); err != nil {
		return err
	}
	if err := atomicfile.Move(stage, r.SweepDir(to)); err != nil {
		return err
	}
	if err := errors.Join(atomicfile.SyncDir(r.Path()), authorizeWrite()); err != nil {
		return err
	}
	if err := writeRecord(r, from, to, s.TOML()); err != nil {
		return err
	}
	return Remove(r, from, nil, authorizeWrite)
}

// hardLink gives a file another name. A test has it fail.
var hardLink = os.Link

// link makes every file of a directory a file of another, except those that a renamed sweep gets newly written.
func link(from, to string) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		switch {
		case err != nil || name == "." || name == "manifest.jsonl" || name == "sweep.toml":
			return err
		case e.IsDir():
			return atomicfile.Mkdir(filepath.Join(to, name), 0o755)
		case !e.Type().IsRegular():
			return atomicfile.NotRegular(path, e.Type())
		case atomicfile.IsTemporary(name):
			return nil
		}
		err = hardLink(path, filepath.Join(to, name))
		if atomicfile.HasNoLinks(err) {
			err = &control.Refusal{Kind: control.Input, Text: fmt.Sprintf("rename needs hard links, and the file system of %s has none, or "+
				"does not permit them (%v): use the old name, or a root on another file system", path, errors.Unwrap(err))}
		}
		return err
	})
}

// syncAll makes the names in a directory durable.
func syncAll(dir string) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		return atomicfile.SyncDir(path)
	})
}

// batch is how many lines of a manifest are written at a time.
const batch = 10_000

// renameLines copies a manifest, and gives its lines another sweep.
func renameLines(from, to, sweep string) (err error) {
	w, err := manifest.Open(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	var lines []manifest.Line
	for line, err := range manifest.Read(from) {
		if err != nil {
			return err
		}
		line.Sweep = sweep
		if lines = append(lines, line); len(lines) == batch {
			if err := w.Append(lines...); err != nil {
				return err
			}
			lines = lines[:0]
		}
	}
	return w.Append(lines...)
}

// writeRecord makes the record of a sweep that of its new name, if it has one.
func writeRecord(r *root.Root, from, to string, text []byte) error {
	record, err := records.Read(r, from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	record.File = records.File{SHA256: records.Sum(text)}
	if record.Settled != nil {
		info, err := os.Lstat(r.Manifest(to))
		if err != nil {
			return err
		}
		record.Settled.Manifest = info.Size()
	}
	return records.Write(r, to, record)
}
