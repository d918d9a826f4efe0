package lease

import (
	"context"
	"errors"
	"time"

	"eisweep/internal/root"
)

// Standby waits until it can become the owner of a root in place of the present one. It is not safe for concurrent use.
type Standby struct{ candidate }

// NewStandby returns a standby. The configuration needs no Lock: Try gets one.
func NewStandby(c Config) (*Standby, error) {
	if err := c.setDefaults(); err != nil {
		return nil, err
	}
	return &Standby{candidate{Config: c, spacing: c.interval()}}, nil
}

// Pause is how long to wait between two calls of Try.
func (s *Standby) Pause() time.Duration { return s.Term / 80 }

// Try looks at the owner once, and becomes the owner if it may. If this process holds the lock, it becomes the owner at once after
// an owner that released the root or is dead. Otherwise it does so when the owner's counter has been unchanged for as long as
// Acquire would wait, and takes the lock if it doesn't hold it. But while a process on the same kernel holds the lock, that is not
// replaced, even if it is stopped: it could use the same files when it continues. If Try returns neither a lease nor an error, it
// is to be called again.
func (s *Standby) Try(ctx context.Context, lock Lock) (*Lease, error) {
	if !lock.Held() && s.reads > 0 && s.now().boot-s.last < s.spacing {
		return nil, nil
	}
	s.Lock = lock
	l, err := s.try(ctx)
	if used := (*root.InUseError)(nil); errors.As(err, &used) || errors.Is(err, ErrLost) { // the owner is alive, or has a successor
		s.reads = 0
		return nil, nil
	}
	return l, err
}

// Owner is the owner that the last looks found; zero if they found none, or its record is damaged.
func (s *Standby) Owner() root.Holder { return s.seen.Holder }
