package sweeps

import (
	"bytes"
	"encoding/hex"
	"fmt"

	"eisweep/sim"
)

// ID is a task's canonical id: the start of a SHA-256 over what the task
// depends on (id.go). The zero ID is no task.
type ID [16]byte

// String is "t" and 32 hex digits; "" for the zero ID.
func (id ID) String() string {
	if id == (ID{}) {
		return ""
	}
	return "t" + hex.EncodeToString(id[:])
}

// Compare orders ids by their bytes, as slices.SortFunc needs it.
func (id ID) Compare(other ID) int { return bytes.Compare(id[:], other[:]) }

// MarshalText is String.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText is ParseID.
func (id *ID) UnmarshalText(text []byte) error {
	parsed, err := ParseID(string(text))
	*id = parsed
	return err
}

// ParseID reads what String writes.
func ParseID(text string) (ID, error) {
	var id ID
	if text == "" {
		return id, nil
	}
	if len(text) != 33 || text[0] != 't' {
		return id, fmt.Errorf("%q is not a task id: t and 32 hex digits", sim.Excerpt(text))
	}
	for _, c := range text[1:] {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return id, fmt.Errorf("%q is not a task id: t and 32 hex digits", sim.Excerpt(text))
		}
	}
	_, err := hex.Decode(id[:], []byte(text[1:]))
	return id, err
}

// Task is one task of a sweep: everything that its result depends on, and how
// its file is named. Two tasks with the same ID have the same result.
type Task struct {
	ID         ID
	Experiment sim.Experiment
	Seed       uint32
	Parameters sim.Parameters // resolved
	Source     *Input         // PERTURB: the file of the trained network
	Initial    *Initial       // training: the weights that are not drawn
	Varying    sim.Values     // what names the file, in its order; PERTURB: the source's, then its own
	File       string         // name of its result in the sweep's directory
	Replaces   ID             // the failed task that `rerun --set` replaced by this one
}

// Input is a result file that a task starts from. A result under this root is identified by
// its task, every other file by its contents.
type Input struct {
	Task   ID     // zero for an outside file
	SHA256 string // of an outside file, hex; "" for a result under this root
	Path   string // outside file: where it was found; not part of the task's identity
	Sweep  string // result under this root: a sweep that has it
	File   string // and its name there
	Seed   uint32 // the source's seed, if SeedKnown
	// SeedKnown is false for files of the published program, which do not contain it.
	SeedKnown bool
}

// Initial is a file whose weights a training starts from.
type Initial struct {
	Input
	Take []string // of wee, wei, wie, wii, in this order, without repetition
}

// Settings lists the parameters that its experiment reads and whose values differ from the
// published defaults.
func (t *Task) Settings() sim.Values { return sim.Settings(t.Experiment, t.Parameters) }
