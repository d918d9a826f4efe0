package views

import (
	"context"
	"maps"
	"os"
	"time"

	"eisweep/cmd/eisweep/internal/inspect"
	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/coordinator/records"
	"eisweep/internal/root"
)

// directories reads what the directories of sweeps say: of those that the coordinator does not work on how far they have come, of all what
// they have cost. Manifests are read as far as they have grown, and in each look only so many bytes of those that no stream shows: the
// counts of a finished sweep are in its record. It is used by one goroutine at a time.
type directories struct {
	root    *root.Root
	names   func() ([]string, error) // of the sweeps under the root
	most    int64                    // bytes of manifests that a look reads, of the sweeps that neither run nor are shown
	catalog inspect.LazyCatalog
	rows    map[string]directory
	facts   map[string]fact
	costs   *expenses

	allowance int64     // bytes of manifests that may still be read in this look
	published time.Time // when findings were published last
}

// findings are what directories say. They are replaced, never changed.
type findings struct {
	rows        map[string]*api.Sweep // of the sweeps that the coordinator does not work on
	experiments map[string]string     // of the others
	costs       map[string]*inspect.Cost
	at          time.Time
	unread      int // sweeps whose manifests have to be read yet for their counts
}

// directory is the row of a sweep that the coordinator does not work on.
type directory struct {
	manifest, record time.Time // when the files were modified
	row              *api.Sweep
	unread           bool
}

// fact is what a sweep's stored file says.
type fact struct {
	stamp      time.Time // of the file
	experiment string
}

const (
	// listInterval is the time between two looks at the directories of the root.
	listInterval = 5 * time.Second
	// publishInterval is the time between two publications of what a look has found so far.
	publishInterval = 250 * time.Millisecond
	// mostRead is the usual limit on the bytes of manifests that a look reads.
	mostRead = 8 << 20
)

func newDirectories(r *root.Root) *directories {
	return &directories{root: r, names: r.Sweeps, most: mostRead, rows: map[string]directory{}, facts: map[string]fact{},
		costs: newExpenses(r)}
}

// look reads what has changed, first of the live sweeps and of those that are shown, and forgets what is gone.
func (d *directories) look(ctx context.Context, live map[string]bool, shown []string, publish func(findings)) error {
	d.allowance, d.published = d.most, time.Now()
	names, err := d.names()
	if err != nil {
		return err
	}
	there := make(map[string]bool, len(names)+len(live))
	var others []string
	for _, name := range names {
		there[name] = true
		if !live[name] {
			others = append(others, name)
		}
	}
	now := time.Now()
	for name := range live {
		there[name] = true
		d.experimentOf(name)
		d.costs.look(name, now)
	}
	d.forget(func(name string) bool { return !there[name] })
	for _, name := range shown {
		if there[name] && !live[name] {
			d.costs.look(name, now)
			d.read(ctx, name, true)
		}
	}
	for _, step := range []func(name string){
		func(name string) { d.read(ctx, name, false) },
		func(name string) { d.spend(d.costs.lookWithin(name, now, max(0, d.allowance))) },
	} {
		for _, name := range others {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			step(name)
			if time.Since(d.published) >= publishInterval {
				publish(d.findings(live))
			}
		}
	}
	publish(d.findings(live))
	return nil
}

// read reads how far a sweep has come, unless neither its manifest nor its record has changed. It leaves a manifest for a later look that
// is too large for this one.
func (d *directories) read(ctx context.Context, name string, shown bool) {
	known := d.rows[name]
	manifest, size := modifiedAndSize(d.root.Manifest(name))
	record := modified(records.Path(d.root, name))
	if known.row != nil && !known.unread && known.manifest.Equal(manifest) && known.record.Equal(record) {
		return
	}
	_, isSettled := records.ReadSettled(d.root, name)
	out := directory{manifest: manifest, record: record}
	if isSettled || shown || d.allows(size) {
		if !isSettled {
			d.spend(size)
		}
		out.row = &api.Sweep{SweepOverview: inspect.ReadOverview(ctx, d.root, &d.catalog, name)}
	} else {
		out.unread = true
		out.row = &api.Sweep{SweepOverview: inspect.UnreadOverview(d.root, name), Unread: true}
	}
	out.row.Experiment = d.experimentOf(name)
	if ctx.Err() == nil {
		d.rows[name] = out
	}
}

// allows reports whether a manifest of a size may be read in this look. The first one may have any size.
func (d *directories) allows(size int64) bool { return d.allowance == d.most || size <= d.allowance }

func (d *directories) spend(bytes int64) { d.allowance -= bytes }

// findings are what was found so far.
func (d *directories) findings(live map[string]bool) findings {
	d.published = time.Now()
	out := findings{at: d.published, rows: make(map[string]*api.Sweep, len(d.rows)), experiments: make(map[string]string, len(live)),
		costs: d.costs.all()}
	for name, each := range d.rows {
		if each.unread {
			out.unread++
		}
		row := *each.row
		row.Cost = out.costs[name]
		out.rows[name] = &row
	}
	for name := range live {
		out.experiments[name] = d.facts[name].experiment
	}
	return out
}

// experimentOf is the experiment of a sweep by its stored file, which is read if it has changed; "" if it cannot be read.
func (d *directories) experimentOf(name string) string {
	known, stamp := d.facts[name], modified(d.root.SweepFile(name))
	if !stamp.Equal(known.stamp) {
		known = fact{stamp: stamp}
		if s, err := records.Launched(d.root, name); err == nil {
			known.experiment = string(s.Experiment())
		}
		d.facts[name] = known
	}
	return known.experiment
}

// forget forgets sweeps that are gone.
func (d *directories) forget(gone func(sweep string) bool) {
	maps.DeleteFunc(d.rows, func(name string, _ directory) bool { return gone(name) })
	maps.DeleteFunc(d.facts, func(name string, _ fact) bool { return gone(name) })
	d.costs.forget(gone)
}

// modified is when a file was modified; zero if it does not exist.
func modified(path string) time.Time {
	when, _ := modifiedAndSize(path)
	return when
}

func modifiedAndSize(path string) (when time.Time, bytes int64) {
	info, err := os.Stat(path)
	if err != nil {
		return when, 0
	}
	return info.ModTime(), info.Size()
}
