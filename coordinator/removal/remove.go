package removal

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"eisweep/coordinator/records"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/results"
	"eisweep/internal/root"
)

// trash holds the directories of removed sweeps until they are deleted, archived the notes; both in the private directory of a root.
const (
	trash    = "removed"
	archived = "archived"
)

// Remove removes a sweep. authorizeWrite is asked before each step whether this process still owns the root.
func Remove(r *root.Root, name string, note *control.Archived, authorizeWrite func() error) error {
	for _, step := range []func() error{
		func() error { return writeNote(r, name, note) },
		func() error { return records.Remove(r, name) },
		func() error { return discard(r, name) },
	} {
		err := authorizeWrite()
		if err == nil {
			err = step()
		}
		if err != nil {
			return fmt.Errorf("remove sweep %s: %w", name, err)
		}
	}
	return EmptyTrash(r)
}

// discard moves a sweep's directory away from its name.
func discard(r *root.Root, name string) error {
	if err := atomicfile.Mkdir(r.Private(trash), 0o700); err != nil {
		return err
	}
	if err := atomicfile.Move(r.SweepDir(name), r.Private(trash, name+"."+rand.Text())); err != nil {
		return err
	}
	return errors.Join(atomicfile.SyncDir(r.Path()), atomicfile.SyncDir(r.Private(trash)))
}

// EmptyTrash deletes what earlier removals left, as after a crash. The caller owns the root.
func EmptyTrash(r *root.Root) error {
	if err := os.RemoveAll(r.Private(trash)); err != nil {
		return fmt.Errorf("delete removed sweeps: %w", err)
	}
	return nil
}

// ManifestSum is the SHA-256 of a sweep's manifest, in hex.
func ManifestSum(r *root.Root, name string) (string, error) {
	sum, _, err := results.HashFile(r.Manifest(name))
	return sum, err
}

func notePath(r *root.Root, name string) string { return r.Private(archived, name+".json") }

// CheckUnchanged refuses to remove a sweep that has changed since it was archived. It reads the whole manifest. again refuses the same
// for changes since then, but only looks at the manifest's identity and size. Without a note they refuse nothing.
func CheckUnchanged(r *root.Root, name string, note *control.Archived) (again func() error, err error) {
	if note == nil {
		return func() error { return nil }, nil
	}
	changed := &control.Refusal{Kind: control.Input, Text: fmt.Sprintf("sweep %s has changed since it was packed, so it stays; %s has what "+
		"it had before: remove that file and archive the sweep again", name, note.File)}
	before, err := os.Lstat(r.Manifest(name))
	if err != nil {
		return nil, err
	}
	sum, bytes, err := results.HashFile(r.Manifest(name))
	if err != nil {
		return nil, err
	}
	if sum != note.Manifest {
		return nil, changed
	}
	return func() error {
		now, err := os.Lstat(r.Manifest(name))
		if err == nil && (!os.SameFile(before, now) || now.Size() != bytes) {
			err = changed
		}
		return err
	}, nil
}

// writeNote keeps where a sweep went.
func writeNote(r *root.Root, name string, note *control.Archived) error {
	if note == nil {
		return nil
	}
	text, err := json.Marshal(note)
	if err == nil {
		err = atomicfile.Mkdir(filepath.Dir(notePath(r, name)), 0o700)
	}
	if err == nil {
		err = atomicfile.Write(notePath(r, name), append(text, '\n'), 0o600)
	}
	return err
}

// maxNote bounds what is read of a note, in bytes.
const maxNote = 64 << 10

// Note is where a sweep was archived; nil if it was not, or if this user may not know.
func Note(r *root.Root, name string) *control.Archived {
	text, err := atomicfile.Read(notePath(r, name), maxNote)
	var note control.Archived
	if err != nil || json.Unmarshal(text, &note) != nil || note.File == "" {
		return nil
	}
	return &note
}

// Refuse says why a sweep must not be removed now; nil if it may. alone says that no coordinator works on the root, so that nothing
// can be running.
func Refuse(s *control.RemovedSweep, alone bool) error {
	if !alone && (s.Status == control.Open || s.Status == control.Paused) {
		return &control.Refusal{Kind: control.Input, Text: fmt.Sprintf("sweep %s is %s and has tasks left: `eisweep cancel %s` first",
			s.Name, s.Status, s.Name)}
	}
	for _, d := range s.Dependents {
		if d.Status == control.Open || d.Status == control.Paused {
			return &control.Refusal{Kind: control.Input, Text: fmt.Sprintf("sweep %s, which is %s, starts from the networks of %s: wait until "+
				"it has finished, or `eisweep cancel %s` first", d.Name, d.Status, s.Name, d.Name)}
		}
	}
	return nil
}
