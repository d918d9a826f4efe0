package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes the test binary serve as `eisweep` for whatever runs a command of
// that name: the scripts, and tests that start real processes.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"eisweep": main})
}
