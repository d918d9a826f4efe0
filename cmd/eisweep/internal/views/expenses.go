package views

import (
	"maps"
	"os"
	"time"

	"eisweep/cmd/eisweep/internal/inspect"
	"eisweep/internal/root"
)

// expenses keeps what sweeps have cost: their manifests are read once, and then what is added to them.
type expenses struct {
	root  *root.Root
	known map[string]*expense
}

// expense is the cost of one sweep without the attempts that are running.
type expense struct {
	was    os.FileInfo         // the manifest at the last look; nil if there was none
	reader *inspect.CostReader // nil for a sweep that has not changed for long
	cost   *inspect.Cost       // nil while it is not known; replaced, never changed
}

// quiet is how long a manifest must not have changed until the numbers of its single runs are forgotten.
const quiet = time.Minute

func newExpenses(r *root.Root) *expenses { return &expenses{root: r, known: map[string]*expense{}} }

// look reads what was added to the manifest of a sweep.
func (x *expenses) look(sweep string, now time.Time) { x.lookWithin(sweep, now, -1) }

// lookWithin is look, unless that would read more than so many bytes; -1: any number. It returns how many it has read.
func (x *expenses) lookWithin(sweep string, now time.Time, most int64) int64 {
	e := x.known[sweep]
	if e == nil {
		e = &expense{}
		x.known[sweep] = e
	}
	return e.look(x.root.Manifest(sweep), now, most)
}

// all are the costs that are known.
func (x *expenses) all() map[string]*inspect.Cost {
	out := make(map[string]*inspect.Cost, len(x.known))
	for sweep, e := range x.known {
		if e.cost != nil {
			out[sweep] = e.cost
		}
	}
	return out
}

// look reads what was added to a manifest, or all of one that was replaced.
func (e *expense) look(path string, now time.Time, most int64) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	was := e.was
	isQuiet := now.Sub(info.ModTime()) > quiet
	if was != nil && os.SameFile(was, info) && info.Size() == was.Size() {
		if isQuiet {
			e.reader = nil
		}
		return 0
	}
	reader := e.reader
	if reader == nil || was == nil || !os.SameFile(was, info) || info.Size() < reader.End() {
		reader = new(inspect.CostReader)
	}
	begin := reader.End()
	if most >= 0 && info.Size()-begin > most {
		return 0
	}
	e.was, e.reader = info, reader
	if reader.Read(path) == nil {
		e.cost = reader.Cost()
	}
	if isQuiet {
		e.reader = nil
	}
	return reader.End() - begin
}

// forget removes the sweeps that are gone.
func (x *expenses) forget(gone func(sweep string) bool) {
	maps.DeleteFunc(x.known, func(name string, _ *expense) bool { return gone(name) })
}
