//go:build !failpoints

package cli

import (
	"time"

	"eisweep/coordinator"
	"eisweep/worker"
)

// ApplyWorkerFailpoints does nothing: tasks of this program fail by themselves only.
func ApplyWorkerFailpoints(*Env, *worker.Config) error { return nil }

// ApplyCoordinatorFailpoints does nothing.
func ApplyCoordinatorFailpoints(*Env, *coordinator.Config) error { return nil }

// OwnershipTerm is how long the owner of a root may write after a renewal; 0 is what every other eisweep has.
func OwnershipTerm(*Env) time.Duration { return 0 }
