package coordinator

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"time"

	"eisweep/coordinator/conditions"
	"eisweep/coordinator/workers"
	"eisweep/internal/control"
	"eisweep/internal/events"
)

// openEvents opens the log of events, and records who owns the root now.
func (c *core) openEvents(config Config, known *workers.Table) {
	c.events = events.Open(events.Config{Root: config.Root, MayWrite: c.ownsRoot, Fence: c.previousCrashed(), Log: config.Log})
	if c.previousCrashed() {
		c.record(c.succession())
	}
	started := c.ownEvent(events.CoordinatorStarted, "")
	started.Version = config.Version
	c.record(started)
	if config.SoleOwner { // no earlier worker uses its queue
		return
	}
	for name, last := range c.events.Workers() {
		known.Restore(name, last.Host, last.Time, last.Kind == events.WorkerSilent)
	}
}

// succession is the event of a root whose previous owner did not release it.
func (c *core) succession() events.Event {
	was, host := c.ownership.Previous(), hostName()
	if was.PID == os.Getpid() && was.Host == host {
		e := c.ownEvent(events.CoordinatorLostOwnership, "")
		e.Why = "its storage did not answer for too long, or the lock was replaced; nobody else owned the root meanwhile"
		return e
	}
	e := c.ownEvent(events.CoordinatorTookOver, "")
	if e.Why = "an owner whose record is damaged"; was.PID != 0 {
		e.Why = fmt.Sprintf("process %d on %s, which did not release the root", was.PID, was.Host)
	}
	return e
}

// ownEvent is an event about this coordinator.
func (c *core) ownEvent(kind events.Kind, err string) events.Event {
	return events.Event{Kind: kind, PID: os.Getpid(), Host: hostName(), Error: err}
}

func hostName() string {
	host, err := os.Hostname()
	return cmp.Or(host, fmt.Sprint(err))
}

// closeEvents records the end of the coordinator.
func (c *core) closeEvents(ctx context.Context, why error) {
	e := c.ownEvent(events.CoordinatorStopped, "")
	if why != nil {
		e.Error = why.Error()
	}
	c.record(e)
	c.events.Close(ctx)
}

// watchConditions returns a loop that records what the coordinator lacks.
func (c *core) watchConditions(config Config) func(context.Context) {
	watched := conditions.Config{Root: config.Root, UnresponsiveFor: config.Queue.UnresponsiveFor, Record: c.record}
	return func(ctx context.Context) { conditions.Watch(ctx, watched) }
}

// Events is the log of events. It ends with the coordinator.
func (c *core) Events() *events.Log { return c.events }

// saveTime is how long the answer to a command waits for the write of its event.
const saveTime = 2 * time.Second

// saveEvents waits until the events of a command that was carried out are written, so that no crash after the answer loses them. It is
// called without the lock.
func (c *core) saveEvents(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTime)
	defer cancel()
	c.events.Save(ctx)
}

// requested is an event that follows from a request.
func requested(ctx context.Context, kind events.Kind, sweep string) events.Event {
	by := control.RequesterOf(ctx)
	return events.Event{Time: time.Now(), Kind: kind, Sweep: sweep, User: by.User, From: by.Host}
}
