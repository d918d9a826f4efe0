package daemon

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

	"github.com/prometheus/client_golang/prometheus/testutil"

	"eisweep/internal/control"
)

// fixedState is a coordinator that has two sweeps and two workers, one of them silent.
type fixedState struct{}

func (fixedState) Snapshot() control.Snapshot {
	return control.Snapshot{
		Sweeps: []control.SweepState{
			{Name: "first", Progress: control.Progress{Tasks: 10, Done: 3, Failed: 1, Running: 2, Pending: 4}, Status: control.Open},
			{Name: "held", Progress: control.Progress{Tasks: 7, Pending: 7}, Status: control.Paused},
		},
		Running:         make([]control.RunningTask, 2),
		UnresponsiveFor: 12500 * time.Millisecond,
	}
}

func (fixedState) Workers() control.Workers {
	return control.Workers{Workers: []control.Worker{{Slots: 4, Busy: 2}, {Slots: 8, Silent: true}}}
}

// TestMetrics reads the metrics as a scraper does.
func TestMetrics(t *testing.T) {
	served, address := telemetryAt(t)
	served.serve(fixedState{})
	text := get(t, address, "/metrics", http.StatusOK)
	for _, line := range []string{
		`eisweep_tasks{state="queued",sweep="first"} 4`,
		`eisweep_tasks{state="failed",sweep="first"} 1`,
		`eisweep_tasks{state="queued",sweep="held"} 7`,
		"eisweep_tasks_pending 6", // workers cannot fetch those of a paused sweep
		"eisweep_workers 1",
		"eisweep_nats_unanswered_seconds 12.5",
		`eisweep_worker_slots{state="all"} 4`,
		`eisweep_worker_slots{state="busy"} 2`,
		`eisweep_info{version="v1"} 1`,
		"# TYPE eisweep_tasks gauge",
		"# TYPE go_goroutines gauge",
		"# TYPE process_resident_memory_bytes gauge",
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("no line %s in\n%s", line, text)
		}
	}
	get(t, address, "/healthz", http.StatusOK)
	served.metrics.Store(nil)
	get(t, address, "/metrics", http.StatusServiceUnavailable)
}

// TestMetricsAreWellFormed applies the rules of Prometheus for names and help texts.
func TestMetricsAreWellFormed(t *testing.T) {
	problems, err := testutil.CollectAndLint(metrics{fixedState{}, "v1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// get returns the body of an answer that has a status.
func get(t *testing.T, address, path string, status int) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != status {
		t.Fatalf("%s: status %s, want %d (%v)\n%s", path, answer.Status, status, err, text)
	}
	return string(text)
}

// deadline is how long a test waits for an answer.
const deadline = 30 * time.Second

// telemetryAt serves health and metrics, and returns the address.
func telemetryAt(t *testing.T) (*Telemetry, string) {
	t.Helper()
	var log bytes.Buffer
	served, err := StartTelemetry("127.0.0.1:0", "v1", slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(served.Stop)
	_, address, _ := strings.Cut(strings.TrimSpace(log.String()), "address=")
	return served, address
}

// TestNoConnectionStays has connections that ask once, never, and too much.
func TestNoConnectionStays(t *testing.T) {
	_, address := telemetryAt(t)
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
	_, address := telemetryAt(t)
	for range 2 * maxConnections {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	get(t, address, "/healthz", http.StatusServiceUnavailable)
}

// The page on security has the bounds that connections have.
func TestThePageHasTheBoundsOfConnections(t *testing.T) {
	page, err := os.ReadFile("../../../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	words := fmt.Sprintf("must arrive within %.0f s and have at most %d kB of headers; at most %d connections", requestTimeout.Seconds(),
		maxHeaderBytes>>10, maxConnections)
	if !strings.Contains(strings.Join(strings.Fields(string(page)), " "), words) {
		t.Errorf("it does not say %q", words)
	}
}
