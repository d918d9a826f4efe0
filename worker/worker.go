package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"eisweep/internal/atomicfile"
	"eisweep/internal/meters"
	"eisweep/internal/queue"
	"eisweep/internal/root"
)

// Config configures a worker. Root and Queue are required.
type Config struct {
	Root  *root.Root
	Queue *queue.Queue
	// Name distinguishes this worker from others, Host is where it runs, Version is the program's version.
	Name, Host, Version string
	// Slots is how many tasks run at once; 0 is 1.
	Slots int
	// Memory is how many bytes tasks may take together, by the model's own estimate; 0
	// is any number. A task that doesn't fit beside those that run is refused.
	Memory int64
	// OnMemoryChange, if not nil, is called at every change with how many bytes the tasks take together, by the same
	// estimate. It must return quickly.
	OnMemoryChange func(bytes int64)
	// MaxTasks is how many tasks are run before the worker ends; 0 is any number.
	MaxTasks int
	// IdleTimeout is how long the worker waits for a task before it ends; 0 is forever.
	IdleTimeout time.Duration
	// Deadline is when the process will be killed: the worker drains some seconds before. Zero means never.
	Deadline time.Time
	// Job is the batch system's name for the job that the worker runs in, for reports.
	Job string
	// Runner executes tasks; nil runs the model.
	Runner Runner
	// Prober finds out whether an earlier attempt left a complete result; nil looks for none.
	Prober Prober
	// Log receives messages for the operator; nil drops them.
	Log *slog.Logger

	// Meters count and time what the worker does; nil makes new ones.
	Meters *meters.Worker

	// Checkpoint is the time between two checkpoints of a task, and so the work that is lost when this worker
	// is killed; 0 is 60 s, and less than 0 saves none. Where saving is slow, the time is longer, so that
	// saving costs 1 %.
	Checkpoint time.Duration
	// Presence is the time between two reports of the worker on its state; 0 is 5 s.
	Presence time.Duration
	// StallTimeout is how long a task may make no progress before it is stopped and given up; 0 is 15 min. Time in
	// which the process is suspended does not count.
	StallTimeout time.Duration
}

func (c Config) withDefaults() (Config, error) {
	if c.Root == nil || c.Queue == nil {
		return c, errors.New("start worker: no root or queue")
	}
	if c.Runner == nil {
		c.Runner = new(model)
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Meters == nil {
		c.Meters = meters.NewWorker()
	}
	c.Slots = cmp.Or(c.Slots, 1)
	c.Checkpoint = cmp.Or(c.Checkpoint, time.Minute)
	c.Presence = cmp.Or(c.Presence, 5*time.Second)
	c.StallTimeout = cmp.Or(c.StallTimeout, 15*time.Minute)
	return c, nil
}

// Worker runs tasks until it is drained or stopped. All methods are safe for
// concurrent use.
type Worker struct {
	Config
	fetchCtx context.Context // for fetching tasks; ends with the first stage of stopping, or when storage fails
	workCtx  context.Context // of the runners; ends with the first stage
	ctx      context.Context // of everything; ends with the second stage

	stopFetching, stopWork context.CancelCauseFunc
	cancel                 context.CancelFunc

	done     chan struct{}
	asked    chan struct{} // holds one when a coordinator asks for the worker's state
	since    time.Time
	load     *load
	attempts attempts
	cores    cores
	cpu      *cpuShares
	failures atomic.Int32 // of storage, in a row
	slowest  atomic.Int64 // the time that writing a checkpoint took at most

	mu  sync.Mutex
	err error
}

// Why work ends before it is complete.
var (
	errDrained  = errors.New("the worker is being stopped")
	errStalled  = errors.New("the task made no progress")
	errOver     = errors.New("the coordinator has ended the attempt")
	errReplaced = errors.New("another attempt has replaced it")
)

// ErrStorage is wrapped by Err of a worker that gave up because its storage failed.
var ErrStorage = errors.New("storage failed twice in a row")

// Start starts a worker, which takes tasks once Start has returned. ctx bounds only the start.
func Start(ctx context.Context, c Config) (*Worker, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("start worker: %w", err)
	}
	if err := checkStorage(c.Root); err != nil {
		return nil, err
	}
	w := &Worker{
		Config: c, done: make(chan struct{}), asked: make(chan struct{}, 1), since: time.Now(),
		load: newLoad(c.MaxTasks, c.Memory, c.OnMemoryChange), cores: newCores(c.Slots), cpu: &cpuShares{clock: processTime},
	}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	w.fetchCtx, w.stopFetching = context.WithCancelCause(w.ctx)
	w.workCtx, w.stopWork = context.WithCancelCause(w.ctx)
	unsubscribe, err := w.listenCommands()
	if err != nil {
		w.cancel()
		return nil, fmt.Errorf("start worker: %w", err)
	}
	go w.work(unsubscribe)
	return w, nil
}

