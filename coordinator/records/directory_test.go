package records

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"eisweep/internal/control"
	"eisweep/internal/root"
)

func authorizeWrite() error { return nil }

// earlierRecord is a record as earlier versions wrote it.
const earlierRecord = `{"format":1,"stand":"paused","priority":2,"launched":"2026-11-30T05:00:00Z","epoch":3,"file":{"sha256":"x"}}`

func rootWithEarlier(t *testing.T, names ...string) *root.Root {
	r, err := root.Open(t.TempDir())
	if err == nil {
		err = os.MkdirAll(r.Private(earlierDirectory), 0o700)
	}
	for _, name := range names {
		if err == nil {
			err = os.WriteFile(earlierPath(r, name), []byte(earlierRecord), 0o600)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func expect(t *testing.T, r *root.Root, name string, status control.Status, priority int) {
	t.Helper()
	if s, err := Read(r, name); err != nil || s.Status != status || s.Priority != priority {
		t.Errorf("%s: record %+v, %v; want status %s, priority %d", name, s, err, status, priority)
	}
}

// Records of an earlier version are read where they are, and after they were moved, and after a crash between the two.
func TestEarlierRecordsAreReadAndMoved(t *testing.T) {
	r := rootWithEarlier(t, "one", "two")
	expect(t, r, "one", control.Paused, 2)
	if err := os.MkdirAll(r.Private(directory), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(earlierPath(r, "one"), Path(r, "one")); err != nil { // a crash follows
		t.Fatal(err)
	}
	for range 2 {
		expect(t, r, "one", control.Paused, 2)
		expect(t, r, "two", control.Paused, 2)
		if names, err := Names(r); err != nil || strings.Join(names, " ") != "one two" {
			t.Errorf("names %v, %v", names, err)
		}
		if err := Migrate(r, authorizeWrite); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(r.Private(earlierDirectory)); !os.IsNotExist(err) {
		t.Errorf("the earlier directory: %v", err)
	}
}

// An earlier version has run since the records were moved: the record of the later owner counts, then of the later launch.
func TestTheLaterRecordCounts(t *testing.T) {
	at := time.Date(2026, 11, 30, 5, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		now   Sweep
		later bool
	}{
		"an earlier owner":  {Sweep{Epoch: 2, Launched: at.Add(time.Hour)}, true},
		"a later owner":     {Sweep{Epoch: 4, Launched: at.Add(-time.Hour)}, false},
		"an earlier launch": {Sweep{Epoch: 3, Launched: at.Add(-time.Hour)}, true},
		"the same launch":   {Sweep{Epoch: 3, Launched: at}, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := rootWithEarlier(t, "two")
			test.now.Format, test.now.Status = 1, control.Open
			if err := Write(r, "two", &test.now); err != nil {
				t.Fatal(err)
			}
			if err := Migrate(r, authorizeWrite); err != nil {
				t.Fatal(err)
			}
			if test.later {
				expect(t, r, "two", control.Paused, 2)
			} else {
				expect(t, r, "two", control.Open, 0)
			}
		})
	}
}

// A record that is written has the status under its name, and one that cannot be moved stays where it is read.
func TestARecordThatCannotBeMoved(t *testing.T) {
	r := rootWithEarlier(t, "two")
	if err := os.WriteFile(r.Private(directory), nil, 0o600); err != nil { // no directory can be made
		t.Fatal(err)
	}
	if err := Migrate(r, authorizeWrite); err == nil || !strings.Contains(err.Error(), filepath.Base(earlierDirectory)) {
		t.Errorf("moved into a file: %v", err)
	}
	if _, err := os.Stat(earlierPath(r, "two")); err != nil {
		t.Error(err)
	}
	if err := os.Remove(r.Private(directory)); err != nil {
		t.Fatal(err)
	}
	expect(t, r, "two", control.Paused, 2)
	if err := Write(r, "two", &Sweep{Format: 1, Status: control.Finished}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(Path(r, "two"))
	if err != nil || !strings.Contains(string(text), `"status":"finished"`) || strings.Contains(string(text), "stand") {
		t.Errorf("written: %s, %v", text, err)
	}
}
