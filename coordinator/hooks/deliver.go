package hooks

import (
	"context"
	"fmt"
	"slices"
	"time"

	"eisweep/internal/events"
)

// deliver begins the deliveries that are due.
func (k *Keeper) deliver(ctx context.Context, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, f := range k.files {
		for _, d := range f.Deliveries {
			if k.busy >= maxAtOnce {
				return
			}
			if d.busy || d.Over || d.waits(k.config.Retry, now) || !k.allows(d) || !k.config.Core.OwnsRoot() {
				continue
			}
			k.begin(ctx, f, d, now)
		}
	}
}

// begin begins a delivery. That a command was started is durable before it starts.
func (k *Keeper) begin(ctx context.Context, f *file, d *delivery, now time.Time) {
	d.Attempts++
	if d.Webhook == nil {
		d.Started = true
		if err := f.write(k.config.Root); err != nil {
			d.Attempts, d.Started, d.Next = d.Attempts-1, false, now.Add(pause(k.config.Retry, 1))
			k.config.Log.Warn("a command of a hook waits until its start can be recorded", "sweep", f.Sweep, "error", err)
			return
		}
	}
	k.listProblems()
	d.busy = true
	k.busy++
	copied := *d
	go func() {
		if copied.Attempts == 1 {
			k.config.Record(copied.event(events.HookStarted, ""))
		}
		var outcome string
		var err error
		if copied.Webhook != nil {
			outcome, err = send(ctx, &copied, k.config.Version, time.Now())
		} else {
			outcome, err = run(ctx, k.config.Root, k.config.Allowed.Environment, &copied)
		}
		k.end(ctx, d, outcome, err)
	}()
}

// end takes in how an attempt ended.
func (k *Keeper) end(ctx context.Context, d *delivery, outcome string, err error) {
	e := k.settle(ctx, d, outcome, err)
	if e != nil {
		k.config.Record(*e)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ending--
	close(k.moved)
	k.moved = make(chan struct{})
}

// settle is end without the event that follows, nil for none.
func (k *Keeper) settle(ctx context.Context, d *delivery, outcome string, err error) (e *events.Event) {
	k.mu.Lock()
	defer k.mu.Unlock()
	d.busy = false
	k.busy--
	k.ending++
	if k.closed || ctx.Err() != nil || !k.config.Core.OwnsRoot() {
		return nil // the next coordinator sends a webhook again
	}
	f := k.files[d.Notice.Sweep]
	if f == nil {
		return nil
	}
	if err == nil {
		k.config.Log.Info("a hook was delivered", "sweep", f.Sweep, "on", d.Notice.Event, "hook", d.name(), "delivery", d.ID,
			"attempts", d.Attempts)
		finished := d.event(events.HookFinished, ": "+outcome)
		e = &finished
		f.Deliveries = slices.DeleteFunc(slices.Clone(f.Deliveries), func(each *delivery) bool { return each == d })
	} else {
		now := time.Now()
		d.fail(err, now)
		d.Over = d.Webhook == nil || d.Attempts >= maxAttempts
		d.Next = now.Add(pause(k.config.Retry, d.Attempts))
		if d.Attempts == 1 || d.Over {
			failed := d.event(events.HookFailed, "")
			failed.Error, e = d.Error, &failed
		}
	}
	k.listProblems()
	if err := f.write(k.config.Root); err != nil {
		k.config.Log.Warn("the outcome of a hook cannot be recorded", "sweep", f.Sweep, "error", err)
	}
	return e
}

// name names a delivery in messages, which more people may read than its file. A command line may have secrets, so it is not in them.
func (d *delivery) name() string {
	if d.Webhook != nil {
		return "webhook to " + masked(d.Webhook.URL)
	}
	return "command"
}

// event is an event about a delivery, now; outcome says how it ended.
func (d *delivery) event(kind events.Kind, outcome string) events.Event {
	return events.Event{Time: time.Now(), Kind: kind, Sweep: d.Notice.Sweep, Why: fmt.Sprintf("%s (%s)%s", d.name(), d.Notice.Event, outcome)}
}
