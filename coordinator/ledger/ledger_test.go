package ledger

import (
	"errors"
	"log/slog"
	"os"
	"slices"
	"testing"
	"time"

	"eisweep/coordinator/catalog"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

func newLedger(t *testing.T) (*Ledger, *root.Root) {
	t.Helper()
	r, err := root.Open(t.TempDir())
	for _, sweep := range []string{"one", "two", "other"} {
		if err == nil {
			err = os.Mkdir(r.SweepDir(sweep), 0o700)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	l := New(r, catalog.NewForOwner(r), slog.New(slog.DiscardHandler), func(time.Duration) {})
	t.Cleanup(func() {
		if err := l.CloseAll(); err != nil {
			t.Error(err)
		}
	})
	return l, r
}

func line(id byte) manifest.Line {
	return manifest.Line{ID: sweeps.ID{id}, Sweep: "two", State: manifest.Done, Run: 1, File: string('a'+rune(id)) + ".h5"}
}

func allowed() error { return nil }

func write(t *testing.T, l *Ledger) Written {
	t.Helper()
	w, err := l.Write(allowed)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// recorded are the tasks that a sweep's manifest has, in order.
func recorded(t *testing.T, r *root.Root, sweep string) (ids []byte) {
	t.Helper()
	for l, err := range manifest.Read(r.Manifest(sweep)) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, l.ID[0])
	}
	return ids
}

// Lines that cannot be written are held back, with everything that is added later, and come first once they are released.
func TestLinesKeepTheirOrderAfterAFault(t *testing.T) {
	l, r := newLedger(t)
	l.Add("two", line(1))
	if w := write(t, l); len(w.Lines["two"]) != 1 || len(w.Faults) > 0 || l.HoldsBack("two") || !l.IsEmpty() {
		t.Fatalf("written %+v", w)
	}
	if err := errors.Join(l.Close("two"), os.Rename(r.Manifest("two"), r.Manifest("two")+".away"), os.Mkdir(r.Manifest("two"),
		0o700)); err != nil {
		t.Fatal(err)
	}
	l.Add("two", line(2))
	l.Add("other", line(2))
	if w := write(t, l); w.Faults["two"] == nil || len(w.Lines["other"]) != 1 || !l.HoldsBack("two") || l.HoldsBack("other") {
		t.Fatalf("written %+v", w)
	}
	if err := errors.Join(os.Remove(r.Manifest("two")), os.Rename(r.Manifest("two")+".away", r.Manifest("two"))); err != nil {
		t.Fatal(err)
	}
	l.Add("two", line(3))
	if w := write(t, l); len(w.Lines) > 0 || len(recorded(t, r, "two")) != 1 {
		t.Errorf("lines were written before those that are held back: %+v", w)
	}
	if e := l.Find(sweeps.ID{3}); e == nil || e.Sweep != "two" {
		t.Errorf("a result that is held back is not found: %+v", e)
	}
	l.Add("two", line(4))
	if unwritten := l.Unwritten("two"); len(unwritten) != 3 || unwritten[2].ID[0] != 4 {
		t.Errorf("unwritten are %+v", unwritten)
	}
	l.Release("two")
	if w := write(t, l); len(w.Lines["two"]) != 3 || l.HoldsBack("two") {
		t.Errorf("written %+v", w)
	}
	if ids := recorded(t, r, "two"); !slices.Equal(ids, []byte{1, 2, 3, 4}) {
		t.Errorf("the manifest has the tasks %v", ids)
	}
	if err := l.Reread("two"); err != nil || l.Find(sweeps.ID{3}) != nil {
		t.Errorf("the ledger keeps a result that the catalog has (%v)", err)
	}
}

// Nothing is written to a root that is another's by now.
func TestNothingIsWrittenWithoutPermission(t *testing.T) {
	l, r := newLedger(t)
	lost := errors.New("the root is lost")
	l.Add("two", line(1))
	if _, err := l.Write(func() error { return lost }); !errors.Is(err, lost) {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(r.Manifest("two")); !os.IsNotExist(err) {
		t.Errorf("the manifest: %v", err)
	}
}

// A manifest is closed when it is not needed, and opened again for the next line.
func TestManifestsAreClosed(t *testing.T) {
	l, r := newLedger(t)
	for i, sweep := range []string{"one", "two", "one"} {
		l.Add(sweep, line(byte(i+1)))
		write(t, l)
		l.CloseIf(func(name string) bool { return name == "one" })
		if n := l.Open(); n > 1 {
			t.Errorf("%d manifests are open", n)
		}
	}
	if ids := recorded(t, r, "one"); !slices.Equal(ids, []byte{1, 3}) {
		t.Errorf("the manifest has the tasks %v", ids)
	}
}
