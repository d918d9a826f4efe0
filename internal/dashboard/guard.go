package dashboard

import (
	"context"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"path"
	"slices"
	"strings"
	"time"
)

// sessionPath is the route by which a session begins and ends.
const sessionPath = "/api/session"

// guard decides about every request before any route sees it.
type guard struct {
	cookie   string   // its name
	secure   bool     // the server uses TLS
	loopback bool     // only this machine reaches the server
	names    []string // of this machine, in lower case
	sessions *sessions
	now      func() time.Time
}

// refused is why a request is refused.
type refused struct {
	code   int
	text   string
	remedy string
}

// check returns the context of a request that is admitted, with its session if it has one.
func (g *guard) check(r *http.Request) (context.Context, *refused) {
	if !isPlain(r) {
		return nil, &refused{http.StatusBadRequest, "the path is not in its shortest form", ""}
	}
	if !g.isOurs(r.Host) {
		return nil, &refused{http.StatusMisdirectedRequest, "the request is for another host: " + excerpt(r.Host),
			"open the address that the coordinator printed"}
	}
	if !strings.HasPrefix(r.URL.Path, "/api/") {
		return r.Context(), g.checkPage(r)
	}
	if why := g.checkOrigin(r); why != nil {
		return nil, why
	}
	session, ok := g.sessionOf(r)
	needs := permissionFor(r)
	switch {
	case needs == "":
		return r.Context(), nil
	case !ok:
		return nil, &refused{http.StatusUnauthorized, "no session, or it has ended", "open a new link: eisweep dashboard"}
	case needs == Control && session.Permission != Control:
		return nil, &refused{http.StatusForbidden, "this session may only read", "open a link that permits control: eisweep dashboard"}
	}
	return withSession(r.Context(), session), nil
}

// permissionFor is what a request of the API needs; "" for the exchange of a link's token for a session.
func permissionFor(r *http.Request) Permission {
	switch isSession := r.URL.Path == sessionPath; {
	case isSession && r.Method == http.MethodPost:
		return ""
	case isSession && r.Method == http.MethodDelete, r.Method == http.MethodGet, r.Method == http.MethodHead:
		return Read
	}
	return Control
}

// isPlain reports whether a path says directly what it names: no escapes of separators, no dots, no backslashes, no doubled or
// trailing slashes.
func isPlain(r *http.Request) bool {
	p := r.URL.Path
	printable := func(c rune) bool { return c > ' ' && c < 0x7f && c != '\\' }
	return strings.HasPrefix(p, "/") && len(p) <= maxPathBytes && r.URL.RawPath == "" && path.Clean(p) == p &&
		strings.IndexFunc(p, func(c rune) bool { return !printable(c) }) < 0
}

// isOurs reports whether a Host header names this server: an address, localhost, or one of the machine's names. A page of another
// host that makes its name resolve to this machine sends its own name.
func (g *guard) isOurs(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if address, err := netip.ParseAddr(host); err == nil {
		return !g.loopback || address.IsLoopback()
	}
	return host == "localhost" || !g.loopback && slices.Contains(g.names, host)
}

// checkPage admits what loads the page's files.
func (g *guard) checkPage(r *http.Request) *refused {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return &refused{http.StatusMethodNotAllowed, "only GET and HEAD", ""}
	}
	return nil
}

// checkOrigin refuses requests that a page of another origin makes. Whatever changes something must say its origin.
func (g *guard) checkOrigin(r *http.Request) *refused {
	foreign := &refused{http.StatusForbidden, "the request comes from another origin", ""}
	origin, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
	changes := r.Method != http.MethodGet && r.Method != http.MethodHead
	switch {
	case len(r.Header.Values("Origin")) > 1, len(r.Header.Values("Sec-Fetch-Site")) > 1:
		return foreign
	case origin != "" && !strings.EqualFold(origin, g.origin(r)):
		return foreign
	case site != "" && site != "same-origin" && (site != "none" || changes):
		return foreign
	case changes && origin == "":
		return &refused{http.StatusForbidden, "the request does not say its origin", ""}
	}
	if changes {
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
			return &refused{http.StatusUnsupportedMediaType, "the body is not application/json", ""}
		}
	}
	return nil
}

// origin is the server's origin as the client names the server.
func (g *guard) origin(r *http.Request) string {
	if g.secure {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// sessionOf returns the session of a request's cookie. Of several cookies of the name, none counts.
func (g *guard) sessionOf(r *http.Request) (Session, bool) {
	cookies := r.CookiesNamed(g.cookie)
	if len(cookies) != 1 {
		return Session{}, false
	}
	return g.sessions.of(cookies[0].Value, g.now())
}

// longestExcerpt is how many bytes of a client's text an answer repeats.
const longestExcerpt = 80

func excerpt(text string) string {
	return text[:min(len(text), longestExcerpt)]
}
