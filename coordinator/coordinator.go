package coordinator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/placement"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
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
	// Exclusive says that no worker was at work on this queue when the coordinator
	// starts: what is queued from earlier is removed, and attempts are counted anew.
	Exclusive bool
	// Noted, if not nil, is called for every line that a manifest got, once it is
	// durable. It must return at once and not call the coordinator.
	Noted func(manifest.Line)
	// Ownership is asked before anything is written; nil: nobody else can own the root. The caller keeps it until after Stop.
	Ownership Ownership
	// Verbs are requests that Serve answers besides the coordinator's own.
	Verbs map[string]control.Handler
}

// Coordinator is the shell around the machine: it feeds it with launches and with
// what the queue delivers, and carries its commands out. All methods are safe for
// concurrent use.
type Coordinator struct {
	config Config
	stop   []func()
	loop   chan struct{}  // closed when the outcome loop has ended
	keep   sync.WaitGroup // the other loops

	outcomes   chan queue.OutcomeDelivery
	quit       chan struct{}
	unattended context.Context // of requests that nobody waits for; ends when they are to be aborted
	abort      context.CancelFunc
	once       sync.Once
	stopped    error // what Stop returns

	launching sync.Mutex // one launch at a time
	workers   workers
	offers    offers
	outbox    *outbox

	mu         sync.Mutex
	machine    *lifecycle.Machine
	reasons    map[sweeps.ID]string // of failures, for sweeps that come to want the task later
	submitting submitting
	held       map[runKey]queue.OutcomeDelivery // outcomes not yet acknowledged
	running    map[sweeps.ID]*atWork
	closing    map[string]bool  // sweeps that are finished
	taken      uint64           // the sequence of the last outcome that came
	sweeps     []*launchedSweep // in order of launch
	manifests  openManifests
	batch      batch
	catalog    *catalog.Catalog
	placer     placement.Placer
	queued     map[sweeps.ID]queue.QueuedTask // while restoring: what is queued
	absent     map[sweeps.ID]int              // orders that the last look at the queue missed; of the reconciling loop
	strangers  int                            // orders in the queue that the machine knows nothing of, when they were last listed
	pace       pace
	begun      time.Time
	acquainted <-chan struct{} // closed once every worker that is there has been heard of
	faults     faultList
	withheld   map[runKey]settled // outcomes whose lines are not durable yet
	failure    error              // it can't go on: nothing more is placed
	changed    chan struct{}      // closed and replaced when something was settled
}

// runKey is a run of a task: an order to execute it.
type runKey struct {
	ID  sweeps.ID
	Run int
}

// groupTime is how long outcomes are gathered before the manifests are written
// and synced together.
const groupTime = 50 * time.Millisecond

// Start makes a coordinator ready. Outcomes that an earlier one left behind are
// held until a launch wants them.
func Start(ctx context.Context, c Config) (*Coordinator, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	k := &Coordinator{
		config: c, loop: make(chan struct{}), outcomes: make(chan queue.OutcomeDelivery, 256), quit: make(chan struct{}),
		machine: lifecycle.New(), catalog: catalog.NewForOwner(c.Root), closing: map[string]bool{}, reasons: map[sweeps.ID]string{},
		workers: workers{list: map[string]control.Worker{}}, offers: offers{changed: make(chan struct{}, 1), turn: make(chan struct{}, 1)}, outbox: newOutbox(c.Queue.Limited),
		held: map[runKey]queue.OutcomeDelivery{}, running: map[sweeps.ID]*atWork{}, begun: time.Now(), changed: make(chan struct{}),
		manifests: openManifests{c.Root, c.Log, map[string]*manifest.Writer{}},
		faults:    faultList{c.Log, map[string]*fault{}, make(chan struct{}, 1)}, withheld: map[runKey]settled{},
	}
	k.placer = placement.Placer{Root: c.Root, Catalog: k.catalog, Log: c.Log}
	k.unattended, k.abort = context.WithCancel(context.Background())
	go k.run()
	go k.sendAlways()
	if err := k.begin(ctx); err != nil {
		return nil, errors.Join(err, k.Stop(ctx))
	}
	return k, nil
}

// begin listens to the queue, and goes on with what an earlier coordinator left.
func (k *Coordinator) begin(ctx context.Context) error {
	if err := k.clearLeftovers(ctx); err != nil {
		return err
	}
	if err := k.subscribe(ctx); err != nil {
		return err
	}
	takeUp := k.restore
	if k.config.Exclusive {
		takeUp = k.learnOutcomes
	}
	if err := k.catalog.Refresh(); err != nil {
		return err
	}
	k.settleClaims()
	if err := takeUp(ctx); err != nil {
		return fmt.Errorf("go on with sweeps: %w", err)
	}
	stop, err := k.config.Queue.Events(ctx, k.attempt, k.progress)
	if err != nil {
		return fmt.Errorf("listen to workers: %w", err)
	}
	k.stop = append(k.stop, stop)
	k.background(k.retryAlways)
	if !k.config.Exclusive {
		k.replaceOldRecords()
		k.background(k.offerSweeps, k.reconcileAlways, k.watchAttempts)
	}
	return nil
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
	stop, err := k.config.Queue.Outcomes(ctx, func(d queue.OutcomeDelivery) {
		select {
		case k.outcomes <- d:
		case <-k.quit:
		}
	})
	if err != nil {
		return fmt.Errorf("listen to outcomes: %w", err)
	}
	k.stop = append(k.stop, stop)
	stop, err = k.config.Queue.Presences(func(p protocol.Presence) { k.workers.hear(p, time.Now()) })
	if err != nil {
		return err
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
	if w, ok := k.withheld[runKey{o.ID, o.Run}]; ok { // delivered again
		k.withheld[runKey{o.ID, o.Run}] = settled{d, w.incoming}
		return
	}
	if was, ok := k.held[runKey{o.ID, o.Run}]; ok && was.Attempt != o.Attempt {
		return // the first outcome of an order counts
	}
	k.held[runKey{o.ID, o.Run}] = d
	k.do(k.machine.Step(lifecycle.OutcomeCommitted{ID: o.ID, Run: o.Run, Attempt: o.Attempt, Class: o.Class}))
}

// announce wakes those who wait for a change.
func (k *Coordinator) announce() {
	close(k.changed)
	k.changed = make(chan struct{})
}

// Wait returns when every launched sweep is complete or the context ends, with what became
// of the sweeps so far. The error says why the coordinator can't go on, or why those sweeps
// that are not complete can't be completed as things are.
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
