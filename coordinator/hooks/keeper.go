package hooks

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"eisweep/coordinator/launched"
	"eisweep/coordinator/lifecycle"
	"eisweep/internal/control"
	"eisweep/internal/events"
	"eisweep/internal/problems"
	"eisweep/internal/root"
)

// Core is what a keeper needs of the coordinator. Its lock guards the machine and the sweeps.
type Core interface {
	sync.Locker
	Machine() *lifecycle.Machine
	// OwnsRoot reports whether a write may start now. The lock need not be held.
	OwnsRoot() bool
}

// Allowed are the kinds of hooks that a coordinator runs for whoever may launch sweeps.
type Allowed struct {
	Commands, Webhooks bool
	Environment        []string // of commands, to which the variables of the event are added
}

// Config says what a keeper works with.
type Config struct {
	Core    Core
	Root    *root.Root
	Sweeps  *launched.Table
	Log     *slog.Logger
	Record  func(events.Event) // keeps an event; it is called without locks
	Version string             // of the program
	Allowed Allowed
	// Retry is the pause after the first attempt to send a webhook; 0 is 2 s.
	Retry time.Duration
}

const (
	lookEvery = time.Second // between two looks at the sweeps
	maxAtOnce = 4           // deliveries at a time
)

// Keeper fires the hooks of launched sweeps. Its methods are safe for concurrent use.
type Keeper struct {
	config Config
	wake   chan struct{}

	mu     sync.Mutex // neither lock is taken while the other is held
	files  map[string]*file
	unread map[string]error // by sweep, see read
	busy   int
	ending int  // deliveries whose end is being recorded
	closed bool // nothing is written any more
	moved  chan struct{}

	listed atomic.Pointer[[]problems.Problem] // Problems, for readers that must not wait for a write
}

// New makes a keeper, and reads what earlier coordinators left.
func New(c Config) *Keeper {
	c.Retry = cmp.Or(c.Retry, 2*time.Second)
	files, unread := read(c.Root)
	for sweep, err := range unread {
		c.Log.Warn("hooks cannot be read, and do not run", "sweep", sweep, "error", err)
	}
	k := &Keeper{config: c, files: files, unread: unread, wake: make(chan struct{}, 1), moved: make(chan struct{})}
	k.listProblems()
	return k
}

// Check refuses hooks that are wrong, or that this coordinator does not run.
func (k *Keeper) Check(h *control.Hooks) error {
	if h == nil {
		return nil
	}
	if err := h.Check(); err != nil {
		return &control.Refusal{Kind: control.Input, Text: err.Error()}
	}
	for _, kind := range []struct {
		wanted, allowed bool
		what, flag      string
	}{
		{h.HasCommands(), k.config.Allowed.Commands, "commands", "command"},
		{len(h.Webhooks) > 0, k.config.Allowed.Webhooks, "webhooks", "webhook"},
	} {
		if kind.wanted && !kind.allowed {
			return &control.Refusal{Kind: control.Input, Text: fmt.Sprintf("this coordinator does not run %s for launches, because they would run "+
				"on its machine and as its user: start it with `--allow-hooks %s`, or run the command after `eisweep launch --follow`",
				kind.what, kind.flag)}
		}
	}
	return nil
}

// Arm keeps the hooks of a launch that is about to begin, in place of those of the sweep's earlier launches; nil: it has none.
// failedBefore is how many tasks have failed and are not run again.
func (k *Keeper) Arm(sweep string, h *control.Hooks, failedBefore int) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	was := k.files[sweep]
	if was == nil && h == nil && k.unread[sweep] == nil {
		return nil
	}
	f := &file{Format: 1, Sweep: sweep, Armed: time.Now(), FailedBefore: failedBefore}
	if h != nil {
		f.Hooks = *h
	}
	if was != nil {
		for _, d := range was.Deliveries {
			if !d.Over {
				f.Deliveries = append(f.Deliveries, d)
			}
		}
	}
	if err := f.write(k.config.Root); err != nil {
		return err
	}
	k.files[sweep] = f
	delete(k.unread, sweep)
	k.listProblems()
	return nil
}

// Work fires hooks until ctx ends. A command that runs then continues, and nobody learns how it ends.
func (k *Keeper) Work(ctx context.Context) {
	k.fireArchived()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		k.look()
		k.deliver(ctx, time.Now())
		select {
		case <-tick.C:
		case <-k.wake:
		case <-ctx.Done():
			k.mu.Lock()
			k.closed = true
			k.mu.Unlock()
			return
		}
	}
}

// webhooksTime is how long Settle waits for webhooks that are not accepted.
const webhooksTime = 30 * time.Second

// Settle fires what is due now, and waits until every command has ended, and every webhook was accepted or webhooksTime is over, or until
// ctx ends. The rest is left to the next owner of the root.
func (k *Keeper) Settle(ctx context.Context) {
	k.fireArchived()
	k.look()
	timer := time.NewTimer(webhooksTime)
	defer timer.Stop()
	for patient := true; ; {
		k.mu.Lock()
		commands, webhooks := k.left()
		moved := k.moved
		k.mu.Unlock()
		if commands == 0 && (webhooks == 0 || !patient) {
			if webhooks > 0 {
				k.config.Log.Warn("some webhooks were not accepted; the next run or coordinator of this root sends them", "webhooks", webhooks)
			}
			return
		}
		select {
		case k.wake <- struct{}{}:
		default:
		}
		select {
		case <-moved:
		case <-timer.C:
			patient = false
		case <-ctx.Done():
			return
		}
	}
}

// left counts the deliveries that this keeper can still make. Those whose end is being recorded count as commands.
func (k *Keeper) left() (commands, webhooks int) {
	commands = k.ending
	for _, f := range k.files {
		for _, d := range f.Deliveries {
			switch {
			case d.Over || !k.allows(d):
			case d.Webhook != nil:
				webhooks++
			default:
				commands++
			}
		}
	}
	return commands, webhooks
}

func (k *Keeper) allows(d *delivery) bool {
	if d.Webhook != nil {
		return k.config.Allowed.Webhooks
	}
	return k.config.Allowed.Commands
}

// newID names a delivery: receivers recognize repetitions by it.
func newID() string { return "msg_" + rand.Text() }
