package natstest

import (
	"context"
	"log/slog"
	"testing"
	"time"
)

// TooLong is how long a test waits for anything before it fails. It is no measure of speed: it costs nothing where a
// test passes, and a busy machine takes its time.
const TooLong = 3 * time.Minute

// Deadline bounds a wait of a test.
func Deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), TooLong)
	t.Cleanup(cancel)
	return ctx
}

// Log is a log that appears in the output of the test.
func Log(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
}

// Until waits until a condition holds. It fails the test, and logs the state, when that takes too long.
func Until(t testing.TB, what string, holds func() bool, state ...func() string) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for ctx := Deadline(t); !holds(); {
		select {
		case <-tick.C:
		case <-ctx.Done():
			for _, describe := range state {
				t.Log(describe())
			}
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// Receive returns the next value of a channel, and fails the test when none comes.
func Receive[T any](t testing.TB, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-Deadline(t).Done():
		t.Fatalf("no %T came", v)
	}
	return v
}
