package views

import (
	"context"
	"log/slog"
	"net/url"
	"os"
	"time"

	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/coordinator"
	"eisweep/coordinator/plan"
	"eisweep/internal/control"
	"eisweep/internal/dashboard"
	"eisweep/internal/events"
	"eisweep/internal/problems"
	"eisweep/internal/root"
)

// Coordinator is what the dashboard needs of a coordinator in the same process.
type Coordinator interface {
	Snapshot() control.Snapshot
	Workers() control.Workers
	Events() *events.Log
	Problems(ctx context.Context) problems.Report
	Tasks(sweep string, out coordinator.SweepTasks) (coordinator.SweepTasks, bool)
	Explain(ctx context.Context, target string) (control.Explained, error)

	Pause(ctx context.Context, names []string) (control.Steered, error)
	Resume(ctx context.Context, names []string) (control.Steered, error)
	Cancel(ctx context.Context, names []string) (control.Steered, error)
	Prioritize(ctx context.Context, sweep string, priority int) error
	Drain(ctx context.Context, r control.Drain) (control.Drained, error)
	Plan(ctx context.Context, r plan.Request) (*plan.Plan, error)
	Launch(ctx context.Context, r plan.Request) (*plan.Plan, error)
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
	self        api.Coordinator
	directories *directories
	tables      *tables
	pictures    *pictures
	hub         *hub

	reruns  chan struct{} // one at a time
	lookups chan struct{} // one at a time
}

// New makes the dashboard of a root and its coordinator. Close ends it.
func New(c Config) (*Dashboard, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	d := &Dashboard{Config: c, directories: newDirectories(c.Root), reruns: make(chan struct{}, 1), lookups: make(chan struct{}, 1)}
	d.self = api.Coordinator{
		Pong:    control.Pong{Host: host, PID: os.Getpid(), Version: c.Version, Since: time.Now()},
		Command: c.Command, Root: c.Root.Path(),
	}
	d.tables, d.pictures, d.hub = newTables(d), newPictures(), newHub(d)
	return d, nil
}

// Close ends all streams and what is computed for them.
func (d *Dashboard) Close() { d.hub.close() }

// Feed returns the events of a new stream; see dashboard.Feed.
func (d *Dashboard) Feed(ctx context.Context, query url.Values, lastID string) (<-chan dashboard.Event, error) {
	return d.hub.subscribe(ctx, query, lastID)
}

func (d *Dashboard) workers() api.Workers {
	return api.Workers{Workers: append([]control.Worker{}, d.Coordinator.Workers().Workers...)}
}

// problems is what is wrong now.
func (d *Dashboard) problems(ctx context.Context) problems.Report {
	out := d.Coordinator.Problems(ctx)
	out.Problems, out.Sweeps = append([]problems.Problem{}, out.Problems...), append([]string{}, out.Sweeps...)
	return out
}
