package dashboard

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// TestNoConnectionStays has connections that ask once, never, too slowly and too much. None keeps the server busy for long.
func TestNoConnectionStays(t *testing.T) {
	t.Parallel()
	d := newDesk(t).show("")
	for name, test := range map[string]struct{ request, answer string }{
		"one request":      {"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 200 "},
		"none":             {"", ""},
		"half of one":      {"GET /api/state HTTP/1.1\r\nHost:", ""},
		"half a body":      {"POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{", "HTTP/1.1 403 "},
		"half a handshake": {"\x16\x03\x01", ""},
		"a great deal":     {"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("x", 1<<20), "HTTP/1.1 431 "},
		"no HTTP":          {"hello\r\n\r\n", "HTTP/1.1 400 "},
		"no host":          {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := net.Dial("tcp", d.Address())
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

// TestSilentConnectionsDelayNothing opens a thousand that say nothing: a request is answered as if there were none.
func TestSilentConnectionsDelayNothing(t *testing.T) {
	d := newDesk(t).show("")
	for range 1000 {
		c, err := net.Dial("tcp", d.Address())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	d.expect(http.StatusOK, d.request(http.MethodGet, "/", ""))
}

// TestStreamsAreBounded: one more than there may be is refused, until another ends.
func TestStreamsAreBounded(t *testing.T) {
	d := newDesk(t).show("")
	with := d.session(Read)
	var last io.Closer
	for range maxStreams {
		last = d.stream(with)
	}
	refused, _ := d.do(d.request(http.MethodGet, "/api/stream", "", with))
	if refused.StatusCode != http.StatusTooManyRequests || refused.Header.Get("Retry-After") == "" {
		t.Errorf("one more: %s", refused.Status)
	}
	last.Close()
	for until := time.Now().Add(deadline); len(d.shown.Load().streams) == maxStreams; {
		if time.Now().After(until) {
			t.Fatal("a stream that was closed still counts")
		}
		d.expect(http.StatusOK, d.request(http.MethodGet, "/api/state", "", with)) // takes a moment
	}
	d.stream(with)
}

// stream opens a stream and reads its first line.
func (d *desk) stream(with func(*http.Request)) io.Closer {
	d.t.Helper()
	c, err := net.Dial("tcp", d.Address())
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { c.Close() })
	r := d.request(http.MethodGet, "/api/stream", "", with)
	if err := r.Write(c); err != nil {
		d.t.Fatal(err)
	}
	c.SetReadDeadline(time.Now().Add(deadline))
	if line, err := bufio.NewReader(c).ReadString('\n'); err != nil || !strings.HasPrefix(line, "HTTP/1.1 200 ") {
		d.t.Fatalf("%q (%v)", line, err)
	}
	return c
}

// TestRequestsAreBounded: one more than may be answered at a time is refused, and one whose client has left counts no longer.
func TestRequestsAreBounded(t *testing.T) {
	d := newDesk(t).show("")
	with := d.session(Read)
	var waiting []net.Conn
	for range maxRequests {
		c, err := net.Dial("tcp", d.Address())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := d.request(http.MethodGet, "/api/waits", "", with).Write(c); err != nil {
			t.Fatal(err)
		}
		waiting = append(waiting, c)
		select {
		case <-d.waits:
		case <-time.After(deadline):
			t.Fatal("a request is not answered")
		}
	}
	d.expect(http.StatusServiceUnavailable, d.request(http.MethodGet, "/api/state", "", with))
	d.expect(http.StatusOK, d.request(http.MethodGet, "/", ""))
	waiting[0].Close()
	for until := time.Now().Add(deadline); len(d.shown.Load().requests) == maxRequests; {
		if time.Now().After(until) {
			t.Fatal("a request whose client has left still counts")
		}
		d.expect(http.StatusOK, d.request(http.MethodGet, "/", "")) // takes a moment
	}
	d.expect(http.StatusOK, d.request(http.MethodGet, "/api/state", "", with))
}

// The page on security has the bounds.
func TestThePageHasTheBounds(t *testing.T) {
	page, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(page)), " ")
	for _, words := range []string{
		fmt.Sprintf("At most %d connections are open at a time, %d of them as streams of events, and %d requests", maxConnections, maxStreams,
			maxRequests),
		fmt.Sprintf("at most %d of them may have sent nothing", maxSilent),
		fmt.Sprintf("headers must arrive within %.0f s and have at most %d kB", headerTimeout.Seconds(), maxHeaderBytes>>10),
		fmt.Sprintf("must arrive within %.0f s, and its body has at most %d kB", requestTimeout.Seconds(), maxBodyBytes>>10),
		fmt.Sprintf("At most %d links and %d sessions", maxLinks, maxSessions),
		fmt.Sprintf("The session ends after %.0f hours", sessionLifetime.Hours()),
	} {
		if !strings.Contains(text, words) {
			t.Errorf("it does not say %q", words)
		}
	}
	if linkLifetime != time.Hour {
		t.Errorf("a link ends after %v", linkLifetime)
	}
}
