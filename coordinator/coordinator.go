package coordinator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"eisweep/coordinator/attempts"
	"eisweep/coordinator/catalog"
	"eisweep/coordinator/explain"
	"eisweep/coordinator/faults"
	"eisweep/coordinator/launched"
	"eisweep/coordinator/ledger"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/outcomes"
	"eisweep/coordinator/window"
	"eisweep/coordinator/workers"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
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
	// Exclusive says that no worker uses this queue when the coordinator starts: orders from earlier sessions
	// are removed, and attempts are counted anew.
	Exclusive bool
	// Noted, if not nil, is called for every line of a manifest once the line is durable. It must return at
	// once and not call the coordinator.
	Noted func(manifest.Line)
	// Ownership is checked before anything is written; nil: nobody else can own the root. The caller keeps it
	// until after Stop.
	Ownership Ownership
	// Ahead is for how long the queue holds work for the connected workers; 0 is 10 min.
	Ahead time.Duration
	// Tick is the time between two checks of which attempts were heard from; 0 is 10 s. An attempt that was not
	// heard from for seven ticks is ended.
	Tick time.Duration
	// Regather is how long workers may take to enter their attempts again if the queue's store was made anew; 0
	// is 60 s. Until then, no task of a resumed sweep is sent.
	Regather time.Duration
	// RetryDelay is the pause before the second attempt after one that stalled or failed because of storage; it
	// doubles with each attempt. 0 is 5 s.
	RetryDelay time.Duration
	// Verbs are requests that Serve answers besides the coordinator's own.
	Verbs map[string]control.Handler
}

// Coordinator is the shell around the machine: it feeds launches and what the queue delivers to the machine,
// and carries out its commands. All methods are safe for concurrent use.
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

	workers   *workers.Table
	attempts  *attempts.Tracker
	window    *window.Window
	launcher  *launcher
	restorer  *restorer
	steering  *steering
	explainer *explain.Explainer
	recorder  *recorder
	faults    *faults.List

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
func Start(ctx context.Context, c Config) (*Coordinator, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Ahead, c.Tick = cmp.Or(c.Ahead, 10*time.Minute), cmp.Or(c.Tick, 10*time.Second)
	c.Regather, c.RetryDelay = cmp.Or(c.Regather, time.Minute), cmp.Or(c.RetryDelay, 5*time.Second)
	k := &Coordinator{
		core: newCore(c.Log, c.Ownership), config: c, loop: make(chan struct{}), outcomes: make(chan queue.OutcomeDelivery, 256), quit: make(chan struct{}),
		catalog: catalog.NewForOwner(c.Root), workers: workers.New(), begun: time.Now(),
	}
	k.sweeps = launched.New(k.machine, func(sweep string) bool { return k.faults.Has(sweep) })
	k.ledger = ledger.New(c.Root, k.catalog, c.Log)
	k.connect()
	go k.run()
	if err := k.begin(ctx); err != nil {
		return nil, errors.Join(err, k.Stop(ctx))
	}
	return k, nil
}

// begin listens to the queue, and resumes what an earlier coordinator left.
func (k *Coordinator) begin(ctx context.Context) error {
	if err := k.clearLeftovers(ctx); err != nil {
		return err
	}
	if err := k.recorder.migrate(); err != nil {
		return err
	}
	takeUp := k.restorer.restore
	if k.config.Exclusive {
		takeUp = k.awaitOutcomes
	}
	if err := k.catalog.Refresh(); err != nil {
		return err
	}
	k.settleClaims()
	if err := k.learnAttempts(); err != nil {
		return err
	}
	if err := k.subscribe(ctx); err != nil { // outcomes may come from here on
		return err
	}
	k.takeOver(ctx)
	if err := takeUp(ctx); err != nil {
		return fmt.Errorf("go on with sweeps: %w", err)
	}
	if err := k.listen(ctx); err != nil {
		return err
	}
	if !k.config.Exclusive {
		k.recorder.replaceOld(k.faults.Has)
	}
	k.background(k.faults.Work, k.attempts.Work, k.window.Work, k.attempts.Watch, k.upkeepAlways)
	return nil
}

