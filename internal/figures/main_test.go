package figures

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"eisweep/internal/results"
)

// TestMain is also the child process that reads files.
func TestMain(m *testing.M) {
	if os.Getenv("EISWEEP_TEST_CHILD") != "" {
		if err := results.RunProbe(os.Args[1], os.Args[2:], os.Stdout, Query()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// prober has this test binary read files.
func prober(t testing.TB) results.Prober {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("EISWEEP_TEST_CHILD", "1")
	return results.Prober{Command: []string{self}}
}
