package coordinator

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"eisweep/internal/folder"
	"eisweep/internal/queue"
	"eisweep/internal/results"
	"eisweep/sweeps"
)

// batch gathers what is made durable together.
type batch struct {
	lines   map[string][]results.Line // by sweep
	folders map[string]bool           // with new names in them
	acks    []queue.OutcomeDelivery
	remove  []string               // names in incoming/
	done    map[sweeps.ID]*located // the lines of results among lines
	settled []string               // sweeps whose last line is among lines
}

// flush makes the batch durable: first the names, then the manifests that speak
// of them, then the queue is told that the outcomes are dealt with, and sweeps are
// finished, which a restart doesn't look at any more. It may let go of the
// lock for a while before it does anything.
func (k *Coordinator) flush() {
	if len(k.batch.lines) > 0 && !k.isOurs(time.Now()) {
		if err := k.ascertain(k.asking); err != nil {
			k.fail(err)
		}
	}
	for dir := range k.batch.folders {
		if err := folder.Sync(dir); err != nil {
			k.fail(err)
		}
	}
	for sweep, lines := range k.batch.lines {
		if k.failure == nil {
			k.append(sweep, lines)
		}
	}
	if k.failure != nil {
		return
	}
	for _, d := range k.batch.acks {
		if err := d.Ack(); err != nil {
			k.config.Log.Warn("acknowledge outcome", "task", d.Outcome.ID, "error", err)
		}
	}
	for _, path := range k.batch.remove {
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			k.config.Log.Warn("remove placed file from incoming", "error", err)
		}
	}
	for _, sweep := range k.batch.settled {
		k.finish(sweep)
	}
	for sweep, lines := range k.batch.lines {
		k.tell(sweep, lines)
	}
	k.batch = batch{}
	k.announce()
	k.offers.ask()
}

// tell says what was written, to those who follow a sweep.
func (k *Coordinator) tell(sweep string, lines []results.Line) {
	for _, l := range lines {
		if k.config.Noted != nil {
			k.config.Noted(l)
		}
		if k.config.Exclusive {
			continue
		}
		text, err := json.Marshal(l)
		if err != nil {
			k.config.Log.Warn("tell of a line", "task", l.ID, "error", err)
			continue
		}
		k.config.Queue.PublishNote(sweep, text)
	}
}

// append writes lines to a sweep's manifest.
func (k *Coordinator) append(sweep string, lines []results.Line) {
	if err := k.ours(); err != nil {
		k.fail(err)
		return
	}
	m, err := k.manifest(sweep)
	if err != nil {
		k.fail(fmt.Errorf("open manifest of %s: %w", sweep, err))
		return
	}
	if err := m.Append(lines...); err != nil {
		k.fail(fmt.Errorf("write manifest of %s: %w", sweep, err))
		return
	}
	if err := k.index.refreshSweep(sweep); err != nil {
		k.fail(err)
	}
}

// manifest is the sweep's manifest, opened anew where its folder was moved or removed.
func (k *Coordinator) manifest(sweep string) (*results.Manifest, error) {
	m := k.manifests[sweep]
	if m != nil && m.InPlace() {
		return m, nil
	}
	if m != nil {
		delete(k.manifests, sweep)
		if err := m.Close(); err != nil {
			return nil, err
		}
	}
	if dir := k.config.Root.SweepDir(sweep); isGone(dir) {
		if err := os.Mkdir(dir, 0o777); err != nil {
			return nil, err
		}
	}
	m, err := results.OpenManifest(k.config.Root.Manifest(sweep))
	if err == nil {
		k.manifests[sweep] = m
	}
	return m, err
}

// note adds a line to the batch.
func (k *Coordinator) note(sweep string, l results.Line) {
	if k.batch.lines == nil {
		k.batch.lines, k.batch.folders = map[string][]results.Line{}, map[string]bool{}
	}
	k.batch.lines[sweep] = append(k.batch.lines[sweep], l)
	if l.State != results.Failed {
		k.batch.folders[k.config.Root.SweepDir(sweep)] = true
		if k.batch.done == nil {
			k.batch.done = map[sweeps.ID]*located{}
		}
		if k.batch.done[l.ID] == nil {
			k.batch.done[l.ID] = &located{sweep, l}
		}
	}
}
