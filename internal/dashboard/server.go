package dashboard

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"eisweep/internal/dashboard/page"
	"eisweep/internal/listener"
)

// Options says how a server listens.
type Options struct {
	Address string // HOST:PORT; an empty host is every address
	// Open answers requests that need no session, under the paths of Paths, such as /metrics. They are also served without TLS.
	Open  http.Handler
	Paths []string
	Log   *slog.Logger
}

// Content is what a server serves besides the open paths.
type Content struct {
	Name string // distinguishes the cookies of several servers on one machine: letters and digits
	// Certificate is used beyond loopback, and nil for none: then the dashboard is served on loopback only.
	Certificate *tls.Certificate
	Names       []string // of this machine, that requests may use besides its addresses
	Sessions    string   // file that keeps the sessions beyond the end of the process; "" for none
	Routes      []Route
	Feed        Feed
}

// Server is the HTTP server of a process. Until Show and after Hide it serves the open paths only.
type Server struct {
	log      *slog.Logger
	address  net.Addr
	loopback bool
	open     map[string]http.Handler
	plain    http.Server
	secure   http.Server
	listener *splitListener

	shown    atomic.Pointer[shown]
	links    links
	requests chan struct{}
	streams  chan struct{}
}

// shown is what the server serves between Show and Hide.
type shown struct {
	*Server
	guard       *guard
	certificate *tls.Certificate
	files       page.Files
	mux         *http.ServeMux
	feed        Feed
	stopping    context.Context
	stop        context.CancelFunc
}

// Start listens. An error is that it cannot listen there.
func Start(o Options) (*Server, error) {
	l, err := net.Listen("tcp", o.Address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	s := &Server{log: o.Log, address: l.Addr(), loopback: isLoopback(l.Addr()), open: map[string]http.Handler{},
		requests: make(chan struct{}, maxRequests), streams: make(chan struct{}, maxStreams)}
	for _, path := range o.Paths {
		s.open[path] = o.Open
	}
	s.plain, s.secure = s.newServer(false), s.newServer(true)
	begun := listener.New(l, listener.Limits{Connections: maxConnections, Silent: maxSilent, Begin: headerTimeout})
	s.listener = newSplitListener(begun, &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: s.certificate})
	s.serve(&s.plain, s.listener.plain)
	s.serve(&s.secure, s.listener.secure)
	return s, nil
}

func (s *Server) newServer(secure bool) http.Server {
	var http1 http.Protocols
	http1.SetHTTP1(true) // one stream of events takes one connection, so that the limit of connections bounds both
	return http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, secure) }),
		ReadHeaderTimeout: headerTimeout, ReadTimeout: requestTimeout, WriteTimeout: answerTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeaderBytes, Protocols: &http1,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), // a client's mistakes, such as a failed handshake
	}
}

func (s *Server) serve(server *http.Server, l net.Listener) {
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			s.log.Error("serve HTTP", "error", err)
		}
	}()
}

// Address is where the server listens.
func (s *Server) Address() string { return s.address.String() }

// IsLoopback reports whether only this machine reaches the server.
func (s *Server) IsLoopback() bool { return s.loopback }

// isLoopback reports whether an address is one that only this machine reaches.
func isLoopback(address net.Addr) bool {
	tcp, ok := address.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// certificate is what TLS uses at the moment.
func (s *Server) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if c := s.shown.Load(); c != nil && c.certificate != nil {
		return c.certificate, nil
	}
	return nil, errors.New("this server has no certificate now")
}

