package manifest

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Whichever bit of a manifest is flipped, reading it says so: by the index, and whole.
func TestEveryFlippedBitIsNoticed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "manifest.jsonl")
	modified := doneLine(1)
	modified.Modified = time.Date(2026, 2, 3, 4, 6, 6, 123456789, time.UTC)
	add(t, path, modified, failedLine(2), doneLine(3))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	end := len(whole) - 1 // without it, the last line is one that a crash tore
	for bit := range 8 * end {
		damaged := bytes.Clone(whole)
		damaged[bit/8] ^= 1 << (bit % 8)
		noticed := false
		for _, err := range readLines(bytes.NewReader(damaged)) {
			noticed = noticed || err != nil
		}
		briefly := false
		for _, err := range briefs(bytes.NewReader(damaged), 0) {
			briefly = briefly || err != nil
		}
		if !noticed || !briefly {
			t.Fatalf("bit %d of byte %d (%.20q): noticed %v, by the index %v", bit%8, bit/8, whole[bit/8:], noticed, briefly)
		}
	}
}

// What is damaged and still JSON is mended as a line that is none.
func TestLineWithAnotherCheckValueIsMended(t *testing.T) {
	path := filepath.Join(t.TempDir(), "manifest.jsonl")
	add(t, path, doneLine(1), doneLine(2))
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(text, []byte(`"parameters"`), []byte(`"parame|ers"`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := read(path); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("reading: %v", err)
	}
	if _, damage, err := Repair(path); err != nil || !errors.Is(damage, ErrDamaged) {
		t.Errorf("mended with %v, damage %v", err, damage)
	}
	if lines, err := read(path); err != nil || len(lines) != 1 || lines[0].ID != doneLine(2).ID {
		t.Errorf("%+v (%v)", lines, err)
	}
}

// Lines of earlier versions have no check value, and those of later ones may have fields before it.
func TestLinesOfOtherVersionsAreRead(t *testing.T) {
	var text []byte
	old := `{"id":"t01000000000000000000000000000000","sweep":"s","experiment":"APPROXIMATE","seed":1,"parameters":{},` +
		`"state":"failed","run":1,"attempt":1}`
	text = append(text, old+"\n"...)
	text = appendChecked(text, []byte(strings.TrimSuffix(old, "}")+`,"colour":"red"}`))
	n := 0
	for line, err := range readLines(bytes.NewReader(text)) {
		if n++; err != nil || line.Seed != 1 {
			t.Errorf("line %d: %+v (%v)", n, line, err)
		}
	}
	if n != 2 {
		t.Errorf("%d lines", n)
	}
}
