package views

import (
	"maps"
	"time"

	"eisweep/cmd/eisweep/internal/inspect"
	"eisweep/internal/control"
	"eisweep/internal/root"
)

// expenses keeps what sweeps have cost, read from their manifests when these have changed, but not too often: a sweep's manifest may be
// large.
type expenses struct {
	root   *root.Root
	known  map[string]expense
	budget time.Time // nothing is read before
}

// expense is the cost of one sweep without the attempts that are running.
type expense struct {
	looked time.Time
	stamp  time.Time // of the manifest
	cost   *inspect.Cost
}

// expenseShare is how many times the duration of a look at a manifest passes before the next.
const expenseShare = 100

func newExpenses(r *root.Root) *expenses { return &expenses{root: r, known: map[string]expense{}} }

// of returns the cost of a sweep until now; nil while it is not known.
func (x *expenses) of(sweep string, running []control.RunningTask, now time.Time) *inspect.Cost {
	if !now.Before(x.budget) && now.Sub(x.known[sweep].looked) >= listInterval {
		x.look(sweep, now)
	}
	known := x.known[sweep].cost
	if known == nil {
		return nil
	}
	cost := *known
	for i := range running {
		if t := &running[i]; t.Sweep == sweep && !t.Since.IsZero() {
			cost.Spent += max(0, now.Sub(t.Since).Seconds())
		}
	}
	return &cost
}

// look reads a manifest if it has changed.
func (x *expenses) look(sweep string, now time.Time) {
	known := x.known[sweep]
	known.looked = now
	if stamp := modified(x.root.Manifest(sweep)); !stamp.Equal(known.stamp) {
		begun := time.Now()
		if cost, err := inspect.ReadCost(x.root, sweep, nil, now); err == nil {
			known.cost = cost
		}
		known.stamp = stamp
		x.budget = now.Add(expenseShare * time.Since(begun))
	}
	x.known[sweep] = known
}

// forget removes the sweeps that are gone.
func (x *expenses) forget(gone func(sweep string) bool) {
	maps.DeleteFunc(x.known, func(name string, _ expense) bool { return gone(name) })
}
