package dashboard

import (
	"net/http"
	"strings"
	"testing"
)

// TestReadingControlsNothing asks for every route, as everybody: without a session, with one that may read, and with one that may control.
func TestReadingControlsNothing(t *testing.T) {
	d := newDesk(t).show("")
	read, control := d.session(Read), d.session(Control)
	none := func(*http.Request) {}
	for _, route := range []struct {
		method, path string
		controls     bool
	}{
		{http.MethodGet, "/api/state", false},
		{http.MethodGet, "/api/sweeps/a", false},
		{http.MethodGet, sessionPath, false},
		{http.MethodPost, "/api/sweeps/a/pause", true},
		{http.MethodPut, "/api/sweeps/a/pause", true},
		{http.MethodPatch, "/api/state", true},
		{http.MethodDelete, "/api/sweeps/a", true},
		{"BREW", "/api/state", true},
		{http.MethodPost, "/api/nothing", true},
	} {
		ask := func(as func(*http.Request)) int {
			answer, _ := d.do(d.request(route.method, route.path, "{}", as))
			return answer.StatusCode
		}
		if code := ask(none); code != http.StatusUnauthorized {
			t.Errorf("%s %s without a session: %d", route.method, route.path, code)
		}
		if code := ask(read); (code == http.StatusForbidden) != route.controls {
			t.Errorf("%s %s with a session that reads: %d", route.method, route.path, code)
		}
		if code := ask(control); code == http.StatusForbidden || code == http.StatusUnauthorized {
			t.Errorf("%s %s with a session that controls: %d", route.method, route.path, code)
		}
	}
}

// TestOtherOriginsAreRefused, whatever cookie they have.
func TestOtherOriginsAreRefused(t *testing.T) {
	d := newDesk(t).show("")
	with := d.session(Control)
	header := func(name string, values ...string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Del(name)
			for _, value := range values {
				r.Header.Add(name, value)
			}
		}
	}
	host := func(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }
	_, port, _ := strings.Cut(d.Address(), ":")
	for _, test := range []struct {
		what        string
		get, post   int
		change, and func(*http.Request)
	}{
		{"itself", 200, 200, header("Sec-Fetch-Site", "same-origin"), nil},
		{"no browser", 200, 403, header("Sec-Fetch-Site"), header("Origin")},
		{"the address bar", 200, 403, header("Sec-Fetch-Site", "none"), header("Origin")},
		{"another site", 403, 403, header("Sec-Fetch-Site", "cross-site"), nil},
		{"another port", 403, 403, header("Sec-Fetch-Site", "same-site"), nil},
		{"two sites", 403, 403, header("Sec-Fetch-Site", "same-origin", "cross-site"), nil},
		{"another origin", 403, 403, header("Origin", "http://evil.example"), nil},
		{"another port's origin", 403, 403, header("Origin", "http://127.0.0.1:1"), nil},
		{"another scheme's origin", 403, 403, header("Origin", "https://"+d.Address()), nil},
		{"no origin", 403, 403, header("Origin", "null"), nil},
		{"two origins", 403, 403, header("Origin", "http://"+d.Address(), "http://evil.example"), nil},
		{"a forwarded port", 200, 200, host("localhost:9000"), header("Origin", "http://localhost:9000")},
		{"IPv6", 200, 200, host("[::1]:" + port), header("Origin", "http://[::1]:"+port)},
		{"a rebound name", 421, 421, host("evil.example:" + port), header("Origin", "http://evil.example:"+port)},
		{"a name like localhost", 421, 421, host("localhost.evil.example"), nil},
		{"another machine's address", 421, 421, host("10.1.2.3:" + port), header("Origin", "http://10.1.2.3:"+port)},
	} {
		for method, want := range map[string]int{http.MethodGet: test.get, http.MethodPost: test.post} {
			path := map[string]string{http.MethodGet: "/api/state", http.MethodPost: "/api/sweeps/a/pause"}[method]
			and := test.and
			if and == nil {
				and = func(*http.Request) {}
			}
			answer, text := d.do(d.request(method, path, "{}", with, test.change, and))
			if answer.StatusCode != want {
				t.Errorf("%s by %s: %d, want %d: %s", method, test.what, answer.StatusCode, want, text)
			}
		}
	}
	form := d.request(http.MethodPost, "/api/sweeps/a/pause", "{}", with, header("Content-Type", "text/plain"))
	d.expect(http.StatusUnsupportedMediaType, form)
	login := d.request(http.MethodPost, sessionPath, `{"token":"x"}`, header("Origin", "http://evil.example"))
	d.expect(http.StatusForbidden, login)
	d.expect(http.StatusMisdirectedRequest, d.request(http.MethodGet, "/", "", host("evil.example")))
}

// TestTricksWithPathsAreRefused: a path names one thing in one way.
func TestTricksWithPathsAreRefused(t *testing.T) {
	d := newDesk(t).show("")
	with := d.session(Control)
	for _, path := range []string{
		"/../etc/passwd", "/api/../metrics", "/api//state", "/api/state/", "/./", "//", "/api/sweeps/..", "/api/sweeps/a%2Fb",
		"/api/sweeps/%2e%2e%2f", "/api/sweeps/a%5Cb", "/api/sweeps/a\\b", "/api/sweeps/%00", "/api/sweeps/%0d%0a", "/%2e%2e/x",
		"/api/sweeps/" + strings.Repeat("a", maxPathBytes), "/api/sweeps/%C3%A4",
	} {
		r := d.request(http.MethodGet, "/", "", with)
		r.URL.Opaque = "//" + d.Address() + path
		if answer, text := d.do(r); answer.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s: %s", path, answer.Status, text)
		}
	}
	d.expect(http.StatusNotFound, d.request(http.MethodGet, "/page.go", ""))
	d.expect(http.StatusNotFound, d.request(http.MethodGet, "/built/index.html", ""))
}

// TestEveryAnswerHasTheHeaders that bind the browser.
func TestEveryAnswerHasTheHeaders(t *testing.T) {
	d := newDesk(t).show("")
	with := d.session(Read)
	for _, path := range []string{"/", "/index.html", "/nothing", "/api/state", "/api/missing", "/api/x/../y", sessionPath} {
		answer, _ := d.do(d.request(http.MethodGet, path, "", with))
		for name, want := range map[string]string{
			"Content-Security-Policy":      policy,
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Embedder-Policy": "require-corp",
			"Cross-Origin-Resource-Policy": "same-origin",
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "no-referrer",
		} {
			if got := answer.Header.Get(name); got != want {
				t.Errorf("%s has %s: %q", path, name, got)
			}
		}
		if strings.Contains(answer.Header.Get("Content-Security-Policy"), "unsafe") {
			t.Error("the policy permits something unsafe")
		}
		if cached := answer.Header.Get("Cache-Control"); strings.HasPrefix(path, "/api/") && cached != "no-store" {
			t.Errorf("%s may be cached: %q", path, cached)
		}
	}
}
