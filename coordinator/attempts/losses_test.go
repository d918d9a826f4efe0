package attempts

import (
	"os"
	"strings"
	"testing"

	"eisweep/internal/protocol"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// TestLossesThatWereCutShort reads a record whose last line a crash has cut, and adds to it.
func TestLossesThatWereCutShort(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	lines := func() []string {
		t.Helper()
		text, err := os.ReadFile(r.Private("losses.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		return strings.FieldsFunc(string(text), func(c rune) bool { return c == '\n' })
	}
	settled := func(sweeps.ID, int) bool { return false }
	l, err := readLosses(r, settled)
	if err != nil {
		t.Fatal(err)
	}
	one := loss{ID: sweeps.ID{1}, Run: 1, Token: "a", Class: protocol.Lost}
	if err := l.add(one); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(l.path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"id":"t0`); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	two := one
	two.Token = "b"
	if err := l.add(two); err != nil {
		t.Fatal(err)
	}
	again, err := readLosses(r, settled)
	if err != nil || again.of(run{one.ID, 1}) != 2 {
		t.Errorf("%d are read: %v", again.of(run{one.ID, 1}), err)
	}
	if text := lines(); len(text) != 2 {
		t.Errorf("the file has %q", text)
	}
	if again, err = readLosses(r, func(sweeps.ID, int) bool { return true }); err != nil || again.of(run{one.ID, 1}) != 0 ||
		len(lines()) != 0 {
		t.Errorf("%d are left of what is settled: %v", again.of(run{one.ID, 1}), err)
	}
}
