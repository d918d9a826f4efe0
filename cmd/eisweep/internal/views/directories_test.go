package views

import (
	"fmt"
	"os"
	"testing"

	"eisweep/coordinator/records"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
)

// TestManifestsOfFinishedSweepsAreReadLittleByLittle: the first look has the counts of all finished sweeps from their records, and what
// one of them has cost; each further one adds others. A sweep without counts in its record is read later, unless a page shows it.
func TestManifestsOfFinishedSweepsAreReadLittleByLittle(t *testing.T) {
	const finished = 4
	d := newTestDashboard(t, new(steered)).directories
	for i := range finished {
		name := fmt.Sprintf("s%d", i)
		size := withManifest(t, d, name)
		record := records.Sweep{Format: 1, Status: control.Finished, Settled: &records.Settled{Tasks: 9, Done: 7, Failed: 2, Manifest: size}}
		if err := records.Write(d.root, name, &record); err != nil {
			t.Fatal(err)
		}
		d.most = size // of one manifest
	}
	withManifest(t, d, "zz")
	var last findings
	look := func(shown ...string) (costs int) {
		t.Helper()
		if err := d.look(t.Context(), nil, shown, func(found findings) { last = found }); err != nil {
			t.Fatal(err)
		}
		for _, row := range last.rows {
			if row.Cost != nil {
				costs++
			}
		}
		return costs
	}
	if n := look(); n != 0 || last.unread != 0 { // the first manifest is that of the sweep without counts
		t.Errorf("the first look has %d costs, and %d unread sweeps", n, last.unread)
	}
	if row := last.rows["s3"]; row.Tasks != 9 || row.Done != 7 || row.Failed != 2 || row.Status != control.Finished || row.Unread {
		t.Errorf("a finished sweep is %+v", row)
	}
	for n := range finished {
		if costs := look(); costs != n+1 {
			t.Errorf("look %d has %d costs, want %d", n+2, costs, n+1)
		}
	}
	withManifest(t, d, "yy")
	d.most = 1
	if look("yy"); last.rows["yy"].Cost == nil || last.rows["yy"].Unread || last.rows["yy"].Tasks != 2 {
		t.Errorf("a sweep that is shown is %+v", last.rows["yy"])
	}
	withManifest(t, d, "first")
	withManifest(t, d, "later")
	if look(); last.unread != 1 || last.rows["first"].Unread || !last.rows["later"].Unread {
		t.Errorf("%d are unread: %+v, %+v", last.unread, last.rows["first"], last.rows["later"])
	}
	if look(); last.unread != 0 || last.rows["later"].Unread {
		t.Errorf("%d are unread at last: %+v", last.unread, last.rows["later"])
	}
	if err := os.RemoveAll(d.root.SweepDir("later")); err != nil {
		t.Fatal(err)
	}
	if look(); last.rows["later"] != nil {
		t.Errorf("a sweep that is gone is %+v", last.rows["later"])
	}
}

// withManifest makes a sweep of two tasks, one of which has failed, and returns the size of its manifest.
func withManifest(t *testing.T, d *directories, name string) int64 {
	t.Helper()
	if err := os.MkdirAll(d.root.SweepDir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	text := fmt.Appendf(nil, "name = %q\nexperiment = \"APPROXIMATE\"\nseeds = [1, 2]\n", name)
	if err := os.WriteFile(d.root.SweepFile(name), text, 0o644); err != nil {
		t.Fatal(err)
	}
	w, err := manifest.Open(d.root.Manifest(name))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Append(manifest.Line{ID: [16]byte{1}, State: manifest.Failed, Class: "lost", Attempt: 1, Seconds: 3}); err != nil {
		t.Fatal(err)
	}
	_, size := modifiedAndSize(d.root.Manifest(name))
	return size
}
