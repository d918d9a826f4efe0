package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"eisweep/internal/control"
)

func TestMetrics(t *testing.T) {
	var text strings.Builder
	writeMetrics(&text, control.Snapshot{
		Sweeps: []control.SweepState{
			{Name: "first", Tasks: 10, Done: 3, Failed: 1, Running: 2, Queued: 4, Stand: control.Open},
			{Name: "held", Tasks: 7, Queued: 7, Stand: control.Paused},
		},
		Running:    make([]control.RunningTask, 2),
		Unanswered: 12500 * time.Millisecond,
	}, control.Workers{Workers: []control.Worker{{Slots: 4, Busy: 2}, {Slots: 8, Silent: true}}})
	for _, line := range []string{
		`eisweep_tasks{sweep="first",state="queued"} 4`,
		`eisweep_tasks{sweep="first",state="failed"} 1`,
		`eisweep_tasks{sweep="held",state="queued"} 7`,
		"eisweep_tasks_pending 6", // nobody may have those of a paused sweep
		"eisweep_workers 1",
		"eisweep_nats_unanswered_seconds 12.5",
		`eisweep_worker_slots{state="all"} 4`,
		`eisweep_worker_slots{state="busy"} 2`,
	} {
		if !strings.Contains(text.String(), "\n"+line+"\n") {
			t.Errorf("no line %s in\n%s", line, text.String())
		}
	}
	for line := range strings.Lines(text.String()) {
		if name, _, _ := strings.Cut(line, "{"); !strings.HasPrefix(line, "#") && !strings.Contains(text.String(), "# TYPE "+strings.Fields(name)[0]+" gauge\n") {
			t.Errorf("no type for %s", line)
		}
	}
}

// telemetryAt serves health and metrics, and returns the address.
func telemetryAt(t *testing.T) string {
	t.Helper()
	var log bytes.Buffer
	served, err := startTelemetry("127.0.0.1:0", slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(served.stop)
	_, address, _ := strings.Cut(strings.TrimSpace(log.String()), "address=")
	return address
}

// TestNoConnectionStays has connections that ask once, never, and too much.
func TestNoConnectionStays(t *testing.T) {
	address := telemetryAt(t)
	for name, test := range map[string]struct{ request, answer string }{
		"one request":  {"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 503 "},
		"none":         {"", ""},
		"half of one":  {"GET /healthz HTTP/1.1\r\nHost:", ""},
		"a body":       {"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n", "HTTP/1.1 503 "},
		"a great deal": {"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 1<<20), "HTTP/1.1 431 "},
		"another verb": {"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 405 "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			c.SetDeadline(time.Now().Add(deadline))
			go io.WriteString(c, test.request) // the server may close before it has read all
			answer, err := io.ReadAll(c)
			var timeout net.Error
			if errors.As(err, &timeout) && timeout.Timeout() {
				t.Errorf("the connection stays open after %q", answer)
			}
			if !strings.HasPrefix(string(answer), test.answer) && err == nil {
				t.Errorf("answer %q, want %q", answer, test.answer)
			}
		})
	}
}

// TestConnectionsAreBounded opens more than there may be: the others are served when
// those have had their time.
func TestConnectionsAreBounded(t *testing.T) {
	address := telemetryAt(t)
	for range 2 * connectionsAtOnce {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatalf("after %v: %v", time.Since(begun), err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %s", answer.Status)
	}
}

// The page on security has the bounds that connections have.
func TestThePageHasTheBoundsOfConnections(t *testing.T) {
	page, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	words := fmt.Sprintf("must arrive within %.0f s and have at most %d kB of headers; at most %d connections", requestTime.Seconds(), headerBytes>>10, connectionsAtOnce)
	if !strings.Contains(string(page), words) {
		t.Errorf("it does not say %q", words)
	}
}
