package e2e

import (
	"testing"
	"time"
)

// patience is how long a test waits for anything before it gives up and shows what the processes said. It is no
// measure of speed: a machine that is busy with other tests takes its time.
const patience = 2 * time.Minute

// await waits until a condition holds, which is looked at often.
func await(t testing.TB, what string, holds func() bool) {
	t.Helper()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	end := time.After(patience)
	for !holds() {
		select {
		case <-look.C:
		case <-end:
			t.Fatalf("waited %v in vain for %s", patience, what)
		}
	}
}

// awaitClosed waits for a channel to be closed.
func awaitClosed(t testing.TB, what string, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(patience):
		t.Fatalf("waited %v in vain for %s", patience, what)
	}
}
