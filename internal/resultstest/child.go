package resultstest

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"eisweep/internal/results"
)

// childVariable is set in the environment of the child process that reads files.
const childVariable = "EISWEEP_TEST_CHILD"

// Main is the TestMain of a package whose tests use Prober: the test binary is also the child process, which answers the queries.
func Main(m *testing.M, queries ...results.Query) {
	if os.Getenv(childVariable) == "" {
		goleak.VerifyTestMain(m)
		return
	}
	if err := results.RunProbe(os.Args[1], os.Args[2:], os.Stdout, queries...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Prober has this test binary read files. The test must not be parallel.
func Prober(t testing.TB) results.Prober {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(childVariable, "1")
	return results.Prober{Command: []string{self}}
}
