package cli

import (
	"syscall"
	"testing"
)

// TestInterruptedNamesTheSignal says which signal ended the command, in words and by its name.
func TestInterruptedNamesTheSignal(t *testing.T) {
	for signal, want := range map[syscall.Signal]string{
		syscall.SIGINT:  "interrupted (Ctrl-C)",
		syscall.SIGTERM: "terminated (SIGTERM)",
		syscall.SIGHUP:  "terminated, as the terminal was closed (SIGHUP)",
		syscall.SIGXCPU: "terminated at the limit of CPU time (SIGXCPU)",
	} {
		if got := (&Interrupted{signal}).Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
