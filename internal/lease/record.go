package lease

import (
	"bytes"
	"encoding/json"
	"fmt"

	"eisweep/internal/root"
)

// record is the file of an owner, named for its epoch.
type record struct {
	Epoch uint64 `json:"epoch"`
	root.Holder
	Boot     string `json:"boot"`            // the boot id of the host's kernel
	Local    bool   `json:"local,omitempty"` // the owner had the root on a file system that only one kernel mounts at a time
	Mark     string `json:"mark"`            // random, unique to this record
	Counter  uint64 `json:"counter"`
	Unfenced bool   `json:"unfenced"` // writes of an earlier owner may still arrive in files that are appended to
	Released bool   `json:"released"`
	// Directory is root.DirectoryNumber as the owner saw it; 0 in records of earlier versions.
	Directory uint64 `json:"directory,omitempty"`

	// Protocol is as Config has it; "" in records of earlier versions.
	Protocol string `json:"protocol,omitempty"`

	text string // as it was read
}

// isUnchanged reports whether two reads found the same record.
func (r *record) isUnchanged(earlier *record) bool {
	return r.Epoch == earlier.Epoch && r.text == earlier.text
}

// block is the unit of a record's length. A rewrite never changes the length, so it succeeds on a full disk.
const block = 512

// encode returns the record's text, padded to at least size bytes.
func (r *record) encode(size int) ([]byte, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	size = max(size, (len(text)/block+1)*block)
	return append(append(text, bytes.Repeat([]byte{' '}, size-len(text)-1)...), '\n'), nil
}

// decode never fails: of a damaged record, only the epoch is known, and whether the record changes.
func decode(epoch uint64, text []byte) record {
	var r record
	if json.Unmarshal(text, &r) != nil || r.Epoch != epoch {
		r = record{}
	}
	r.Epoch, r.text = epoch, string(text)
	return r
}
