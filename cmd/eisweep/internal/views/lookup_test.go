package views

import (
	"context"
	"errors"
	"strings"
	"testing"

	"eisweep/internal/manifest"
	"eisweep/sweeps"
)

// TestATaskIsLookedForWithoutTables: an id that no sweep has opens no table; a task that has run or has not run is found by its id alone,
// and only its own sweep's table is opened.
func TestATaskIsLookedForWithoutTables(t *testing.T) {
	d := newTestDashboard(t, new(steered))
	launchedAs(t, d, "a", axes)
	b := launchedAs(t, d, "b", strings.Replace(axes, "[1, 2]", "[3, 4]", 1))
	if _, err := d.find(t.Context(), sweeps.ID{1}, ""); err == nil || len(d.tables.open) != 0 {
		t.Errorf("an id that there is not opened %d tables (%v)", len(d.tables.open), err)
	}
	if sweep, err := d.sweepOf(t.Context(), b[5].ID); err != nil || sweep != "b" || len(d.tables.open) != 0 {
		t.Errorf("a task that has not run is of %q (%v)", sweep, err)
	}
	w, err := manifest.Open(d.Root.Manifest("a"))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Append(manifest.Line{ID: sweeps.ID{2}, State: manifest.Failed, Class: "lost", Attempt: 1}); err != nil {
		t.Fatal(err)
	}
	if sweep, err := d.sweepOf(t.Context(), sweeps.ID{2}); err != nil || sweep != "a" {
		t.Errorf("a task of a manifest is of %q (%v)", sweep, err)
	}
	d.lookups <- struct{}{} // another request looks for a task
	ended, end := context.WithCancel(t.Context())
	end()
	if sweep, err := d.sweepOf(ended, sweeps.ID{2}); !errors.Is(err, context.Canceled) {
		t.Errorf("a second request finds %q at the same time (%v)", sweep, err)
	}
	<-d.lookups
	if k, err := d.find(t.Context(), b[5].ID, ""); err != nil || k.sweep != "b" || len(d.tables.open) != 1 {
		t.Errorf("it is found as %+v with %d tables (%v)", k, len(d.tables.open), err)
	}
}
