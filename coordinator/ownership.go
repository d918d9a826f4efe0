package coordinator

import (
	"context"
	"fmt"
	"time"

	"eisweep/internal/control"
	"eisweep/internal/root"
)

// Ownership says whether the root is this coordinator's. *lease.Lease implements it.
type Ownership interface {
	// Valid reports whether a write may start now. It never waits.
	Valid() bool
	// Check returns nil once a write may start; it waits until then. The error says that the root is lost, or
	// is ctx's.
	Check(ctx context.Context) error
	// Epoch is this owner's number; no later owner has a lower one.
	Epoch() uint64
	// PreviousCrashed reports whether the previous owner ended without releasing the root.
	PreviousCrashed() bool
	// Previous is the previous owner; zero if there was none, or it is not known.
	Previous() root.Holder
}

// requireOwnership returns nil if the root is this coordinator's. A process does not notice time that passes
// while it, its machine or its storage is suspended, so it checks directly before anything is written. While
// there is no answer it waits, until such requests are aborted. It holds the mutex meanwhile: checkOwnership
// nearly always had the answer a moment before.
func (c *core) requireOwnership() error {
	if c.ownsRoot() {
		return nil
	}
	return c.askOwnership(c.unattended)
}

// checkOwnership is requireOwnership for callers that hold the mutex and may release it: others use the
// coordinator while storage does not answer.
func (c *core) checkOwnership(ctx context.Context) error {
	for c.failure == nil && !c.ownsRoot() {
		c.mu.Unlock()
		err := c.askOwnership(ctx)
		c.mu.Lock()
		if err != nil {
			return err
		}
	}
	return nil
}

// soon is how long an answer about the current state may wait for the ownership of the root.
const soon = time.Second

// checkOwnershipSoon is checkOwnership that gives up soon, and reports whether it succeeded.
func (c *core) checkOwnershipSoon() bool {
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	defer cancel()
	return c.checkOwnership(ctx) == nil
}

// authorizeWrite makes sure that the root is this coordinator's before a request changes files other than
// manifests. The error says that it is not, or that this is unknown, or why the coordinator cannot continue.
func (c *core) authorizeWrite() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, cancel := context.WithTimeout(c.unattended, authorizeTime)
	defer cancel()
	err := c.checkOwnership(ctx)
	if err != nil && ctx.Err() == nil {
		c.fail(err)
	}
	switch {
	case c.failure != nil:
		return c.failure
	case err != nil:
		return &control.Refusal{Kind: control.Storage, Text: "the storage of the root does not answer, so the coordinator may not write to " +
			"it now: try again later"}
	}
	return nil
}

// authorizeTime is how long a request that changes files waits for the ownership of the root.
const authorizeTime = 5 * time.Second

func (c *core) askOwnership(ctx context.Context) error {
	if err := c.ownership.Check(ctx); err != nil {
		return fmt.Errorf("write to root: %w", err)
	}
	return nil
}

// ownsRoot reports whether a write may start now. Without an Ownership the caller knows that nobody else can own the root.
func (c *core) ownsRoot() bool { return c.ownership == nil || c.ownership.Valid() }

// previousCrashed reports whether the previous owner of the root ended without releasing it.
func (c *core) previousCrashed() bool { return c.ownership != nil && c.ownership.PreviousCrashed() }

// epoch is the number of this owner of the root; 0 if nobody else can own it.
func (c *core) epoch() uint64 {
	if c.ownership == nil {
		return 0
	}
	return c.ownership.Epoch()
}
