package main

import "testing"

// TestALongLaunchNamesNoSweeps keeps the last line of a launch of many sweeps short.
func TestALongLaunchNamesNoSweeps(t *testing.T) {
	if got := watchArguments([]string{"a", "b", "c", "d", "e"}); got != " a b c d e" {
		t.Errorf("five sweeps: %q", got)
	}
	if got := watchArguments([]string{"a", "b", "c", "d", "e", "f"}); got != "" {
		t.Errorf("six sweeps: %q", got)
	}
}
