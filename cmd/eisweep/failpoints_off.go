//go:build !failpoints

package main

import (
	"time"

	"eisweep/coordinator"
	"eisweep/worker"
)

// plantFailpoints does nothing: tasks of this program fail by themselves only.
func plantFailpoints(*environment, *worker.Config) error { return nil }

// plantTicks does nothing.
func plantTicks(*environment, *coordinator.Config) error { return nil }

// ownershipTerm is how long the owner of a root may write after a renewal; 0 is what every other eisweep has.
func ownershipTerm(*environment) time.Duration { return 0 }
