//go:build !amd64

package kernel

import "testing"

// perCycle has no clock here.
func perCycle(*testing.B, float64, float64) {}
