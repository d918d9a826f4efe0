package coordinator

import (
	"context"
	"log/slog"
	"sync"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/events"
	"eisweep/internal/meters"
	"eisweep/sweeps"
)

// core is what the parts of a coordinator share: the state machine, whether the coordinator may still write, and
// the lock that guards the machine and the state of every part, so that an event and what follows from it are one
// step for all others.
type core struct {
	log       *slog.Logger
	ownership Ownership // nil: nobody else can own the root
	meters    *meters.Coordinator

	unattended context.Context // of requests that nobody waits for; ends when they are to be aborted
	abort      context.CancelFunc

	events   *events.Log
	launchOf func(sweep string) string // names a sweep's latest launch; "" if it was not launched

	// carryOut does one command and returns those that follow from it at once.
	carryOut func(lifecycle.Command) []lifecycle.Command

	mu      sync.Mutex
	machine *lifecycle.Machine
	failure error                // why the coordinator cannot continue: nothing more is placed
	changed chan struct{}        // closed and replaced when something was settled
	reasons map[sweeps.ID]string // of failures, for sweeps that request the task later
}

func newCore(log *slog.Logger, ownership Ownership) *core {
	c := &core{log: log, ownership: ownership, meters: meters.NewCoordinator(), machine: lifecycle.New(),
		changed: make(chan struct{}), reasons: map[sweeps.ID]string{}}
	c.unattended, c.abort = context.WithCancel(context.Background())
	return c
}

// record adds an event to the log of events. It is called with the lock held if the event is about a sweep.
func (c *core) record(e events.Event) {
	if e.Sweep != "" && e.Launch == "" {
		e.Launch = c.launchOf(e.Sweep)
	}
	c.meters.Count(&e)
	c.events.Add(e)
}

// recordLocked is record for callers that do not hold the lock.
func (c *core) recordLocked(e events.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.record(e)
}

// step feeds an event to the machine and carries out what follows. It is called with the lock held.
func (c *core) step(e lifecycle.Event) { c.do(c.machine.Step(e)) }

// do carries out commands, in their order. What must be durable first is gathered for flush. It is called with
// the lock held.
func (c *core) do(commands []lifecycle.Command) {
	for len(commands) > 0 && c.failure == nil {
		next := commands[0]
		commands = commands[1:]
		if first := c.carryOut(next); len(first) > 0 {
			commands = append(first, commands...)
		}
	}
}

// doAgain carries out a command that was delayed, as far as it is still valid. It is called with the lock held.
func (c *core) doAgain(delayed lifecycle.Command) {
	switch d := delayed.(type) {
	case lifecycle.Place:
		c.step(lifecycle.PlacementRetried{ID: d.ID, Run: d.Run})
		return
	case lifecycle.Link:
		if t, ok := c.machine.Task(d.ID); !ok || t.Phase != lifecycle.Done || !t.IsIn(d.Sweep) {
			return
		}
	}
	c.do([]lifecycle.Command{delayed})
}

// announce wakes those who wait for a change.
func (c *core) announce() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// Failed returns, with the reason, when the coordinator cannot continue: storage failed, or another process
// owns the root. Nothing is placed any more, and the coordinator must be stopped. It returns nil when ctx ends.
func (c *core) Failed(ctx context.Context) error {
	for {
		c.mu.Lock()
		failure, changed := c.failure, c.changed
		c.mu.Unlock()
		if failure != nil {
			return failure
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
	}
}

// failed reports whether the coordinator cannot continue.
func (c *core) failed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failure != nil
}

// fail stops the coordinator from placing anything more.
func (c *core) fail(err error) {
	if c.failure == nil {
		c.failure = err
		c.log.Error("the coordinator cannot continue", "error", err)
		if !c.ownsRoot() {
			c.record(c.ownEvent(events.CoordinatorLostOwnership, err.Error()))
		}
		c.announce()
	}
}

// AbortOnDone aborts, when ctx ends, the requests to the queue that nobody waits for and that the queue does
// not answer.
func (c *core) AbortOnDone(ctx context.Context) { context.AfterFunc(ctx, c.abort) }