// connect makes the parts that need each other.
func (k *Coordinator) connect() {
	view := &shell{core: k.core, flush: k.flush, refill: func() { k.window.Refill() }, task: k.sweeps.Task, finish: func(sweep string) { k.recorder.finish(sweep) },
		resume: func(ctx context.Context, sweep string) { k.restorer.retry(ctx, sweep) }}
	c := k.config
	k.attempts = attempts.New(attempts.Config{Core: view, Queue: c.Queue, Root: c.Root, Workers: k.workers, Log: c.Log, Tick: c.Tick, RetryDelay: c.RetryDelay})
	k.book = outcomes.New(outcomes.Config{Core: view, Root: c.Root, Catalog: k.catalog, Sweeps: k.sweeps, Ledger: k.ledger, Attempts: k.attempts, Log: c.Log, Version: c.Version})
	k.carryOut, view.book = k.book.CarryOut, k.book
	k.window = window.New(window.Config{Core: view, Queue: c.Queue, Attempts: k.attempts, Workers: k.workers, Log: c.Log, Ahead: c.Ahead})
	k.faults = faults.New(faults.Config{Core: view, Catalog: k.catalog, Ledger: k.ledger, Window: k.window, Log: c.Log})
	view.faults = k.faults
	k.explainer = &explain.Explainer{Core: view, Root: c.Root, Queue: c.Queue, Catalog: k.catalog, Sweeps: k.sweeps, Attempts: k.attempts,
		Faults: k.faults, Workers: k.workers, Archived: k.archive().explain}
	k.recorder = &recorder{core: k.core, root: c.Root, sweeps: k.sweeps, exclusive: c.Exclusive}
	k.launcher = &launcher{core: k.core, config: c, catalog: k.catalog, sweeps: k.sweeps, book: k.book, attempts: k.attempts, ledger: k.ledger,
		faults: k.faults, recorder: k.recorder, flush: k.flush, refill: k.window.Refill}
	k.restorer = &restorer{core: k.core, config: c, catalog: k.catalog, sweeps: k.sweeps, launcher: k.launcher, window: k.window,
		faults: k.faults, awaitOutcomes: k.awaitOutcomes}
	k.steering = &steering{core: k.core, config: c, sweeps: k.sweeps, faults: k.faults, recorder: k.recorder, flush: k.flush, refill: k.window.Refill}
}

// learnAttempts reads the records of attempts from before this coordinator.
func (k *Coordinator) learnAttempts() error {
	if k.config.Exclusive {
		return k.attempts.Restore(nil)
	}
	return k.attempts.Restore(func(id sweeps.ID, run int) bool { return run <= k.catalog.LastRun(id) })
}

// listen reads the register as it is, then what workers report.
func (k *Coordinator) listen(ctx context.Context) error {
	stop, err := k.config.Queue.Register.Watch(ctx, k.attempts.Registered)
	if err != nil {
		return fmt.Errorf("read the register of attempts: %w", err)
	}
	k.stop = append(k.stop, stop)
	if stop, err = k.config.Queue.Progress(k.attempts.Progress); err != nil {
		return fmt.Errorf("listen to workers: %w", err)
	}
	k.stop = append(k.stop, stop)
	if stop, err = k.config.Queue.Presences(k.attempts.Present); err != nil {
		return fmt.Errorf("listen to workers: %w", err)
	}
	k.stop = append(k.stop, stop)
	if stop, err = k.drainEarlierWorkers(); err != nil {
		return fmt.Errorf("listen to workers: %w", err)
	}
	k.stop = append(k.stop, stop)
	return k.config.Queue.SayHello()
}

// background runs loops until the coordinator stops.
func (k *Coordinator) background(loops ...func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	k.keep.Go(func() {
		<-k.quit
		cancel()
	})
	for _, f := range loops {
		k.keep.Go(func() { f(ctx) })
	}
}

func (k *Coordinator) subscribe(ctx context.Context) error {
	stop, err := k.config.Queue.Outcomes(ctx, k.receive)
	if err != nil {
		return fmt.Errorf("listen to outcomes: %w", err)
	}
	k.stop = append(k.stop, stop)
	return nil
}

func (k *Coordinator) unsubscribe() {
	for _, stop := range k.stop {
		stop()
	}
}

// run takes outcomes in groups: each group's manifest lines are durable before
// its outcomes are acknowledged.
func (k *Coordinator) run() {
	defer close(k.loop)
	for {
		select {
		case d := <-k.outcomes:
			k.group(d)
		case <-k.quit:
			return
		}
	}
}

func (k *Coordinator) group(d queue.OutcomeDelivery) {
	timer := time.NewTimer(groupTime)
	defer timer.Stop()
	for more := true; more; {
		k.mu.Lock()
		if err := k.checkOwnership(k.unattended); err != nil {
			k.fail(err)
		}
		k.take(d)
		k.mu.Unlock()
		select {
		case d = <-k.outcomes:
		case <-timer.C:
			more = false
		case <-k.quit:
			more = false
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.flush()
}

// take feeds one outcome to the machine.
func (k *Coordinator) take(d queue.OutcomeDelivery) {
	if k.failure != nil {
		return
	}
	o := d.Outcome
	if !k.book.Take(d) {
		return
	}
	if r := k.attempts.Of(o.ID); r != nil {
		k.window.Took(o.Finished.Sub(o.Started).Seconds(), r.Cost)
	}
	k.attempts.StartCommitted(&o)
	k.step(lifecycle.Committed(&o))
	k.window.Refill()
}

// Wait returns when every launched sweep is complete or ctx ends, with the state of the sweeps. The error says
// why the coordinator cannot continue, or why the incomplete sweeps cannot be completed at present.
func (k *Coordinator) Wait(ctx context.Context) (control.Summary, error) {
	for {
		k.mu.Lock()
		summary, complete, failure, stuck, changed := k.sweeps.Summarize(k.config.Root), k.sweeps.AllComplete(), k.failure, k.stuck(), k.changed
		k.mu.Unlock()
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
