package ledger

import (
	"fmt"
	"time"

	"eisweep/internal/atomicfile"
	"eisweep/internal/manifest"
)

// Written says what a write has done, by sweep.
type Written struct {
	Lines  map[string][]manifest.Line // durable now
	Faults map[string]error           // why lines could not be written, or not be read again
}

// Write makes durable what was added. What cannot be written of a sweep is held back until Release, and everything that is
// added to the sweep until then. authorizeWrite is called before each manifest; its error ends the write, and is returned.
func (l *Ledger) Write(authorizeWrite func() error) (Written, error) {
	done := Written{map[string][]manifest.Line{}, map[string]error{}}
	for sweep, b := range l.lines {
		if l.HoldsBack(sweep) {
			l.keep(sweep, b)
			continue
		}
		if len(b.lines) > 0 {
			if err := authorizeWrite(); err != nil {
				return Written{}, err
			}
		}
		begun := time.Now()
		err := l.writeSweep(sweep, b)
		l.wrote(time.Since(begun))
		if err != nil {
			done.Faults[sweep] = err
			l.keep(sweep, b)
			continue
		}
		done.Lines[sweep] = b.lines
		if err := l.catalog.RefreshSweep(sweep); err != nil {
			done.Faults[sweep] = err
			l.remember(sweep, b.lines)
		}
	}
	clear(l.lines)
	clear(l.results)
	return done, nil
}

// writeSweep makes names and lines of a sweep durable.
func (l *Ledger) writeSweep(sweep string, b *batch) error {
	for dir := range b.dirs {
		if err := atomicfile.SyncDir(dir); err != nil {
			return err
		}
	}
	if len(b.lines) == 0 {
		return nil
	}
	m, err := l.manifests.writer(sweep)
	if err != nil {
		return fmt.Errorf("open manifest of %s: %w", sweep, err)
	}
	if err := m.Append(b.lines...); err != nil {
		return fmt.Errorf("write manifest of %s: %w", sweep, err)
	}
	return nil
}

// CloseIf closes the manifests of the sweeps for which close holds: a root may have more sweeps than a process may have
// open files. A manifest that cannot be closed is logged.
func (l *Ledger) CloseIf(closable func(sweep string) bool) {
	for sweep := range l.manifests.open {
		if !closable(sweep) {
			continue
		}
		if err := l.manifests.close(sweep); err != nil {
			l.log.Warn("close manifest", "sweep", sweep, "error", err)
		}
	}
}

// Close closes a sweep's manifest, if it is open; the next write opens it again.
func (l *Ledger) Close(sweep string) error { return l.manifests.close(sweep) }

// CloseAll closes all manifests.
func (l *Ledger) CloseAll() error { return l.manifests.closeAll() }

// Open counts the open manifests.
func (l *Ledger) Open() int { return len(l.manifests.open) }
