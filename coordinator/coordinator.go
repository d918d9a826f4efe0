package coordinator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/ledger"
	"eisweep/coordinator/placement"
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

	launching sync.Mutex // one launch at a time
	workers   workers
	deaf      atomic.Int64 // ticks in a row in which it did not hear itself
	errands   *errands
	losses    *losses

	// Guarded by the core's lock.
	reasons    map[sweeps.ID]string // of failures, for sweeps that come to want the task later
	submitting submitting
	held       map[runKey]queue.OutcomeDelivery // outcomes not yet acknowledged
	running    map[sweeps.ID]*attempt
	register   map[runKey]queue.Entry  // the last event of each run that is not settled
	leftovers  leftovers               // attempts that may have left files
	delayed    map[sweeps.ID]time.Time // until when a task whose attempt failed is not sent
	window     window
	miscount   int              // by how many orders the queue differed at the last check
	taken      uint64           // the sequence of the last outcome that came
	sweeps     []*launchedSweep // in order of launch
	ledger     *ledger.Ledger
	after      followUps
	catalog    *catalog.Catalog
	placer     placement.Placer
	pace       pace
	begun      time.Time
	acquainted <-chan struct{} // closed once every connected worker has reported
	faults     faultList
}

// runKey is a run of a task: an order to execute it.
type runKey struct {
	ID  sweeps.ID
	Run int
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
		catalog: catalog.NewForOwner(c.Root), reasons: map[sweeps.ID]string{},
		workers: workers{list: map[string]control.Worker{}}, errands: newErrands(),
		register: map[runKey]queue.Entry{}, delayed: map[sweeps.ID]time.Time{}, window: window{news: make(chan struct{}, 1), rebuild: true, perCost: firstPerCost, scarce: map[runKey]int64{}},
		held: map[runKey]queue.OutcomeDelivery{}, running: map[sweeps.ID]*attempt{}, begun: time.Now(),
		faults: faultList{c.Log, map[string]*fault{}, make(chan struct{}, 1)},
	}
	k.ledger = ledger.New(c.Root, k.catalog, c.Log)
	k.placer = placement.Placer{Root: c.Root, Catalog: k.catalog, Log: c.Log}
	k.carryOut = k.carryOutOne
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
	takeUp := k.restore
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
		k.replaceOldRecords()
	}
	k.background(k.retryAlways, k.errands.run, k.fillAlways, k.watchAttempts, k.upkeepAlways)
	return nil
}

// learnAttempts reads the records of attempts from before this coordinator.
func (k *Coordinator) learnAttempts() (err error) {
	if k.losses = newLosses(); !k.config.Exclusive {
		k.losses, err = readLosses(k.config.Root, func(id sweeps.ID, run int) bool { return run <= k.catalog.LastRun(id) })
	}
	if err != nil {
		return err
	}
	k.leftovers, err = readLeftovers(k.config.Root)
	return err
}

// listen reads the register as it is, then what workers report.
func (k *Coordinator) listen(ctx context.Context) error {
	stop, err := k.config.Queue.Register(ctx, k.registered)
	if err != nil {
		return fmt.Errorf("read the register of attempts: %w", err)
	}
	k.stop = append(k.stop, stop)
	if stop, err = k.config.Queue.Progress(k.progress); err != nil {
		return fmt.Errorf("listen to workers: %w", err)
	}
	k.stop = append(k.stop, stop)
	if stop, err = k.config.Queue.Presences(k.present); err != nil {
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
	k.taken = max(k.taken, d.Sequence())
	if k.ledger.Redelivered(d) {
		return
	}
	if was, ok := k.held[runKey{o.ID, o.Run}]; ok && was.Token != o.Token {
		return // the first outcome of an order counts
	}
	k.held[runKey{o.ID, o.Run}] = d
	if r := k.running[o.ID]; r != nil {
		k.window.took(o.Finished.Sub(o.Started).Seconds(), r.cost)
	}
	k.startCommitted(&o)
	k.step(committed(&o))
	k.wakeWindow()
}

// Wait returns when every launched sweep is complete or ctx ends, with the state of the sweeps. The error says
// why the coordinator cannot continue, or why the incomplete sweeps cannot be completed at present.
func (k *Coordinator) Wait(ctx context.Context) (control.Summary, error) {
	for {
		k.mu.Lock()
		summary, complete, failure, stuck, changed := k.summary(), k.complete(), k.failure, k.stuck(), k.changed
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

func (k *Coordinator) complete() bool {
	for _, s := range k.sweeps {
		if !k.isComplete(s.name) {
			return false
		}
	}
	return true
}
