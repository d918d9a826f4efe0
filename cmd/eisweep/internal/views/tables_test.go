package views

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"eisweep/cmd/eisweep/internal/views/api"
)

// axesRows is how many tasks a sweep of axes has.
const axesRows = 8

// TestShownTablesAreNeverClosed: pages of more tasks than tables may have get the tables in the order in which they were opened, no
// table is made twice, and the last page is refused its table until another one is closed.
func TestShownTablesAreNeverClosed(t *testing.T) {
	d := newTestDashboard(t, new(steered))
	d.tables.most = 2 * (axesRows + tableRows)
	for i := range 3 {
		launchedAs(t, d, fmt.Sprintf("s%d", i), axes)
	}
	made := map[string]string{}
	for i := range 2 {
		name := fmt.Sprintf("s%d", i)
		stream := open(t, d, url.Values{"sweep": {name}}, "")
		next[api.Reset](t, stream, "reset")
		answer, err := d.tables.tasks(t.Context(), name, "")
		if err != nil {
			t.Fatal(err)
		}
		made[name], _, _ = strings.Cut(answer.Revision, "-")
	}
	waiting := open(t, d, url.Values{"sweep": {"s2"}}, "")
	next[api.State](t, waiting, "state") // the rest of the page has its data
	for range 2 {                        // by its number of tasks, then because that is known
		if _, err := d.detail(t.Context(), "s2"); err == nil || !strings.Contains(err.Error(), "other sweeps show too many tasks") {
			t.Errorf("one more table: %v", err)
		}
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
	if reset := next[api.Reset](t, waiting, "reset"); reset.Sweep != "s2" {
		t.Errorf("after another page was closed, %+v", reset)
	}
}

// TestTablesThatNobodyShowsMakeRoom, the one first that was not asked for longest. One that is too large by itself closes none.
func TestTablesThatNobodyShowsMakeRoom(t *testing.T) {
	d := newTestDashboard(t, new(steered))
	x := d.tables
	x.most = 2 * (axesRows + tableRows)
	for i := range 3 {
		name := fmt.Sprintf("s%d", i)
		launchedAs(t, d, name, axes)
		if _, err := x.of(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	if _, there := x.open["s0"]; there || len(x.open) != 2 {
		t.Errorf("%d tables are open, the oldest one: %t", len(x.open), there)
	}
	launchedAs(t, d, "large", strings.Replace(axes, "[1, 2]", "{ first = 1, count = 2000 }", 1))
	if _, err := x.of(t.Context(), "large"); err == nil || !strings.Contains(err.Error(), "more tasks than a page shows") {
		t.Errorf("a table that is too large: %v", err)
	}
	if _, there := x.open["s2"]; !there {
		t.Error("it has closed another one")
	}
}
