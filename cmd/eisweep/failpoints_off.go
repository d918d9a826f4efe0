//go:build !failpoints

package main

import (
	"time"

	"eisweep/worker"
)

// plantFailpoints does nothing: tasks of this program fail by themselves only.
func plantFailpoints(*environment, *worker.Config) error { return nil }

// leaseTime is how long a worker may be silent; 0 is what the queue has.
func leaseTime(*environment) time.Duration { return 0 }

// ownershipTerm is how long the owner of a root may write after a renewal; 0 is what every other eisweep has.
func ownershipTerm(*environment) time.Duration { return 0 }
