package daemon

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/telemetry"
	"eisweep/cmd/eisweep/internal/views"
	"eisweep/internal/control"
	"eisweep/internal/dashboard"
)

// website is what the coordinator's process serves to HTTP clients: to monitoring systems what telemetry.Handler answers, open to whoever
// reaches the address, and to browsers the dashboard.
type website struct {
	server  *dashboard.Server
	monitor *telemetry.Handler
	views   *views.Dashboard // nil while it is not shown

	advertise   string // host by which other machines reach this one
	fingerprint string // of a certificate that the coordinator made; "" for another
}

// startWebsite listens; only monitoring systems are served.
func startWebsite(o *views.Options, log *slog.Logger) (*website, error) {
	w := &website{monitor: telemetry.NewHandler()}
	var err error
	if w.server, err = o.Listen(w.monitor, telemetry.Paths(), log); err != nil {
		return nil, err
	}
	log.Info("health and metrics", "address", w.server.Address())
	return w, nil
}

// stop ends the server; requests that are being answered have one second.
func (w *website) stop() {
	w.monitor.Withdraw()
	w.server.Stop()
	if w.views != nil {
		w.views.Close()
	}
}

// showDashboard serves the dashboard, and logs a link. Beyond loopback its certificate is the one that the options name, or else one of
// the coordinator's authority. Where neither exists, only monitoring systems are served.
func (s *Service) showDashboard(e *cli.Env) error {
	w := s.website
	hosts := s.hosts()
	w.advertise = hosts[0]
	var own *tls.Certificate
	var err error
	if s.authority != nil && !w.server.IsLoopback() {
		if own, err = s.authority.HTTPCertificate(hosts); err != nil {
			return err
		}
	}
	w.views, err = views.New(views.Config{
		Root: s.root.Root, Coordinator: s.coordinator, Command: "coordinator", Version: cli.Version(), Log: s.log,
	})
	if err != nil {
		return err
	}
	sessions, err := s.sessionsFile(e)
	if err != nil {
		return err
	}
	err = w.views.Show(w.server, &s.http, own, hosts, sessions)
	if errors.Is(err, dashboard.ErrNoCertificate) {
		s.log.Warn("the dashboard is not served: beyond this machine it needs --http-cert and --http-key", "address", w.server.Address())
		return nil
	}
	if err != nil {
		return err
	}
	if own != nil && !s.http.HasCertificate() {
		w.fingerprint = fmt.Sprintf("%X", sha256.Sum256(own.Certificate[0]))
	}
	s.shown.Store(w)
	link := w.link(dashboard.Control)
	s.log.Info("open the dashboard by this link, once, within an hour; `eisweep dashboard` makes another", "link", link.Link)
	return nil
}

// sessionsFile is the file that keeps the sessions of the dashboard; "" without a directory for it, as in a container whose NATS server is
// another. New keys end all sessions.
func (s *Service) sessionsFile(e *cli.Env) (string, error) {
	state, err := stateDir(e, s.root.Root)
	if err != nil {
		return "", nil
	}
	file := filepath.Join(state, "dashboard.json")
	if s.rotate {
		if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
	}
	return file, nil
}

// hosts are the names by which other machines reach this one, the likeliest first.
func (s *Service) hosts() []string {
	name := s.advertise
	if host, _, err := net.SplitHostPort(name); err == nil {
		name = host
	}
	hosts := []string{name}
	if own, err := os.Hostname(); err == nil && own != name {
		hosts = append(hosts, own)
	}
	if hosts[0] == "" {
		hosts = hosts[1:]
	}
	if len(hosts) == 0 {
		hosts = []string{"localhost"}
	}
	return hosts
}

// link makes a link to the dashboard.
func (w *website) link(p dashboard.Permission) control.DashboardLink {
	host := ""
	if !w.server.IsLoopback() {
		host = w.advertise
	}
	return control.DashboardLink{Link: w.server.Link(p, host), Loopback: w.server.IsLoopback(), Fingerprint: w.fingerprint}
}

// serveLink answers requests for a link to the dashboard.
func (s *Service) serveLink(_ context.Context, r control.Dashboard) (control.DashboardLink, error) {
	w, permission := s.shown.Load(), dashboard.Control
	if w == nil {
		return control.DashboardLink{}, &control.Refusal{Kind: control.Unknown,
			Text: "the coordinator serves no dashboard: start it with --http localhost:8080"}
	}
	if r.Read {
		permission = dashboard.Read
	}
	return w.link(permission), nil
}
