package lease

import (
	"bytes"
	"encoding/json"
	"fmt"

	"eisweep/internal/root"
)

// record is what an owner leaves under its epoch.
type record struct {
	Epoch uint64 `json:"epoch"`
	root.Holder
	Boot     string `json:"boot"` // the id that the host's kernel has since it was started
	Mark     string `json:"mark"` // random: no other record has it
	Counter  uint64 `json:"counter"`
	Unfenced bool   `json:"unfenced"` // writes of an earlier owner may still arrive in files that are appended to
	Released bool   `json:"released"`

	text string // as it was read
}

// isUnchanged reports whether two reads found the same.
func (r *record) isUnchanged(earlier *record) bool {
	return r.Epoch == earlier.Epoch && r.text == earlier.text
}

// block is what records' lengths are multiples of. A rewrite never changes the length, so it needs no room on a full disk.
const block = 512

// encode returns the text of at least so many bytes.
func (r *record) encode(size int) ([]byte, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	size = max(size, (len(text)/block+1)*block)
	return append(append(text, bytes.Repeat([]byte{' '}, size-len(text)-1)...), '\n'), nil
}

// decode never fails: of a damaged record only its epoch and whether it changes is known.
func decode(epoch uint64, text []byte) record {
	var r record
	if json.Unmarshal(text, &r) != nil || r.Epoch != epoch {
		r = record{}
	}
	r.Epoch, r.text = epoch, string(text)
	return r
}
