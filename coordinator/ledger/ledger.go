package ledger

import (
	"log/slog"
	"maps"
	"slices"
	"time"

	"eisweep/coordinator/catalog"
	"eisweep/internal/manifest"
	"eisweep/internal/queue"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Ledger gathers lines of manifests and makes them durable. The coordinator's lock is held during every call.
type Ledger struct {
	root      *root.Root
	catalog   *catalog.Catalog
	log       *slog.Logger
	wrote     func(time.Duration) // is called with how long each durable write took
	manifests manifests

	lines    map[string]*batch                       // by sweep: to be written next
	kept     map[string]*batch                       // by sweep: could not be written
	results  map[sweeps.ID]*catalog.Entry            // named by lines to be written next
	unread   map[string]map[sweeps.ID]*catalog.Entry // by sweep: named by lines that the catalog has not read
	placed   []Placed                                // to be acknowledged after the next write
	withheld map[placedRun]Placed                    // to be acknowledged once the lines in kept are written
	last     *queue.OutcomeDelivery                  // acknowledged; nil: none yet
}

// batch is what is to be made durable of one sweep: first the names in its directories, then the lines that refer to them.
type batch struct {
	dirs  map[string]bool
	lines []manifest.Line
}

// New makes an empty ledger of a root. wrote is called with how long each durable write took.
func New(r *root.Root, c *catalog.Catalog, log *slog.Logger, wrote func(time.Duration)) *Ledger {
	return &Ledger{root: r, catalog: c, log: log, wrote: wrote,
		manifests: manifests{r, log, map[string]*manifest.Writer{}}, lines: map[string]*batch{},
		kept: map[string]*batch{}, results: map[sweeps.ID]*catalog.Entry{}, unread: map[string]map[sweeps.ID]*catalog.Entry{},
		withheld: map[placedRun]Placed{}}
}

// Add has a line written to a sweep's manifest.
func (l *Ledger) Add(sweep string, line manifest.Line) {
	b := l.batch(sweep)
	b.lines = append(b.lines, line)
	if line.State == manifest.Failed {
		return
	}
	b.dirs[l.root.SweepDir(sweep)] = true
	if l.results[line.ID] == nil {
		l.results[line.ID] = &catalog.Entry{Sweep: sweep, Line: line}
	}
}

func (l *Ledger) batch(sweep string) *batch {
	if l.lines[sweep] == nil {
		l.lines[sweep] = &batch{dirs: map[string]bool{}}
	}
	return l.lines[sweep]
}

// IsEmpty reports whether there is nothing to write, apart from what could not be written.
func (l *Ledger) IsEmpty() bool { return len(l.lines) == 0 }

// HoldsBack reports whether lines of a sweep could not be written: the manifest can have no other lines before them.
func (l *Ledger) HoldsBack(sweep string) bool { return l.kept[sweep] != nil }

// Unwritten are the lines of a sweep that are about to be written, in order.
func (l *Ledger) Unwritten(sweep string) (out []manifest.Line) {
	for _, b := range []*batch{l.kept[sweep], l.lines[sweep]} {
		if b != nil {
			out = append(out, b.lines...)
		}
	}
	return out
}

// Find returns a result of a task that the catalog may not have read yet; nil if there is none.
func (l *Ledger) Find(id sweeps.ID) *catalog.Entry {
	if e := l.results[id]; e != nil {
		return e
	}
	for _, results := range l.unread {
		if e := results[id]; e != nil {
			return e
		}
	}
	return nil
}

// Release puts what could not be written of a sweep before what is to be written next.
func (l *Ledger) Release(sweep string) {
	kept := l.kept[sweep]
	if kept == nil {
		return
	}
	delete(l.kept, sweep)
	b := l.batch(sweep)
	b.lines = slices.Concat(kept.lines, b.lines)
	maps.Copy(b.dirs, kept.dirs)
}

// keep holds back what could not be written.
func (l *Ledger) keep(sweep string, b *batch) {
	kept := l.kept[sweep]
	if kept == nil {
		kept = &batch{dirs: map[string]bool{}}
		l.kept[sweep] = kept
	}
	kept.lines = append(kept.lines, b.lines...)
	maps.Copy(kept.dirs, b.dirs)
	l.remember(sweep, b.lines)
}

// remember keeps results that the catalog does not have.
func (l *Ledger) remember(sweep string, lines []manifest.Line) {
	if l.unread[sweep] == nil {
		l.unread[sweep] = map[sweeps.ID]*catalog.Entry{}
	}
	for _, line := range lines {
		if line.State != manifest.Failed {
			l.unread[sweep][line.ID] = &catalog.Entry{Sweep: sweep, Line: line}
		}
	}
}

// Reread has the catalog read what was written of a sweep. The error is the catalog's.
func (l *Ledger) Reread(sweep string) error {
	err := l.catalog.RefreshSweep(sweep)
	if err == nil {
		delete(l.unread, sweep)
	}
	return err
}
