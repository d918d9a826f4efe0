package results

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain is also the child process of Prober's tests.
func TestMain(m *testing.M) {
	switch os.Getenv("EISWEEP_TEST_CHILD") {
	case "probe":
		if err := RunProbe(os.Args[len(os.Args)-1], os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case "crash":
		var nothing *int
		*nothing = 1
	default:
		code := m.Run()
		if err := goleak.Find(); err != nil && code == 0 {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
		os.Exit(code)
	}
}
