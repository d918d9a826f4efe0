package manifest

import (
	"path/filepath"
	"testing"
)

// TestReadFromContinues where an earlier reader ended.
func TestReadFromContinues(t *testing.T) {
	path := filepath.Join(t.TempDir(), "manifest.jsonl")
	w, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	line := func(n byte) Line { return Line{ID: [16]byte{n}, State: Failed, Class: "numeric"} }
	read := func(from int64) (found []byte, end int64) {
		t.Helper()
		for l, err := range ReadFrom(path, from) {
			if err != nil {
				t.Fatal(err)
			}
			found, end = append(found, l.ID[0]), l.End
		}
		return found, end
	}
	if found, _ := read(0); len(found) != 0 {
		t.Errorf("a manifest that is empty has %v", found)
	}
	if err := w.Append(line(1), line(2)); err != nil {
		t.Fatal(err)
	}
	found, end := read(0)
	if string(found) != "\x01\x02" {
		t.Errorf("it has %v", found)
	}
	if err := w.Append(line(3)); err != nil {
		t.Fatal(err)
	}
	if found, last := read(end); string(found) != "\x03" || last <= end {
		t.Errorf("then it has %v, up to %d", found, last)
	}
}
