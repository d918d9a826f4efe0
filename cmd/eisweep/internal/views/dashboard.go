package views

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"time"

	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/internal/control"
	"eisweep/internal/dashboard"
	"eisweep/internal/root"
)

// Coordinator is what the dashboard needs of a coordinator in the same process.
type Coordinator interface {
	Snapshot() control.Snapshot
	Workers() control.Workers
}

// Config says what a dashboard shows.
type Config struct {
	Root        *root.Root
	Coordinator Coordinator
	Command     string // of this process: coordinator or run
	Version     string // of this program
	Log         *slog.Logger
}

// Dashboard answers the requests of the dashboard's page for one root.
type Dashboard struct {
	Config
	self     api.Coordinator
	overview *overview
	hub      *hub
}

// New makes the dashboard of a root and its coordinator. Close ends it.
func New(c Config) (*Dashboard, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	d := &Dashboard{Config: c, overview: newOverview(c.Root)}
	d.self = api.Coordinator{
		Pong:    control.Pong{Host: host, PID: os.Getpid(), Version: c.Version, Since: time.Now()},
		Command: c.Command, Root: c.Root.Path(),
	}
	d.hub = newHub(d)
	return d, nil
}

// Close ends all streams and what is computed for them.
func (d *Dashboard) Close() { d.hub.close() }

// Feed returns the events of a new stream; see dashboard.Feed.
func (d *Dashboard) Feed(ctx context.Context, query url.Values, lastID string) (<-chan dashboard.Event, error) {
	return d.hub.subscribe(ctx)
}

// Routes are the routes of the dashboard's API.
func (d *Dashboard) Routes() []dashboard.Route {
	return []dashboard.Route{
		{Pattern: "GET /api/state", Answer: func(r *http.Request) (any, error) { return d.hub.state(r.Context()) }},
		{Pattern: "GET /api/workers", Answer: func(*http.Request) (any, error) { return d.workers(), nil }},
	}
}

func (d *Dashboard) workers() api.Workers {
	return api.Workers{Workers: append([]control.Worker{}, d.Coordinator.Workers().Workers...)}
}
