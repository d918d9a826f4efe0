package views

import (
	"maps"
	"os"
	"time"

	"eisweep/cmd/eisweep/internal/inspect"
	"eisweep/internal/control"
	"eisweep/internal/root"
)

// expenses keeps what sweeps have cost: their manifests are read once, and then what is added to them.
type expenses struct {
	root  *root.Root
	known map[string]*expense
}

// expense is the cost of one sweep without the attempts that are running.
type expense struct {
	looked time.Time
	was    os.FileInfo         // the manifest at the last look; nil if there was none
	reader *inspect.CostReader // nil for a sweep that has not changed for long
	cost   *inspect.Cost       // nil while it is not known
}

// quiet is how long a manifest must not have changed until the numbers of its single runs are forgotten.
const quiet = time.Minute

func newExpenses(r *root.Root) *expenses { return &expenses{root: r, known: map[string]*expense{}} }

// of returns the cost of a sweep until now; nil while it is not known.
func (x *expenses) of(sweep string, running []control.RunningTask, now time.Time) *inspect.Cost {
	e := x.known[sweep]
	if e == nil {
		e = &expense{}
		x.known[sweep] = e
	}
	if now.Sub(e.looked) >= listInterval {
		e.looked = now
		e.look(x.root.Manifest(sweep), now)
	}
	if e.cost == nil {
		return nil
	}
	cost := *e.cost
	e.reader.AddRunning(&cost, sweep, running, now)
	return &cost
}

// look reads what was added to a manifest, or all of one that was replaced.
func (e *expense) look(path string, now time.Time) {
	info, err := os.Stat(path)
	if err != nil {
		return
	}
	was := e.was
	e.was = info
	if was != nil && os.SameFile(was, info) && info.Size() == was.Size() {
		if now.Sub(info.ModTime()) > quiet {
			e.reader = nil
		}
		return
	}
	if e.reader == nil || was == nil || !os.SameFile(was, info) || info.Size() < e.reader.End() {
		e.reader = new(inspect.CostReader)
	}
	if e.reader.Read(path) == nil {
		e.cost = e.reader.Cost()
	}
}

// forget removes the sweeps that are gone.
func (x *expenses) forget(gone func(sweep string) bool) {
	maps.DeleteFunc(x.known, func(name string, _ *expense) bool { return gone(name) })
}
