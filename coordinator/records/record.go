package records

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Sweep is what a coordinator must know about a launched sweep, besides its file
// and its manifest, to resume it after a restart.
type Sweep struct {
	Format   int           `json:"format"` // 1
	Stand    control.Stand `json:"stand"`
	Priority int           `json:"priority"`
	Launched time.Time     `json:"launched"`
	Epoch    uint64        `json:"epoch,omitempty"` // of the owner of the root that wrote it; an earlier owner's may arrive late
	File     File          `json:"file"`            // the file of the latest launch
	// Reruns are the run numbers, by task, that a rerun gave and the manifest may not have.
	Reruns map[sweeps.ID]int `json:"reruns,omitempty"`
	// Settled is what had become of the sweep's tasks when the last of them was settled; nil while one is not.
	Settled *Settled `json:"settled,omitempty"`
}

// Settled is what became of the tasks of a finished sweep.
type Settled struct {
	Tasks    int   `json:"tasks"`
	Done     int   `json:"done"`
	Failed   int   `json:"failed"`
	Manifest int64 `json:"manifest"` // the manifest's size then, in bytes: at another size this says nothing
}

// ReadSettled returns what became of the tasks of a finished sweep without reading its manifest; ok is false
// when that has to be read.
func ReadSettled(r *root.Root, sweep string) (s Settled, ok bool) {
	record, err := Read(r, sweep)
	if err != nil || record.Settled == nil || record.Stand != control.Finished {
		return s, false
	}
	info, err := os.Lstat(r.Manifest(sweep))
	return *record.Settled, err == nil && info.Mode().IsRegular() && info.Size() == record.Settled.Manifest
}

// maxBytes bounds what is read of a record, in bytes. A task that is rerun takes some 45 of them.
const maxBytes = 1 << 30

// Path is where a sweep's record lies.
func Path(r *root.Root, sweep string) string { return r.Private("stands", sweep+".json") }

// Read reads a sweep's record. The error wraps fs.ErrNotExist when no coordinator launched the sweep.
func Read(r *root.Root, sweep string) (*Sweep, error) {
	text, err := atomicfile.Read(Path(r, sweep), maxBytes)
	if err != nil {
		return nil, fmt.Errorf("read stand of sweep %s: %w", sweep, err)
	}
	var s Sweep
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("read stand of sweep %s: %s: %w; launch the sweep again", sweep, Path(r, sweep), err)
	}
	if s.Format != 1 {
		return nil, fmt.Errorf("read stand of sweep %s: %s is of format %d, this program knows format 1", sweep, Path(r, sweep), s.Format)
	}
	return &s, nil
}

// Write replaces a sweep's record, durably.
func Write(r *root.Root, name string, s *Sweep) error {
	if err := atomicfile.Mkdir(r.Private("stands"), 0o700); err != nil {
		return fmt.Errorf("note stand of sweep %s: %w", name, err)
	}
	text, err := json.Marshal(s)
	if err == nil {
		err = atomicfile.Write(Path(r, name), append(text, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("note stand of sweep %s: %w", name, err)
	}
	return nil
}
