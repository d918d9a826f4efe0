package records

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/protocol"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Sweep is what a coordinator must know about a launched sweep, besides its file
// and its manifest, to resume it after a restart.
type Sweep struct {
	Format   int            `json:"format"` // 1
	Status   control.Status `json:"status"`
	Priority int            `json:"priority"`
	// User is who launched it; "" in records of earlier versions. Users share the workers evenly.
	User string `json:"user,omitempty"`
	// MaxRunning is how many tasks may run at a time; 0: any number.
	MaxRunning int `json:"max_running,omitempty"`
	// Paused is since when the sweep is paused; zero if it is not, and in records of earlier versions.
	Paused   time.Time `json:"paused,omitzero"`
	Launched time.Time `json:"launched"`
	Launch   string    `json:"launch,omitempty"` // names the latest launch in the log of events
	Epoch    uint64    `json:"epoch,omitempty"`  // of the owner of the root that wrote it; an earlier owner's may arrive late
	File     File      `json:"file"`             // the file of the latest launch
	// Reruns are the run numbers, by task, that a rerun gave and the manifest may not have.
	Reruns map[sweeps.ID]int `json:"reruns,omitempty"`
	// Settled is what had become of the sweep's tasks when the last of them was settled; nil while one is not.
	Settled *Settled `json:"settled,omitempty"`
}

// Settled is what became of the tasks of a finished sweep.
type Settled struct {
	Tasks   int `json:"tasks"`
	Done    int `json:"done"`
	Suspect int `json:"suspect"` // of the done: their results are suspect
	Failed  int `json:"failed"`
	// FailedSince is when the first of them failed; zero in records of earlier versions.
	FailedSince time.Time `json:"failed_since,omitzero"`
	// Classes are the failed ones by class; nil in records of earlier versions.
	Classes  map[protocol.Class]SettledClass `json:"classes,omitempty"`
	Manifest int64                           `json:"manifest"` // the manifest's size then, in bytes: at another size this says nothing
}

// SettledClass is the tasks of a finished sweep that failed with one class.
type SettledClass struct {
	Failed int       `json:"failed"`
	Since  time.Time `json:"since"` // when the first of them failed
	File   string    `json:"file"`  // of one of them
	Error  string    `json:"error"` // its first line
}

// ReadSettled returns what became of the tasks of a finished sweep without reading its manifest; ok is false
// when that has to be read.
func ReadSettled(r *root.Root, sweep string) (s Settled, ok bool) {
	record, err := Read(r, sweep)
	if err != nil || record.Settled == nil || record.Status != control.Finished {
		return s, false
	}
	info, err := os.Lstat(r.Manifest(sweep))
	return *record.Settled, err == nil && info.Mode().IsRegular() && info.Size() == record.Settled.Manifest
}

// maxBytes bounds what is read of a record, in bytes. A task that is rerun takes some 45 of them.
const maxBytes = 1 << 30

// Path is where a sweep's record lies.
func Path(r *root.Root, sweep string) string { return r.Private(directory, sweep+".json") }

// Read reads a sweep's record. The error wraps fs.ErrNotExist when no coordinator launched the sweep.
func Read(r *root.Root, sweep string) (*Sweep, error) {
	s, err := readAt(Path(r, sweep))
	if errors.Is(err, fs.ErrNotExist) {
		if earlier, err := readAt(earlierPath(r, sweep)); !errors.Is(err, fs.ErrNotExist) {
			return named(earlier, err, sweep)
		}
		s, err = readAt(Path(r, sweep)) // a coordinator may have moved it meanwhile
	}
	return named(s, err, sweep)
}

func named(s *Sweep, err error, sweep string) (*Sweep, error) {
	if err != nil {
		return nil, fmt.Errorf("read record of sweep %s: %w", sweep, err)
	}
	return s, nil
}

// readAt reads the record at a path.
func readAt(path string) (*Sweep, error) {
	text, err := atomicfile.Read(path, maxBytes)
	if err != nil {
		return nil, err
	}
	var s struct {
		Sweep
		Stand control.Status `json:"stand"` // the status in records of earlier versions
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, &DamagedError{path, fmt.Errorf("it is damaged: %w", err)}
	}
	if s.Format != 1 {
		return nil, &DamagedError{path, fmt.Errorf("it has format %d, this program knows format 1", s.Format)}
	}
	if s.Status == "" {
		s.Status = s.Stand
	}
	return &s.Sweep, nil
}

// DamagedError is the error of a record that can be read, but not understood. A launch writes a new one.
type DamagedError struct {
	Path string
	Err  error
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("%s: %v; launch the sweep again, or remove the file if it has finished", e.Path, e.Err)
}

func (e *DamagedError) Unwrap() error { return e.Err }

// IsAbsent reports whether an error of Read says that there is no record, or none for this user: the owner does not share records.
func IsAbsent(r *root.Root, err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) && !r.Writable()
}

// Write replaces a sweep's record, durably.
func Write(r *root.Root, name string, s *Sweep) error {
	if err := atomicfile.Mkdir(r.Private(directory), 0o700); err != nil {
		return fmt.Errorf("write record of sweep %s: %w", name, err)
	}
	text, err := json.Marshal(s)
	if err == nil {
		err = atomicfile.Write(Path(r, name), append(text, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("write record of sweep %s: %w", name, err)
	}
	return nil
}

// Remove removes a sweep's record, and the ids that are cached beside it, durably. Missing ones are no error.
func Remove(r *root.Root, name string) error {
	for _, path := range []string{KeysPath(r, name), Path(r, name), earlierPath(r, name)} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove record of sweep %s: %w", name, err)
		}
	}
	if err := atomicfile.SyncDir(r.Private(directory)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove record of sweep %s: %w", name, err)
	}
	return nil
}