// work runs the slots, heartbeats and time limits until all have ended.
func (w *Worker) work(unsubscribe func()) {
	defer close(w.done)
	defer w.cancel()
	var slots, watches sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	watches.Go(func() { w.sendHeartbeats(ctx) })
	if w.IdleTimeout > 0 {
		watches.Go(w.untilIdle)
	}
	if !w.Deadline.IsZero() {
		watches.Go(w.untilDeadline)
	}
	for range w.Slots {
		slots.Go(w.slot)
	}
	slots.Wait()
	unsubscribe()
	w.drain(errEnough) // of no effect if there was another reason
	cancel()
	watches.Wait()
}

// checkStorage refuses to start where no result could be left.
func checkStorage(r *root.Root) error {
	f, err := atomicfile.Create(r.Private("incoming", "try"), 0o600)
	if err != nil {
		return fmt.Errorf("start worker: results cannot be written: %w", err)
	}
	return f.Discard()
}

// Drain is the first stage of stopping. The worker takes no more tasks, hands back those that run with a
// checkpoint (the attempt does not count), and finishes those whose outcome is being committed. Drain returns
// when that is done, or an error when ctx ends before.
func (w *Worker) Drain(ctx context.Context) error {
	w.drain(errDrained)
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("drain worker: %w", ctx.Err())
	}
}

// Stop is the second stage: it abandons what runs, until the coordinator notices. It waits until all goroutines
// have ended, and may be called again.
func (w *Worker) Stop() {
	w.drain(errDrained)
	w.cancel()
	<-w.done
}

// Done is closed when the worker has ended: drained, stopped, or given up.
func (w *Worker) Done() <-chan struct{} { return w.done }

// Err says why the worker stopped taking tasks by itself: its storage failed (then it wraps ErrStorage) or the
// queue's connection is closed. It is nil while the worker works and after an ordinary end.
func (w *Worker) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// Reason says, for people, why the worker takes no more tasks: it was drained, has run enough of them, has
// waited long enough, its time is up, or what Err says. It is nil while the worker works.
func (w *Worker) Reason() error {
	if w.fetchCtx.Err() == nil {
		return nil
	}
	return context.Cause(w.fetchCtx)
}

// Load returns how many tasks run, and the memory that they take together in bytes, by the model's own estimate.
func (w *Worker) Load() (busy int, memory int64) { return w.load.now() }

// abort ends the intake; running tasks are finished.
func (w *Worker) abort(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
		w.Log.Error("the worker takes no more tasks", "worker", w.Name, "error", err)
		w.stopFetching(err)
	}
}

// storageFailed counts a failure; the second in a row is the last.
func (w *Worker) storageFailed(err error) {
	if w.failures.Add(1) >= 2 {
		w.abort(fmt.Errorf("%w: %w", ErrStorage, err))
	}
}

func (w *Worker) storageWorked() { w.failures.Store(0) }
