package coordinator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"eisweep/coordinator/attempts"
	"eisweep/coordinator/catalog"
	"eisweep/coordinator/diagnosis"
	"eisweep/coordinator/explain"
	"eisweep/coordinator/faults"
	"eisweep/coordinator/hooks"
	"eisweep/coordinator/launched"
	"eisweep/coordinator/ledger"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/outcomes"
	"eisweep/coordinator/window"
	"eisweep/coordinator/workers"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/problems"
	"eisweep/internal/queue"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Config says what a coordinator works on.
type Config struct {
	Root    *root.Root
	Queue   *queue.Queue
	Prober  catalog.Prober
	Version string       // of this program, for manifests
	Log     *slog.Logger // nil: nothing is logged
	// SoleOwner says that the coordinator is one of `run`, which owns its queue alone: no worker uses the queue when the
	// coordinator starts, orders from earlier sessions are removed, attempts are counted anew, and no records are kept.
	SoleOwner bool
	// OnLine, if not nil, is called for every line of a manifest once the line is durable. It must return at
	// once and not call the coordinator.
	OnLine func(manifest.Line)
	// Ownership is checked before anything is written; nil: nobody else can own the root. The caller keeps it
	// until after Stop.
	Ownership Ownership
	// Ahead is for how long the queue holds work for the connected workers; 0 is 10 min.
	Ahead time.Duration
	// Tick is the time between two checks of which attempts are silent; 0 is 10 s. An attempt that was not
	// heard from for seven ticks is ended.
	Tick time.Duration
	// Regather is how long workers may take to enter their attempts again if the queue's store was made anew; 0
	// is 60 s. Until then, no task of a resumed sweep is sent.
	Regather time.Duration
	// Rejoin is how long they may take if the previous coordinator crashed, which may have cost its queue the last
	// moments of the register; 0 is 5 s, in which connected workers find a restarted server.
	Rejoin time.Duration
	// RetryDelay is the pause before the second attempt after one that stalled or failed because of storage; it
	// doubles with each attempt. 0 is 5 s.
	RetryDelay time.Duration
	// Store is the directory of the embedded NATS server's store; "" if there is none. Problems reports when its disk is full.
	Store string
	// Hooks are the kinds of hooks that launches may have.
	Hooks hooks.Allowed
	// HookRetry is the pause after the first attempt to send a webhook; it doubles with each attempt. 0 is 2 s.
	HookRetry time.Duration
	// Problems adds what other parts of the process know to be wrong. It must not call the coordinator.
	Problems func() []problems.Problem
	// Verbs are requests that Serve answers besides the coordinator's own.
	Verbs map[string]control.Handler
}

// Coordinator joins its parts: it feeds launches and what the queue delivers to the state machine, and makes durable what
// follows. All methods are safe for concurrent use.
type Coordinator struct {
	*core
	config Config
	stop   []func()
	loop   chan struct{}  // closed when the outcome loop has ended
	keep   sync.WaitGroup // the other loops

	outcomes chan queue.OutcomeDelivery
	quit     chan struct{}
	once     sync.Once
	stopped  error // what Stop returns

	workers      *workers.Table
	attempts     *attempts.Tracker
	window       *window.Window
	launcher     *launcher
	grower       *grower
	restorer     *restorer
	sweepControl *sweepControl
	explainer    *explain.Explainer
	diagnoser    *diagnosis.Diagnoser
	hooks        *hooks.Keeper
	recorder     *recorder
	faults       *faults.List
	others       *otherModels

	// Guarded by the core's lock.
	sweeps            *launched.Table
	ledger            *ledger.Ledger
	book              *outcomes.Book
	catalog           *catalog.Catalog
	begun             time.Time
	workersDiscovered <-chan struct{} // closed once every connected worker has reported
}

// groupTime is how long outcomes are gathered before the manifests are written and synced together.
const groupTime = 50 * time.Millisecond

// Start makes a coordinator ready. Outcomes that an earlier one left behind are
// held until a launch wants them.
func Start(ctx context.Context, config Config) (*Coordinator, error) {
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	config.Ahead, config.Tick = cmp.Or(config.Ahead, 10*time.Minute), cmp.Or(config.Tick, 10*time.Second)
	config.Regather, config.RetryDelay = cmp.Or(config.Regather, time.Minute), cmp.Or(config.RetryDelay, 5*time.Second)
	config.Rejoin = cmp.Or(config.Rejoin, 5*time.Second)
	if config.Problems == nil {
		config.Problems = func() []problems.Problem { return nil }
	}
	c := &Coordinator{
		core: newCore(config.Log, config.Ownership), config: config, begun: time.Now(),
		loop: make(chan struct{}), outcomes: make(chan queue.OutcomeDelivery, 256), quit: make(chan struct{}),
		catalog: catalog.NewForOwner(config.Root), workers: workers.New(),
	}
	c.sweeps = launched.New(c.machine, func(sweep string) bool { return c.faults.Has(sweep) })
	c.ledger = ledger.New(config.Root, c.catalog, config.Log, c.meters.Wrote)
	c.launchOf = c.sweeps.LaunchOf
	c.connect()
	c.openEvents(config, c.workers)
	go c.run()
	if err := c.begin(ctx); err != nil {
		return nil, errors.Join(err, c.Stop(ctx))
	}
	return c, nil
}

