package follow

import (
	"context"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/internal/control"
)

// noWorkerInterval is how often a follower checks for workers while no task runs.
const noWorkerInterval = 10 * time.Second

// NoWorkerHint decides when to check for workers and warn that there are none.
type NoWorkerHint struct {
	checkedAt time.Time
	shown     string // the hint, since a task last ran
}

// IsDue reports whether to check for workers: tasks are pending, none is running, and the hint was not shown yet.
func (x *NoWorkerHint) IsDue(s *control.Snapshot, now time.Time) bool {
	left := false
	for i := range s.Sweeps {
		w := &s.Sweeps[i]
		if w.Running > w.Silent {
			*x = NoWorkerHint{}
			return false
		}
		left = left || w.Status == control.Open && w.Pending+w.Silent > 0
	}
	if !left || x.shown != "" || now.Sub(x.checkedAt) < noWorkerInterval {
		return false
	}
	x.checkedAt = now
	return true
}

// NoteNoWorkers prints a hint if no workers are connected.
func NoteNoWorkers(ctx context.Context, e *cli.Env, c *client.Client) {
	if text := noWorkersText(ctx, e, c); text != "" {
		e.Notef("%s", text)
	}
}

// noWorkersText is the hint that no workers are connected, or "".
func noWorkersText(ctx context.Context, e *cli.Env, c *client.Client) string {
	out, err := client.Ask[control.Workers](ctx, c, control.VerbWorkers, control.Nothing{})
	if err != nil {
		return ""
	}
	for i := range out.Workers {
		if !out.Workers[i].Silent {
			return ""
		}
	}
	return "no workers connected; start some on any machine that shares the root directory: eisweep worker" + e.Flags()
}
