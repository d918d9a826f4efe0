package views

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/internal/dashboard"
	"eisweep/sweeps"
)

// tables keeps the task tables of the sweeps that were asked for lately, as long as they have not too many rows together.
type tables struct {
	d    *Dashboard
	most int // rows

	mu   sync.Mutex
	open map[string]*table
	held map[string]int // how many streams show a sweep, whose table is kept for them
}

// Of how many rows tables are kept together, what a table counts for besides, and how long nobody need ask for one. A row takes some
// 200 bytes.
const (
	mostRows      = 2_000_000
	tableRows     = 1000
	tableLifetime = 5 * time.Minute
)

func newTables(d *Dashboard) *tables {
	return &tables{d: d, most: mostRows, open: map[string]*table{}, held: map[string]int{}}
}

// errFull refuses another table: making room for it would close one that a stream shows, which would be made again at once.
var errFull = &dashboard.Refusal{
	Code: http.StatusServiceUnavailable, Text: "pages of other sweeps show too many tasks already",
	Remedy: "close another sweep's page, and reload this one",
}

// errLarge refuses a table that is too large, whatever else is shown.
var errLarge = &dashboard.Refusal{
	Code: http.StatusServiceUnavailable, Text: "the sweep has more tasks than a page shows", Remedy: "eisweep tasks, with --state",
}

// hold has a sweep's table kept for a stream until release. It does not make the table.
func (x *tables) hold(sweep string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.held[sweep]++
}

func (x *tables) release(sweep string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.held[sweep]--; x.held[sweep] <= 0 {
		delete(x.held, sweep)
	}
}

// of returns the table of a sweep, current unless storage does not answer in time.
func (x *tables) of(ctx context.Context, sweep string) (*table, error) {
	return x.within(ctx, sweep, patience)
}

// within is of with another patience.
func (x *tables) within(ctx context.Context, sweep string, patience time.Duration) (*table, error) {
	if !sweeps.IsName(sweep) {
		return nil, noSweep(sweep)
	}
	t, err := x.get(sweep, time.Now())
	if err != nil {
		return nil, err
	}
	err = t.refresh(ctx, patience)
	if err == nil {
		return t, nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.open[sweep] == t && !t.isMade() && t.needed == 0 && len(t.turn) == 0 {
		delete(x.open, sweep)
	}
	return nil, err
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

// get returns a table, which may have to be made yet, and closes others that nobody asks for.
func (x *tables) get(sweep string, now time.Time) (*table, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for name, other := range x.open {
		if name != sweep && x.held[name] == 0 && now.Sub(other.used) > tableLifetime {
			delete(x.open, name)
		}
	}
	t := x.open[sweep]
	if t == nil {
		t = newTable(x.d, sweep)
		x.open[sweep] = t
	}
	t.used = now
	if t.needed > 0 && x.shownBesides(t)+t.needed > x.most {
		return nil, errFull
	}
	return t, nil
}

// shownBesides is what the tables that streams show count for, without one. The lock is held.
func (x *tables) shownBesides(t *table) (size int) {
	for name, other := range x.open {
		if other != t && x.held[name] > 0 {
			size += other.size
		}
	}
	return size
}

// admit makes room for a table of so many rows, or refuses it. It closes tables that no stream shows, first the one that was not asked
// for longest.
func (x *tables) admit(t *table, rows int) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	size := rows + tableRows
	t.size, t.needed = 0, size
	switch shown := x.shownBesides(t); {
	case size > x.most:
		t.needed = 0
		return errLarge
	case shown+size > x.most:
		return errFull
	}
	t.size, t.needed = size, 0
	for x.total() > x.most {
		oldest := ""
		for name, other := range x.open {
			if other != t && x.held[name] == 0 && other.size > 0 && (oldest == "" || other.used.Before(x.open[oldest].used)) {
				oldest = name
			}
		}
		delete(x.open, oldest)
	}
	return nil
}

// total is what all tables count for. The lock is held.
func (x *tables) total() (size int) {
	for _, t := range x.open {
		size += t.size
	}
	return size
}

// tasks answers a request for a table.
func (x *tables) tasks(ctx context.Context, sweep, since string) (*api.Tasks, error) {
	t, err := x.of(ctx, sweep)
	if err != nil {
		return nil, err
	}
	return t.since(since), nil
}
