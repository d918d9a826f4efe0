package views

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"eisweep/internal/dashboard"
)

// TestEveryRouteHasItsPermission asks for each route without a session and with one that may only read: what changes something needs
// the permission to control, also for a preview.
func TestEveryRouteHasItsPermission(t *testing.T) {
	d := newTestDashboard(t, new(steered))
	s, err := dashboard.Start(dashboard.Options{Address: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	if err := d.Show(s, new(Options), nil, nil, ""); err != nil {
		t.Fatal(err)
	}
	base := "http://" + s.Address()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	ask := func(method, path, body string, cookies ...*http.Cookie) (int, []*http.Cookie) {
		r, err := http.NewRequestWithContext(t.Context(), method, base+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", base)
		r.Header.Set("Content-Type", "application/json")
		for _, c := range cookies {
			r.AddCookie(c)
		}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, answer.Cookies()
	}
	_, token, _ := strings.Cut(s.Link(dashboard.Read, ""), "token=")
	code, cookies := ask(http.MethodPost, "/api/session", `{"token":"`+token+`"}`)
	if code != http.StatusOK {
		t.Fatalf("the link opens nothing: %d", code)
	}
	controls := len(d.controlRoutes())
	if controls == 0 || controls+len(d.readRoutes()) != len(d.Routes()) {
		t.Errorf("%d routes control something", controls)
	}
	for _, route := range d.Routes() {
		method, path, _ := strings.Cut(route.Pattern, " ")
		path = strings.NewReplacer("{sweep}", "none", "{id}", "none", "{name}", "none").Replace(path)
		if (method == http.MethodPost) != (route.Body != nil) || method != http.MethodPost && method != http.MethodGet {
			t.Errorf("%s: it has another method than its kind", route.Pattern)
		}
		if code, _ := ask(method, path, "{}"); code != http.StatusUnauthorized {
			t.Errorf("%s without a session: %d", route.Pattern, code)
		}
		code, _ := ask(method, path, "{}", cookies...)
		if isRefused := code == http.StatusForbidden; isRefused != (method == http.MethodPost) || code == http.StatusUnauthorized {
			t.Errorf("%s with a session that reads: %d", route.Pattern, code)
		}
	}
}
