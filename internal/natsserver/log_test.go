package natsserver

import (
	"log/slog"
	"testing"
)

// What a healthy start and restart say is no warning.
func TestExpectedMessagesAreNoProblems(t *testing.T) {
	note := `Clients that are not using "TLS Handshake First" option will fail to connect`
	if got := warning(note); got != slog.LevelDebug {
		t.Errorf("%q has level %v", note, got)
	}
	for text, want := range map[string]slog.Level{
		"127.0.0.1:4100 - cid:7 - TLS handshake error: remote error: tls: bad certificate": slog.LevelDebug,
		"127.0.0.1:4100 - cid:7 - TLS handshake error: EOF":                                slog.LevelError,
		"no space left on device": slog.LevelError,
	} {
		if got := problem(text); got != want {
			t.Errorf("%q has level %v, not %v", text, got, want)
		}
	}
}
