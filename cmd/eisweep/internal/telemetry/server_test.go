package telemetry

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
)

// fetch returns the body of an answer that has a status.
func fetch(t *testing.T, address, path string, status int) string {
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

// startServer serves health and metrics, and returns the address.
func startServer(t *testing.T) string {
	t.Helper()
	var log bytes.Buffer
	served, err := Start("127.0.0.1:0", slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(served.Stop)
	_, address, _ := strings.Cut(strings.TrimSpace(log.String()), "address=")
	return address
}

// TestNoConnectionStays has connections that ask once, never, and too much.
func TestNoConnectionStays(t *testing.T) {
	address := startServer(t)
	for name, test := range map[string]struct{ request, answer string }{
		"one request":  {"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 503 "},
		"none":         {"", ""},
		"half of one":  {"GET /healthz HTTP/1.1\r\nHost:", ""},
		"a body":       {"GET /readyz HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n", "HTTP/1.1 503 "},
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

// TestConnectionsAreBounded opens more than there may be, with requests that do not end: the others are served when those have had
// their time.
func TestConnectionsAreBounded(t *testing.T) {
	address := startServer(t)
	for range 2 * maxConnections {
		c, err := net.Dial("tcp", address)
		if err == nil {
			_, err = io.WriteString(c, "GET ")
		}
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	fetch(t, address, "/readyz", http.StatusServiceUnavailable)
}

// The page on security has the bounds that connections have.
func TestThePageHasTheBoundsOfConnections(t *testing.T) {
	page, err := os.ReadFile("../../../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	words := fmt.Sprintf("must begin within %.0f s, arrive within another %.0f s and have at most %d kB of headers. At most %d "+
		"connections are open at a time, and at most %d of them may have sent nothing", beginTimeout.Seconds(), requestTimeout.Seconds(),
		maxHeaderBytes>>10, maxConnections, maxSilent)
	if !strings.Contains(strings.Join(strings.Fields(string(page)), " "), words) {
		t.Errorf("it does not say %q", words)
	}
}

// TestSilentConnectionsDelayNothing opens a thousand that say nothing: a request is answered as if there were none.
func TestSilentConnectionsDelayNothing(t *testing.T) {
	address := startServer(t)
	for range 1000 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	fetch(t, address, "/healthz", http.StatusOK)
}