// begin listens to the queue, and resumes what an earlier coordinator left.
func (c *Coordinator) begin(ctx context.Context) error {
	if err := c.clearLeftovers(ctx); err != nil {
		return err
	}
	if err := c.recorder.migrate(); err != nil {
		return err
	}
	takeUp := c.restorer.restore
	if c.config.SoleOwner {
		takeUp = c.awaitOutcomes
	}
	if err := c.catalog.Refresh(); err != nil {
		return err
	}
	c.repairNameConflicts()
	if err := c.learnAttempts(); err != nil {
		return err
	}
	if err := c.subscribe(ctx); err != nil { // outcomes may come from here on
		return err
	}
	c.takeOver(ctx)
	if err := takeUp(ctx); err != nil {
		return fmt.Errorf("resume sweeps: %w", err)
	}
	if err := c.listen(ctx); err != nil {
		return err
	}
	if !c.config.SoleOwner {
		c.recorder.replaceOld(c.faults.Has)
	}
	c.background(c.diagnoser.Watch, c.hooks.Work, c.faults.Work, c.attempts.Work, c.window.Work, c.attempts.Watch,
		c.grower.work, c.upkeepAlways, c.watchConditions(c.config))
	return nil
}

// connect makes the parts that need each other.
func (c *Coordinator) connect() {
	view := &shell{core: c.core, flush: c.flush, refill: func() { c.window.Refill() }, task: c.sweeps.Task,
		finish: func(sweep string) { c.recorder.finish(sweep) }, resume: func(ctx context.Context, sweep string) { c.restorer.retry(ctx, sweep) }}
	config := c.config
	c.attempts = attempts.New(attempts.Config{Core: view, Queue: config.Queue, Root: config.Root, Workers: c.workers, Log: config.Log,
		Tick: config.Tick, RetryDelay: config.RetryDelay, Version: config.Version})
	c.book = outcomes.New(outcomes.Config{Core: view, Root: config.Root, Catalog: c.catalog, Sweeps: c.sweeps, Ledger: c.ledger,
		Attempts: c.attempts, Meters: c.meters, Log: config.Log, Version: config.Version})
	c.carryOut, view.book = c.book.CarryOut, c.book
	c.window = window.New(window.Config{Core: view, Queue: config.Queue, Attempts: c.attempts, Workers: c.workers, Log: config.Log,
		Ahead: config.Ahead})
	c.faults = faults.New(faults.Config{Core: view, Catalog: c.catalog, Ledger: c.ledger, Window: c.window, Log: config.Log})
	view.faults = c.faults
	c.explainer = &explain.Explainer{Core: view, Root: config.Root, Queue: config.Queue, Catalog: c.catalog, Sweeps: c.sweeps,
		Attempts: c.attempts, Faults: c.faults, Workers: c.workers, Prober: config.Prober, Archived: c.archive().explain,
		Held: func() time.Duration { return c.window.Held() }}
	c.others = &otherModels{core: c.core, seen: map[string]otherWorker{}}
	c.diagnoser = diagnosis.New(diagnosis.Config{Core: view, Root: config.Root, Queue: config.Queue, Sweeps: c.sweeps, Attempts: c.attempts,
		Faults: c.faults, Workers: c.workers, Version: config.Version, Directories: []string{config.Store}, MayLackReports: c.mayLackReports,
		Record: c.recordLocked, Pause: config.Tick,
		More: func() []problems.Problem {
			return slices.Concat(c.others.problems(), c.hooks.Problems(), config.Problems())
		}})
	c.hooks = hooks.New(hooks.Config{Core: view, Root: config.Root, Sweeps: c.sweeps, Log: config.Log, Record: c.recordLocked,
		Version: config.Version, Allowed: config.Hooks, Retry: config.HookRetry})
	c.recorder = &recorder{core: c.core, root: config.Root, sweeps: c.sweeps, soleOwner: config.SoleOwner}
	c.launcher = &launcher{core: c.core, config: config, catalog: c.catalog, sweeps: c.sweeps, book: c.book, attempts: c.attempts,
		ledger: c.ledger,
		faults: c.faults, hooks: c.hooks, recorder: c.recorder, flush: c.flush, refill: c.window.Refill}
	c.grower = &grower{core: c.core, launcher: c.launcher, pause: config.Tick, growing: map[string]*growing{}}
	c.launcher.grower = c.grower
	c.restorer = &restorer{core: c.core, config: config, catalog: c.catalog, sweeps: c.sweeps, launcher: c.launcher, window: c.window,
		faults: c.faults, awaitOutcomes: c.awaitOutcomes}
	c.sweepControl = &sweepControl{core: c.core, config: config, sweeps: c.sweeps, faults: c.faults, recorder: c.recorder,
		flush: c.flush, refill: c.window.Refill}
}

