package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes the test binary serve as `eisweep` for whatever runs a command of
// that name: the scripts, and tests that start real processes. Commands that tests
// run in their own process start it by its own name to probe files.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "probe" {
		main()
	}
	testscript.Main(m, map[string]func(){"eisweep": main, "crash": crash, "corelimit": coreLimit, "descriptors": descriptors})
}
