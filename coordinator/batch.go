package coordinator

import (
	"encoding/json"
	"fmt"
	"os"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/lifecycle"
	"eisweep/internal/atomicfile"
	"eisweep/internal/manifest"
	"eisweep/sweeps"
)

// batch gathers what is made durable together.
type batch struct {
	writes   map[string]*writing // by sweep
	outcomes []settled
	done     map[sweeps.ID]*catalog.Entry // the lines of results among the writes
	settled  []string                     // sweeps whose last line is among the writes
	reopened []string                     // finished sweeps of which a task is executed again
	next     []lifecycle.Command          // to be carried out when all this is durable
	renamed  map[sweeps.ID]bool           // results that the lines give another name
}

// writing is what is to be made durable of one sweep: first the names in its folders, then the lines that refer
// to them.
type writing struct {
	folders map[string]bool
	lines   []manifest.Line
}

// of returns what is to be written of a sweep.
func (b *batch) of(sweep string) *writing {
	if b.writes == nil {
		b.writes = map[string]*writing{}
	}
	if b.writes[sweep] == nil {
		b.writes[sweep] = &writing{folders: map[string]bool{}}
	}
	return b.writes[sweep]
}

// flush makes the batch durable: first the names, then the manifests that refer to them. Then it acknowledges
// outcomes and finishes sweeps, which a restart no longer looks at. If something of a sweep cannot be written,
// that is a fault of that sweep. flush may release the lock for a while before it does anything.
func (k *Coordinator) flush() {
	for k.flushOnce(); k.failure == nil && len(k.batch.next)+len(k.batch.renamed) > 0; k.flushOnce() {
		next, renamed := k.batch.next, k.batch.renamed
		k.batch.next, k.batch.renamed = nil, nil
		if len(renamed) > 0 {
			k.step(lifecycle.ResultsRenamed{IDs: renamed})
		}
		for _, c := range next {
			k.do(k.stillMeant(c))
		}
	}
}

func (k *Coordinator) flushOnce() {
	k.faults.takePending(&k.batch)
	if len(k.batch.writes) > 0 && !k.ownsRoot() {
		if err := k.checkOwnership(k.unattended); err != nil {
			k.fail(err)
		}
	}
	written := k.write()
	if k.failure != nil {
		return
	}
	k.acknowledge()
	for _, sweep := range k.batch.reopened {
		if err := k.writeStanding(sweep, k.standing(k.sweep(sweep))); err != nil {
			k.config.Log.Warn("a task of a finished sweep runs again, but a restart would not resume the sweep", "error", err)
		}
	}
	for _, sweep := range k.batch.settled {
		if f := k.faults.list[sweep]; f != nil {
			f.finish = true
			continue
		}
		k.finish(sweep)
	}
	k.recover()
	for sweep, w := range written {
		k.tell(sweep, w.lines)
	}
	k.closeFinished()
	k.batch = batch{next: k.batch.next, renamed: k.batch.renamed}
	k.announce()
}

// closeFinished closes the manifests of sweeps that are finished: a root may have more of them than a process may have
// open files.
func (k *Coordinator) closeFinished() {
	for name := range k.manifests.open {
		if k.machine.Status(name) != "" && !k.machine.IsFinished(name) {
			continue
		}
		if err := k.manifests.close(name); err != nil {
			k.config.Log.Warn("close manifest", "sweep", name, "error", err)
		}
	}
}

// write writes what is due of every sweep, and returns what is durable then.
func (k *Coordinator) write() map[string]*writing {
	written := map[string]*writing{}
	for sweep, w := range k.batch.writes {
		if k.failure != nil {
			return nil
		}
		if f := k.faults.list[sweep]; f.holdsBack() {
			f.keep(w)
			continue
		}
		if err := k.writeOne(sweep, w); err != nil {
			if k.failure == nil {
				k.faults.report(sweep, err, true).keep(w)
			}
			continue
		}
		written[sweep] = w
		if err := k.catalog.RefreshSweep(sweep); err != nil {
			k.faults.report(sweep, err, true).know(w.lines)
		}
	}
	return written
}

// writeOne makes names and lines of a sweep durable.
func (k *Coordinator) writeOne(sweep string, w *writing) error {
	for dir := range w.folders {
		if err := atomicfile.SyncDir(dir); err != nil {
			return err
		}
	}
	if len(w.lines) == 0 {
		return nil
	}
	if err := k.requireOwnership(); err != nil {
		k.fail(err)
		return err
	}
	m, err := k.manifests.writer(sweep)
	if err != nil {
		return fmt.Errorf("open manifest of %s: %w", sweep, err)
	}
	if err := m.Append(w.lines...); err != nil {
		return fmt.Errorf("write manifest of %s: %w", sweep, err)
	}
	return nil
}

// acknowledge acknowledges the outcomes whose lines are all durable.
func (k *Coordinator) acknowledge() {
	unwritten := k.faults.unwritten()
	list := k.batch.outcomes
	for o, s := range k.withheld {
		if !unwritten[o.ID] {
			list = append(list, s)
			delete(k.withheld, o)
		}
	}
	for _, s := range list {
		o := &s.delivery.Outcome
		if unwritten[o.ID] {
			k.withheld[runKey{o.ID, o.Run}] = s
			continue
		}
		if err := s.delivery.Ack(); err != nil {
			k.config.Log.Warn("acknowledge outcome", "task", o.ID, "error", err)
		} else {
			k.acknowledged = &s.delivery
		}
		if err := os.Remove(s.incoming); err != nil && !os.IsNotExist(err) {
			k.config.Log.Warn("remove placed file from incoming", "error", err)
		}
	}
}

// tell publishes what was written to the followers of a sweep.
func (k *Coordinator) tell(sweep string, lines []manifest.Line) {
	for _, l := range lines {
		if k.config.Noted != nil {
			k.config.Noted(l)
		}
		if k.config.Exclusive {
			continue
		}
		text, err := json.Marshal(l)
		if err != nil {
			k.config.Log.Warn("publish manifest line", "task", l.ID, "error", err)
			continue
		}
		k.config.Queue.PublishUpdate(sweep, text)
	}
}

// note adds a line to the batch.
func (k *Coordinator) note(sweep string, l manifest.Line) {
	w := k.batch.of(sweep)
	w.lines = append(w.lines, l)
	if l.State == manifest.Failed {
		return
	}
	w.folders[k.config.Root.SweepDir(sweep)] = true
	if k.batch.done == nil {
		k.batch.done = map[sweeps.ID]*catalog.Entry{}
	}
	if k.batch.done[l.ID] == nil {
		k.batch.done[l.ID] = &catalog.Entry{Sweep: sweep, Line: l}
	}
}
