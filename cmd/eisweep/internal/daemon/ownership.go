package daemon

import (
	"cmp"
	"context"
	"errors"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/ownership"
	"eisweep/internal/access"
	"eisweep/internal/lease"
	"eisweep/internal/natsserver"
)

// stopOnExpiry stops the embedded server when another process may own the root soon: workers would send results to a server that
// nobody reads. It returns when the lease is released, too.
func (s *Service) stopOnExpiry(server *natsserver.Server, own *lease.Lease) {
	select {
	case <-own.Expired():
		server.Stop()
	case <-own.Released():
	}
}

// waitForFailure waits until the coordinator cannot continue, and returns why; nil when ctx ends.
func (s *Service) waitForFailure(ctx context.Context) error {
	held, lose := context.WithCancel(ctx)
	defer lose()
	unreachable, lost, expired := s.queue.Lost(), s.root.Lease.Lost(), s.root.Lease.Expired()
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
		err = s.disownedError()
	case err == nil:
		err = s.queue.Err()
	}
	if errors.Is(err, natsserver.ErrStore) {
		return cli.Errorf(cli.ExitStorage, "%w; repair that, then start the coordinator again: workers wait for it", err)
	}
	return err
}

// isDisowned reports whether this process may not write to the root any more, or will soon not.
func (s *Service) isDisowned() bool {
	select {
	case <-s.root.Lease.Lost():
		return true
	case <-s.root.Lease.Expired():
		return true
	default:
		return false
	}
}

// disownedError says why the service is disowned.
func (s *Service) disownedError() error { return cmp.Or(s.root.Lost(), ownership.ErrExpired) }

// accessFilesInterval is how often the coordinator checks whether the access files are still its own.
const accessFilesInterval = 10 * time.Second

// maintainAccessFiles replaces access files that an earlier owner wrote late, as long as this process owns the root.
func (s *Service) maintainAccessFiles(a *access.Authority, own *ownership.Root, urls []string) {
	tick := time.NewTicker(accessFilesInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-own.Lease.Lost():
			return
		case <-own.Lease.Released():
			return
		}
		if !a.IsOutdated(own.Root) || !own.Lease.Valid() {
			continue
		}
		if err := a.WriteFiles(own.Root, urls, s.share); err != nil {
			s.log.Warn("replace an earlier owner's access files", "error", err)
		}
	}
}
