package dashboard

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// deadline is how long a test waits for an answer.
const deadline = 30 * time.Second

// desk is a server with a dashboard of two routes and one open path, on loopback.
type desk struct {
	*Server
	t      *testing.T
	events chan Event
	waits  chan struct{} // the route that waits has been called
}

type named struct {
	Name string `json:"name"`
}

// newDesk starts a server.
func newDesk(t *testing.T) *desk {
	t.Helper()
	open := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "open\n") })
	s, err := Start(Options{Address: "127.0.0.1:0", Open: open, Paths: []string{"/metrics"}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return &desk{Server: s, t: t, events: make(chan Event, 1), waits: make(chan struct{}, 2*maxRequests)}
}

// show serves the dashboard, with the sessions in a file.
func (d *desk) show(file string) *desk {
	d.t.Helper()
	err := d.Show(Content{Name: "test", Sessions: file, Routes: []Route{
		{Pattern: "GET /api/state", Answer: func(*http.Request) (any, error) { return named{strings.Repeat("state ", 1000)}, nil }},
		{Pattern: "GET /api/sweeps/{sweep}", Answer: func(r *http.Request) (any, error) { return named{r.PathValue("sweep")}, nil }},
		{Pattern: "GET /api/waits", Answer: func(r *http.Request) (any, error) {
			d.waits <- struct{}{}
			<-r.Context().Done()
			return nil, r.Context().Err()
		}},
		{Pattern: "GET /api/missing", Answer: func(*http.Request) (any, error) {
			return nil, &Refusal{Code: http.StatusNotFound, Text: "there is none", Remedy: "make one"}
		}},
		{Pattern: "POST /api/sweeps/{sweep}/pause", Body: func() any { return new(named) },
			Answer: func(r *http.Request) (any, error) { return BodyOf[named](r), nil }},
	}, Feed: func(context.Context, url.Values, string) (<-chan Event, error) { return d.events, nil }})
	if err != nil {
		d.t.Fatal(err)
	}
	return d
}

// request is a request with the headers that a browser sends; what differs is set by change.
func (d *desk) request(method, path, body string, change ...func(*http.Request)) *http.Request {
	ctx, cancel := context.WithTimeout(d.t.Context(), deadline)
	d.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, method, "http://"+d.Address()+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if method != http.MethodGet && method != http.MethodHead {
		r.Header.Set("Origin", "http://"+d.Address())
		r.Header.Set("Content-Type", "application/json")
	}
	for _, f := range change {
		f(r)
	}
	return r
}

// answered is an answer without its body.
type answered struct {
	StatusCode int
	Status     string
	Header     http.Header
	cookies    []*http.Cookie
}

// do returns the answer to a request, and its body.
func (d *desk) do(r *http.Request) (answered, string) {
	d.t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	client.Transport = &http.Transport{DisableCompression: true, DisableKeepAlives: true}
	answer, err := client.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return answered{answer.StatusCode, answer.Status, answer.Header, answer.Cookies()}, string(text)
}

// expect has a request answered with a status.
func (d *desk) expect(status int, r *http.Request) string {
	d.t.Helper()
	answer, text := d.do(r)
	if answer.StatusCode != status {
		d.t.Errorf("%s %s: %s, want %d: %s", r.Method, r.URL.Path, answer.Status, status, text)
	}
	return text
}

// token is the token of a new link.
func (d *desk) token(p Permission) string {
	_, token, ok := strings.Cut(d.Link(p, ""), "/#token=")
	if !ok {
		d.t.Fatalf("the link %q has no token", d.Link(p, ""))
	}
	return token
}

// session exchanges a new link for a cookie.
func (d *desk) session(p Permission) func(*http.Request) {
	d.t.Helper()
	answer, text := d.do(d.request(http.MethodPost, sessionPath, `{"token":"`+d.token(p)+`"}`))
	if answer.StatusCode != http.StatusOK || len(answer.cookies) != 1 {
		d.t.Fatalf("%s: %s", answer.Status, text)
	}
	var session Session
	if err := json.Unmarshal([]byte(text), &session); err != nil || session.Permission != p {
		d.t.Errorf("the session is %s (%v)", text, err)
	}
	cookie := answer.cookies[0]
	return func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value}) }
}

// TestALinkOpensOneSession: once, for its permission, by a cookie that scripts and other sites do not get.
func TestALinkOpensOneSession(t *testing.T) {
	d := newDesk(t).show("")
	token := d.token(Read)
	exchange := func() *http.Request { return d.request(http.MethodPost, sessionPath, `{"token":"`+token+`"}`) }
	answer, _ := d.do(exchange())
	cookie := answer.Header.Get("Set-Cookie")
	for _, attribute := range []string{"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"} {
		if !strings.Contains(cookie, attribute) {
			t.Errorf("the cookie %q has no %s", cookie, attribute)
		}
	}
	if text := d.expect(http.StatusUnauthorized, exchange()); !strings.Contains(text, "eisweep dashboard") {
		t.Errorf("no remedy in %s", text)
	}
	d.expect(http.StatusUnauthorized, d.request(http.MethodPost, sessionPath, `{"token":""}`))
	d.expect(http.StatusUnauthorized, d.request(http.MethodPost, sessionPath, `{"token":"`+strings.Repeat("A", 26)+`"}`))

	with := d.session(Control)
	d.expect(http.StatusOK, d.request(http.MethodGet, "/api/state", "", with))
	d.expect(http.StatusOK, d.request(http.MethodHead, "/api/state", "", with))
	d.expect(http.StatusUnauthorized, d.request(http.MethodGet, "/api/state", "", with, with)) // which of the two?
	d.expect(http.StatusNoContent, d.request(http.MethodDelete, sessionPath, "", with))
	d.expect(http.StatusUnauthorized, d.request(http.MethodGet, "/api/state", "", with))
}

