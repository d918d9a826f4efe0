package local

import (
	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/views"
	served "eisweep/internal/dashboard"
)

// dashboard is what a session serves to browsers.
type dashboard struct {
	server *served.Server
	views  *views.Dashboard
}

// openDashboard serves the dashboard if the options say where, and prints a link.
func (s *session) openDashboard(e *cli.Env, o *views.Options) (err error) {
	if o.Address == "" {
		return nil
	}
	s.dashboard = new(dashboard)
	if s.dashboard.server, err = o.Listen(nil, nil, s.log); err != nil {
		return err
	}
	s.dashboard.views, err = views.New(views.Config{
		Root: s.root.Root, Coordinator: s.coordinator, Command: "run", Version: cli.Version(), Log: s.log,
	})
	if err != nil {
		return err
	}
	if err := s.dashboard.views.Show(s.dashboard.server, o, nil, nil, ""); err != nil {
		return err
	}
	e.Notef("dashboard (the link works once): %s", s.dashboard.server.Link(served.Control, ""))
	return nil
}

// close ends it; nil is none.
func (d *dashboard) close() {
	if d == nil {
		return
	}
	if d.server != nil {
		d.server.Stop()
	}
	if d.views != nil {
		d.views.Close()
	}
}
