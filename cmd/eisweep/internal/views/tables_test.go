package views

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"eisweep/cmd/eisweep/internal/views/api"
)

// TestShownTablesAreNeverClosed: pages of more sweeps than tables are kept get the tables in the order in which they were opened, no
// table is made twice, and the last page is refused its table until another one is closed.
func TestShownTablesAreNeverClosed(t *testing.T) {
	d := newTestDashboard(t, new(steered))
	for i := range maxTables + 1 {
		launchedAs(t, d, fmt.Sprintf("s%d", i), axes)
	}
	made := map[string]string{}
	for i := range maxTables {
		name := fmt.Sprintf("s%d", i)
		stream := open(t, d, url.Values{"sweep": {name}}, "")
		next[api.Reset](t, stream, "reset")
		answer, err := d.tables.tasks(t.Context(), name, "")
		if err != nil {
			t.Fatal(err)
		}
		made[name], _, _ = strings.Cut(answer.Revision, "-")
	}
	last := fmt.Sprintf("s%d", maxTables)
	waiting := open(t, d, url.Values{"sweep": {last}}, "")
	next[api.State](t, waiting, "state") // the rest of the page has its data
	if _, err := d.detail(t.Context(), last); err == nil || !strings.Contains(err.Error(), "other sweeps are shown") {
		t.Errorf("one more table: %v", err)
	}
	for name, epoch := range made {
		if answer, err := d.tables.tasks(t.Context(), name, ""); err != nil || !strings.HasPrefix(answer.Revision, epoch+"-") {
			t.Errorf("the table of %s was made again (%v)", name, err)
		}
	}
	d.hub.mu.Lock()
	for r := range d.hub.readers {
		if r.sweep == "s0" {
			d.hub.drop(r)
		}
	}
	d.hub.mu.Unlock()
	if reset := next[api.Reset](t, waiting, "reset"); reset.Sweep != last {
		t.Errorf("after another page was closed, %+v", reset)
	}
}

// TestTablesThatNobodyShowsMakeRoom, the one first that was not asked for longest.
func TestTablesThatNobodyShowsMakeRoom(t *testing.T) {
	x := newTestDashboard(t, new(steered)).tables
	now := time.Now()
	for i := range maxTables + 1 {
		if _, err := x.get(fmt.Sprintf("s%d", i), now.Add(time.Duration(i))); err != nil {
			t.Fatal(err)
		}
	}
	if _, there := x.open["s0"]; there || len(x.open) != maxTables {
		t.Errorf("%d tables are open, the oldest one: %t", len(x.open), there)
	}
}
