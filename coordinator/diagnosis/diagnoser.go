package diagnosis

import (
	"context"
	"fmt"
	"sync"
	"time"

	"eisweep/coordinator/attempts"
	"eisweep/coordinator/faults"
	"eisweep/coordinator/launched"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/workers"
	"eisweep/internal/control"
	"eisweep/internal/events"
	"eisweep/internal/problems"
	"eisweep/internal/root"
	"eisweep/internal/units"
)

// Core is what a diagnoser needs of the coordinator. Its lock guards everything that the diagnoser reads of other parts.
type Core interface {
	sync.Locker
	Machine() *lifecycle.Machine
	// Failure is why the coordinator cannot continue; nil if it can. It is called with the lock held.
	Failure() error
	// OwnsRoot reports whether a write may start now. The lock need not be held.
	OwnsRoot() bool
}

// Queue is what a diagnoser needs to know of NATS.
type Queue interface {
	// UnresponsiveFor is for how long NATS has not answered; 0 while it does.
	UnresponsiveFor() time.Duration
	// Limited is the limit of NATS because of which orders wait; nil while none do.
	Limited() error
}

// Config says what a diagnoser examines.
type Config struct {
	Core     Core
	Root     *root.Root
	Queue    Queue
	Sweeps   *launched.Table
	Attempts *attempts.Tracker
	Faults   *faults.List
	Workers  *workers.Table
	Version  string // of the coordinator's program
	// Directories are those whose disks are measured, besides the root's.
	Directories []string
	Pause       time.Duration // between two measurements
	// MayLackReports reports whether workers may be connected that have not reported to this coordinator yet.
	MayLackReports func() bool
	// Record adds an event to the log of events. It is called without the lock.
	Record func(events.Event)
	// More adds problems that other parts of the process know. It is called without the lock.
	More func() []problems.Problem
}

// Diagnoser lists what is wrong. Its methods are safe for concurrent use.
type Diagnoser struct {
	config   Config
	measured *measured
}

// New makes a diagnoser. It measures nothing before Watch runs.
func New(c Config) *Diagnoser {
	d := &Diagnoser{config: c}
	d.measured = newMeasured(c.Root, d.launched, c.Record, c.Directories)
	d.measured.pause = c.Pause
	return d
}

// launched are the sweeps whose directories must be there.
func (d *Diagnoser) launched() (names []string) {
	d.config.Core.Lock()
	defer d.config.Core.Unlock()
	for s := range d.config.Sweeps.All() {
		if d.config.Sweeps.Status(s.Name) != control.Cancelled && !d.config.Faults.Has(s.Name) {
			names = append(names, s.Name)
		}
	}
	return names
}

// Watch measures storage from time to time, until ctx ends.
func (d *Diagnoser) Watch(ctx context.Context) { d.measured.watch(ctx) }

// Gone are the launched sweeps whose directories were removed or moved while the coordinator ran. Their results do not count.
func (d *Diagnoser) Gone() []control.SweepFault { return d.measured.goneSweeps() }

// Forget forgets a sweep that was removed.
func (d *Diagnoser) Forget(sweep string) { d.measured.forget(sweep) }

// firstTime is how long a report waits for the first measurement.
const firstTime = 2 * time.Second

// Report lists what is wrong now.
func (d *Diagnoser) Report(ctx context.Context) problems.Report {
	ctx, cancel := context.WithTimeout(ctx, firstTime)
	defer cancel()
	select {
	case <-d.measured.ready:
	case <-ctx.Done():
	}
	now := time.Now()
	var out problems.Report
	d.coordinator(now, &out)
	d.measured.problems(now, &out)
	d.tasksAndWorkers(now, &out)
	d.measured.archivedSweeps(&out)
	out.Problems = append(out.Problems, d.config.More()...)
	out.Normalize()
	return out
}

// coordinator lists what keeps the coordinator from working.
func (d *Diagnoser) coordinator(now time.Time, out *problems.Report) {
	if silent := d.config.Queue.UnresponsiveFor(); silent > 0 {
		out.Problems = append(out.Problems, problems.Problem{Kind: problems.NATSSilent, Severity: problems.Critical, Subject: "NATS",
			Since: now.Add(-silent), Text: fmt.Sprintf("NATS has not answered the coordinator for %s", units.Duration(silent)),
			Remedy: "check the NATS servers; everything continues when they answer, and running tasks are not lost"})
	}
	if err := d.config.Queue.Limited(); err != nil {
		out.Problems = append(out.Problems, problems.Problem{Kind: problems.StoreLimit, Severity: problems.Error, Subject: "NATS",
			Text:   "tasks cannot be queued: " + err.Error(),
			Remedy: "free storage for NATS, or raise the limit that the message names; the coordinator tries again by itself"})
	}
	if !d.config.Core.OwnsRoot() {
		out.Problems = append(out.Problems, problems.Problem{Kind: problems.StorageSilent, Severity: problems.Critical,
			Subject: d.config.Root.Path(),
			Text:    "the storage of " + d.config.Root.Path() + " does not answer, so the coordinator may not write to it",
			Remedy:  "check the file system and its server; the coordinator continues when it answers"})
	}
}

// tasksAndWorkers lists what is wrong with tasks, sweeps and workers. All of it is of one moment.
func (d *Diagnoser) tasksAndWorkers(now time.Time, out *problems.Report) {
	d.config.Core.Lock()
	defer d.config.Core.Unlock()
	if err := d.config.Core.Failure(); err != nil {
		out.Problems = append(out.Problems, problems.Problem{Kind: problems.CoordinatorFailed, Severity: problems.Critical,
			Subject: d.config.Root.Path(), Text: "the coordinator cannot continue: " + err.Error(),
			Remedy: "repair that; if the coordinator does not start again by itself: eisweep coordinator"})
	}
	known := d.config.Workers.Known(now)
	pool := workers.Summarize(known)
	left := 0
	for s := range d.config.Sweeps.All() {
		out.Sweeps = append(out.Sweeps, s.Name)
		n := d.config.Core.Machine().Counts(s.Name)
		if d.config.Sweeps.Status(s.Name) == control.Open {
			left += n.ToSend()
		}
		d.sweep(s, n, pool, out)
	}
	d.results(out)
	d.setAside(out)
	d.losses(out)
	d.workers(known, left, now, out)
	d.pool(pool, left, out)
}
