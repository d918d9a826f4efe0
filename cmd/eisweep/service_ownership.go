package main

import (
	"cmp"
	"context"
	"errors"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/access"
	"eisweep/internal/lease"
	"eisweep/internal/natsserver"
)

// stopAtT stops the embedded server when another process may own the root soon: workers would hand results to a server that
// nobody reads. It returns when the lease is released, too.
func (s *service) stopAtT(server *natsserver.Server, own *lease.Lease) {
	select {
	case <-own.Expired():
		server.Stop()
	case <-own.Released():
	}
}

// failed waits until the coordinator can't go on, and says why; nil when ctx ends.
func (s *service) failed(ctx context.Context) error {
	held, lose := context.WithCancel(ctx)
	defer lose()
	unreachable, lost, expired := s.queue.Lost(), s.root.lease.Lost(), s.expired()
	go func() {
		defer lose()
		select {
		case <-unreachable:
		case <-lost:
		case <-expired:
		case <-held.Done():
		}
	}()
	err := s.coordinator.Failed(held)
	switch {
	case ctx.Err() != nil:
	case s.isDisowned():
		err = s.whyDisowned()
	case err == nil:
		err = s.queue.Err()
	}
	if errors.Is(err, natsserver.ErrStore) {
		return cli.Errorf(cli.ExitStorage, "%w; repair that, then start the coordinator again: workers wait for it", err)
	}
	return err
}

// isDisowned reports whether this process may not write to the root any more, now or after a while.
func (s *service) isDisowned() bool {
	select {
	case <-s.root.lease.Lost():
		return true
	case <-s.expired():
		return true
	default:
		return false
	}
}

// whyDisowned is the error of a service that is disowned.
func (s *service) whyDisowned() error { return cmp.Or(s.root.lost(), errExpired) }

// expired is closed when the embedded server is stopped since the root's storage did not answer. Who uses the site's NATS
// waits for the storage.
func (s *service) expired() <-chan struct{} {
	if s.External() {
		return nil
	}
	return s.root.lease.Expired()
}

// filesAgain is how often the coordinator looks whether the access files are still its own.
const filesAgain = 10 * time.Second

// keepFiles writes the access files again when an earlier owner's arrive late, for as long as this process owns the root.
func (s *service) keepFiles(a *access.Authority, own *ownedRoot, urls []string) {
	tick := time.NewTicker(filesAgain)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-own.lease.Lost():
			return
		case <-own.lease.Released():
			return
		}
		if !a.IsOutdated(own.Root) || !own.lease.Valid() {
			continue
		}
		if err := a.WriteFiles(own.Root, urls, s.share); err != nil {
			s.log.Warn("replace an earlier owner's access files", "error", err)
		}
	}
}