// learnAttempts reads the records of attempts from before this coordinator.
func (c *Coordinator) learnAttempts() error {
	if c.config.SoleOwner {
		return c.attempts.Restore(time.Time{}, nil)
	}
	return c.attempts.Restore(c.core.events.Until(), func(id sweeps.ID, run int) bool { return run <= c.catalog.LastRun(id) })
}

// listen reads the register as it is, then what workers report.
func (c *Coordinator) listen(ctx context.Context) error {
	stop, err := c.config.Queue.Register.Watch(ctx, c.attempts.Registered)
	if err != nil {
		return fmt.Errorf("read the register of attempts: %w", err)
	}
	c.stop = append(c.stop, stop)
	c.attempts.CaughtUp()
	if stop, err = c.config.Queue.Progress(c.attempts.Progress); err != nil {
		return fmt.Errorf("listen to workers: %w", err)
	}
	c.stop = append(c.stop, stop)
	if stop, err = c.config.Queue.Presences(c.attempts.Present); err != nil {
		return fmt.Errorf("listen to workers: %w", err)
	}
	c.stop = append(c.stop, stop)
	if stop, err = c.config.Queue.DrainOtherModels(c.others.take); err != nil {
		return fmt.Errorf("listen to workers: %w", err)
	}
	c.stop = append(c.stop, stop)
	if stop, err = c.drainEarlierWorkers(); err != nil {
		return fmt.Errorf("listen to workers: %w", err)
	}
	c.stop = append(c.stop, stop)
	return c.config.Queue.SayHello()
}

// background runs loops until the coordinator stops.
func (c *Coordinator) background(loops ...func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	c.keep.Go(func() {
		<-c.quit
		cancel()
	})
	for _, f := range loops {
		c.keep.Go(func() { f(ctx) })
	}
}

func (c *Coordinator) subscribe(ctx context.Context) error {
	stop, err := c.config.Queue.Outcomes(ctx, c.receive)
	if err != nil {
		return fmt.Errorf("listen to outcomes: %w", err)
	}
	c.stop = append(c.stop, stop)
	return nil
}

func (c *Coordinator) unsubscribe() {
	for _, stop := range c.stop {
		stop()
	}
}

// run takes outcomes in groups: each group's manifest lines are durable before
// its outcomes are acknowledged.
func (c *Coordinator) run() {
	defer close(c.loop)
	for {
		select {
		case d := <-c.outcomes:
			c.group(d)
		case <-c.quit:
			return
		}
	}
}

func (c *Coordinator) group(d queue.OutcomeDelivery) {
	timer := time.NewTimer(groupTime)
	defer timer.Stop()
	for more := true; more; {
		c.mu.Lock()
		if err := c.checkOwnership(c.unattended); err != nil {
			c.fail(err)
		}
		c.take(d)
		c.mu.Unlock()
		select {
		case d = <-c.outcomes:
		case <-timer.C:
			more = false
		case <-c.quit:
			more = false
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flush()
}

// take feeds one outcome to the machine.
func (c *Coordinator) take(d queue.OutcomeDelivery) {
	if c.failure != nil {
		return
	}
	o := d.Outcome
	if !c.book.Take(d) {
		return
	}
	if r := c.attempts.Of(o.ID); r != nil {
		c.window.Took(o.Finished.Sub(o.Started).Seconds(), r.Cost)
	}
	c.attempts.StartCommitted(&o)
	c.step(lifecycle.Committed(&o))
	c.window.Refill()
}

// Wait returns when every launched sweep is complete or ctx ends, with the state of the sweeps. The error says
// why the coordinator cannot continue, or why the incomplete sweeps cannot be completed at present.
func (c *Coordinator) Wait(ctx context.Context) (control.Summary, error) {
	for {
		c.mu.Lock()
		summary, complete, failure, stuck, changed := c.sweeps.Summarize(c.config.Root), c.sweeps.AllComplete(), c.failure, c.stuck(), c.changed
		c.mu.Unlock()
		if failure = cmp.Or(failure, stuck); failure != nil || complete {
			return summary, failure
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return summary, ctx.Err()
		}
	}
}