// Show serves a dashboard until Hide. Beyond loopback it returns an error if there is no certificate.
func (s *Server) Show(c Content) error {
	if !s.loopback && c.Certificate == nil {
		return ErrNoCertificate
	}
	files, err := page.New()
	if err != nil {
		return err
	}
	kept, err := openSessions(c.Sessions, time.Now())
	if err != nil {
		return err
	}
	is := &shown{Server: s, certificate: c.Certificate, files: files, mux: http.NewServeMux(), feed: c.Feed}
	is.guard = &guard{cookie: "eisweep-" + c.Name, secure: c.Certificate != nil, loopback: s.loopback, sessions: kept, now: time.Now}
	for _, name := range c.Names {
		is.guard.names = append(is.guard.names, strings.ToLower(strings.TrimSuffix(name, ".")))
	}
	is.stopping, is.stop = context.WithCancel(context.Background())
	is.mux.HandleFunc(sessionPath, is.serveSession)
	is.mux.HandleFunc("GET /api/stream", is.serveStream)
	for _, route := range c.Routes {
		is.mux.HandleFunc(route.Pattern, is.handler(route))
	}
	s.shown.Store(is)
	return nil
}

// ErrNoCertificate is that a dashboard would be served without TLS to other machines.
var ErrNoCertificate = errors.New("beyond this machine the dashboard is served with TLS only, which needs a certificate")

// Hide ends the streams, and serves only the open paths from now on.
func (s *Server) Hide() {
	if was := s.shown.Swap(nil); was != nil {
		was.stop()
	}
}

// Link returns the address of the dashboard with the token of a new link, which is valid once and for one hour. host is how the
// reader's machine reaches the server; "" for the address on which it listens. It returns "" if no dashboard is shown.
func (s *Server) Link(p Permission, host string) string {
	is := s.shown.Load()
	if is == nil || !p.isKnown() {
		return ""
	}
	where := s.address.String()
	if host != "" {
		_, port, _ := net.SplitHostPort(where)
		where = net.JoinHostPort(host, port)
	}
	link := url.URL{Scheme: "http", Host: where, Path: "/", Fragment: "token=" + s.links.create(p, time.Now())}
	if is.guard.secure {
		link.Scheme = "https"
	}
	return link.String()
}

// Stop ends the server; requests that are being answered have one second.
func (s *Server) Stop() {
	s.Hide()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, server := range []*http.Server{&s.plain, &s.secure} {
		if server.Shutdown(ctx) != nil {
			server.Close()
		}
	}
	s.listener.Close()
}

// answer answers every request.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, secure bool) {
	if open := s.open[r.URL.Path]; open != nil {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Connection", "close") // a scrape per minute needs no open connection in between
		open.ServeHTTP(w, r)
		return
	}
	setHeaders(w.Header())
	is := s.shown.Load()
	switch {
	case is == nil:
		writeError(w, http.StatusServiceUnavailable, "the dashboard is not ready", "")
	case is.guard.secure && !secure:
		writeError(w, http.StatusForbidden, "the dashboard is served with TLS only", "open https:// at this address")
	default:
		is.answer(w, r)
	}
}

func (s *shown) answer(w http.ResponseWriter, r *http.Request) {
	ctx, why := s.guard.check(r)
	if why != nil {
		writeError(w, why.code, why.text, why.remedy)
		return
	}
	if !strings.HasPrefix(r.URL.Path, "/api/") {
		if !s.files.Serve(w, r, acceptsGzip(r)) {
			writeError(w, http.StatusNotFound, "there is no such file", "")
		}
		return
	}
	r = r.WithContext(ctx)
	if h, pattern := s.mux.Handler(r); pattern == "" {
		refuseRoute(w, h, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// refuseRoute answers a request for which there is no route; h knows whether its method is the reason.
func refuseRoute(w http.ResponseWriter, h http.Handler, r *http.Request) {
	quiet := &statusOnly{header: http.Header{}}
	h.ServeHTTP(quiet, r)
	if quiet.code == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", quiet.header.Get("Allow"))
		writeError(w, quiet.code, "the route has other methods: "+quiet.header.Get("Allow"), "")
		return
	}
	writeError(w, http.StatusNotFound, "there is no such route", "")
}

// statusOnly keeps what an answer's head says.
type statusOnly struct {
	header http.Header
	code   int
}

func (s *statusOnly) Header() http.Header            { return s.header }
func (s *statusOnly) WriteHeader(code int)           { s.code = code }
func (s *statusOnly) Write(text []byte) (int, error) { return len(text), nil }
