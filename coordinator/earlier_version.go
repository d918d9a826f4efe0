package coordinator

import (
	"context"
	"fmt"
	"sync"
	"time"

	"eisweep/internal/control"
	"eisweep/internal/events"
	"eisweep/internal/problems"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
)

// An earlier version of this program kept orders and outcomes in streams of other names, with one
// consumer for each sweep. What it left is taken over: its orders are removed, since their tasks are
// pending all the same, and the outcomes that it did not place are placed.

// takeOver takes over what is there now, before sweeps are resumed, and later what was not
// acknowledged by then. What cannot be taken over costs some tasks another run.
func (c *Coordinator) takeOver(ctx context.Context) {
	if c.takeOverOnce(ctx) {
		return
	}
	c.background(func(ctx context.Context) {
		tick := time.NewTicker(upkeepEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if c.takeOverOnce(ctx) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	})
}

func (c *Coordinator) takeOverOnce(ctx context.Context) (done bool) {
	done, err := c.config.Queue.TakeOverFormat1(ctx, c.receive)
	if err != nil && ctx.Err() == nil {
		c.config.Log.Warn("take over what an earlier version left in the queue", "error", err)
	}
	return done
}

// receive hands an outcome to the loop.
func (c *Coordinator) receive(d queue.OutcomeDelivery) {
	select {
	case c.outcomes <- d:
	case <-c.quit:
	}
}

// drainEarlierWorkers tells workers of an earlier version to stop when they report.
func (c *Coordinator) drainEarlierWorkers() (stop func(), err error) {
	last := time.Time{}
	return c.config.Queue.DrainFormat1(func(now time.Time) {
		if now.Sub(last) > upkeepEvery {
			last = now
			c.config.Log.Warn("a worker of an earlier version was told to stop: start coordinator and workers from the same program")
		}
	})
}

// otherModels are workers of other versions of the model, whose results nobody wants. They are told to end when they report.
type otherModels struct {
	*core
	mu   sync.Mutex
	seen map[string]otherWorker // by their names
}

type otherWorker struct {
	host, program, model string
	first, last          time.Time
}

// take takes in a report.
func (o *otherModels) take(model string, p protocol.Presence) {
	now := time.Now()
	o.mu.Lock()
	w, known := o.seen[p.Name]
	if p.Gone {
		delete(o.seen, p.Name)
	} else {
		if !known {
			w = otherWorker{host: p.Host, program: p.Version, model: model, first: now}
		}
		w.last = now
		o.seen[p.Name] = w
	}
	o.mu.Unlock()
	if !known && !p.Gone {
		o.recordLocked(events.Event{Kind: events.WorkerDraining, Worker: p.Name, Host: p.Host, Version: p.Version,
			Why: fmt.Sprintf("its model is of version %s, the coordinator's of %s", model, protocol.Version())})
	}
}

// problems lists those that have not ended.
func (o *otherModels) problems() (out []problems.Problem) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for name, w := range o.seen {
		if control.IsSilent(time.Since(w.last)) {
			delete(o.seen, name)
			continue
		}
		out = append(out, problems.Problem{Kind: problems.WorkerVersion, Severity: problems.Warning, Subject: name, Since: w.first,
			Text: fmt.Sprintf("worker %s (%s) is of version %s, whose model is of version %s; the coordinator's is of %s, so the worker gets "+
				"no tasks and was told to end", name, w.host, w.program, w.model, protocol.Version()),
			Remedy: "install the coordinator's program there, and start the worker again; if it does not end by itself, stop it with `kill`"})
	}
	return out
}
