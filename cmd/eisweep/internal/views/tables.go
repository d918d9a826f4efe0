package views

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/internal/dashboard"
	"eisweep/sweeps"
)

// tables keeps the task tables of the sweeps that were asked for lately.
type tables struct {
	d *Dashboard

	mu   sync.Mutex
	open map[string]*table
	held map[string]int // how many streams show a sweep, whose table is kept for them
}

// How many tables are kept, and how long nobody need ask for one.
const (
	maxTables     = 8
	tableLifetime = 5 * time.Minute
)

func newTables(d *Dashboard) *tables {
	return &tables{d: d, open: map[string]*table{}, held: map[string]int{}}
}

// errFull refuses another table: making room for it would close one that a stream shows, which would be made again at once.
var errFull = &dashboard.Refusal{
	Code: http.StatusServiceUnavailable, Text: fmt.Sprintf("the tasks of %d other sweeps are shown already", maxTables),
	Remedy: "close another sweep's page, and reload this one",
}

// hold has a sweep's table kept for a stream until release. It does not make the table.
func (x *tables) hold(sweep string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.hasRoom(sweep) {
		return errFull
	}
	x.held[sweep]++
	return nil
}

func (x *tables) release(sweep string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.held[sweep]--; x.held[sweep] <= 0 {
		delete(x.held, sweep)
	}
}

// hasRoom reports whether a sweep's table can be kept without closing one that is held. The lock is held.
func (x *tables) hasRoom(sweep string) bool { return x.held[sweep] > 0 || len(x.held) < maxTables }

// of returns the current table of a sweep.
func (x *tables) of(ctx context.Context, sweep string) (*table, error) {
	if !sweeps.IsName(sweep) {
		return nil, noSweep(sweep)
	}
	t, err := x.get(sweep, time.Now())
	if err != nil {
		return nil, err
	}
	if err := t.update(ctx); err != nil {
		x.mu.Lock()
		defer x.mu.Unlock()
		if x.open[sweep] == t {
			delete(x.open, sweep)
		}
		return nil, err
	}
	return t, nil
}

// having returns an open table that has a task; nil for none.
func (x *tables) having(id sweeps.ID) *table {
	x.mu.Lock()
	open := slices.Collect(maps.Values(x.open))
	x.mu.Unlock()
	for _, t := range open {
		t.mu.Lock()
		_, ok := t.rowOf[id]
		t.mu.Unlock()
		if ok {
			return t
		}
	}
	return nil
}

// stateOf is the state of a task as an open table has it; "" if none does.
func (x *tables) stateOf(id sweeps.ID) string {
	t := x.having(id)
	if t == nil {
		return ""
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if row, ok := t.rowOf[id]; ok {
		return stateNames[t.states[row]]
	}
	return ""
}

// get returns a table, which may have to be made yet, and closes others that no stream shows.
func (x *tables) get(sweep string, now time.Time) (*table, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.hasRoom(sweep) {
		return nil, errFull
	}
	t := x.open[sweep]
	if t == nil {
		t = newTable(x.d, sweep)
		x.open[sweep] = t
	}
	t.used = now
	for name, other := range x.open {
		if x.held[name] == 0 && now.Sub(other.used) > tableLifetime {
			delete(x.open, name)
		}
	}
	for len(x.open) > maxTables {
		oldest := ""
		for name, other := range x.open {
			if name != sweep && x.held[name] == 0 && (oldest == "" || other.used.Before(x.open[oldest].used)) {
				oldest = name
			}
		}
		delete(x.open, oldest)
	}
	return t, nil
}

// tasks answers a request for a table.
func (x *tables) tasks(ctx context.Context, sweep, since string) (*api.Tasks, error) {
	t, err := x.of(ctx, sweep)
	if err != nil {
		return nil, err
	}
	return t.since(since), nil
}