// TestOldLinksAndSessionsEnd, and there are never more than a number of them.
func TestOldLinksAndSessionsEnd(t *testing.T) {
	now, l := time.Now(), links{}
	old, first := l.create(Read, now), l.create(Control, now)
	if l.redeem(old, now.Add(linkLifetime)) != "" {
		t.Error("a link outlives its time")
	}
	if l.redeem(first, now.Add(linkLifetime-time.Second)) != Control {
		t.Error("a link ends before its time")
	}
	for i := range 2 * maxLinks {
		l.create(Read, now.Add(time.Duration(i)*time.Second))
	}
	if len(l.open) != maxLinks {
		t.Errorf("%d links are open", len(l.open))
	}

	kept, err := openSessions(filepath.Join(t.TempDir(), "sessions"), now)
	if err != nil {
		t.Fatal(err)
	}
	secret, _, err := kept.begin(Control, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := kept.of(secret, now.Add(sessionLifetime-time.Second)); !ok {
		t.Error("a session ends before its time")
	}
	if _, ok := kept.of(secret, now.Add(sessionLifetime)); ok {
		t.Error("a session outlives its time")
	}
	for i := range 2 * maxSessions {
		if _, _, err := kept.begin(Read, now.Add(time.Duration(i+1)*time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := kept.of(secret, now); ok || len(kept.open) != maxSessions {
		t.Errorf("%d sessions are open, the oldest among them: %v", len(kept.open), ok)
	}
}

// TestASessionOutlivesARestart if it has a file, with its permission, and not without one.
func TestASessionOutlivesARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sessions")
	first := newDesk(t).show(file)
	with := first.session(Read)
	first.Stop()
	for name, want := range map[string]int{file: http.StatusOK, "": http.StatusUnauthorized} {
		second := newDesk(t).show(name)
		second.expect(want, second.request(http.MethodGet, "/api/state", "", with))
		second.expect(map[bool]int{true: http.StatusForbidden, false: http.StatusUnauthorized}[name != ""],
			second.request(http.MethodPost, "/api/sweeps/a/pause", `{}`, with))
	}
}

// TestOnlyOpenPathsAreServedBeforeAndAfter the dashboard is shown.
func TestOnlyOpenPathsAreServedBeforeAndAfter(t *testing.T) {
	d := newDesk(t)
	hidden := func() {
		t.Helper()
		for _, path := range []string{"/", "/api/state", sessionPath} {
			d.expect(http.StatusServiceUnavailable, d.request(http.MethodGet, path, ""))
		}
		d.expect(http.StatusOK, d.request(http.MethodGet, "/metrics", ""))
		if d.Link(Read, "") != "" {
			t.Error("it makes links")
		}
	}
	hidden()
	d.show("")
	with := d.session(Read)
	d.expect(http.StatusOK, d.request(http.MethodGet, "/metrics", ""))
	d.expect(http.StatusOK, d.request(http.MethodGet, "/", ""))
	d.expect(http.StatusOK, d.request(http.MethodGet, "/api/state", "", with))
	d.Hide()
	hidden()
}

// TestErrorsAreAnswered with their code and remedy.
func TestErrorsAreAnswered(t *testing.T) {
	d := newDesk(t).show("")
	with := d.session(Control)
	text := d.expect(http.StatusNotFound, d.request(http.MethodGet, "/api/missing", "", with))
	if text != `{"error":"there is none","remedy":"make one"}` {
		t.Error(text)
	}
	d.expect(http.StatusNotFound, d.request(http.MethodGet, "/api/nothing", "", with))
	d.expect(http.StatusNotFound, d.request(http.MethodGet, "/nothing.js", ""))
	d.expect(http.StatusMethodNotAllowed, d.request(http.MethodPut, "/api/state", "{}", with))
	d.expect(http.StatusMethodNotAllowed, d.request(http.MethodPost, "/", "{}"))
	for body, want := range map[string]int{
		`{"name":"x"}`:  http.StatusOK,
		``:              http.StatusBadRequest,
		`{"name":"x"`:   http.StatusBadRequest,
		`{"other":"x"}`: http.StatusBadRequest,
		`{} {}`:         http.StatusBadRequest,
		`{"name":"` + strings.Repeat("x", maxBodyBytes) + `"}`: http.StatusRequestEntityTooLarge,
	} {
		d.expect(want, d.request(http.MethodPost, "/api/sweeps/a/pause", body, with))
	}
}

// TestAStreamSendsEvents until it is closed, or the dashboard is hidden.
func TestAStreamSendsEvents(t *testing.T) {
	d := newDesk(t).show("")
	with := d.session(Read)
	d.events <- Event{ID: "7", Name: "state", Data: []byte("{\"x\":\"\u202e\"}")}
	answer, err := http.DefaultTransport.RoundTrip(d.request(http.MethodGet, "/api/stream", "", with))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	want := "retry: 1000\n\nid: 7\nevent: state\ndata: {\"x\":\"\\\\u202e\"}\n\n"
	got := make([]byte, len(want))
	if _, err := io.ReadFull(answer.Body, got); err != nil || string(got) != want {
		t.Errorf("%q (%v)", got, err)
	}
	d.Hide()
	if rest, err := io.ReadAll(answer.Body); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) || len(rest) > 0 {
		t.Errorf("then %q (%v)", rest, err)
	}
}
