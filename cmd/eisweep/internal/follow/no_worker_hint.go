package follow

import (
	"context"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/internal/control"
)

// noWorkerInterval is how often those who follow look for workers while none is heard at work.
const noWorkerInterval = 10 * time.Second

// NoWorkerHint is that of sweeps at whose tasks nobody is heard.
type NoWorkerHint struct {
	checkedAt time.Time // for workers
	shown     string    // that there is none, since somebody was at work
}

// IsDue says whether it is time to look for workers: there is something to run, nobody is
// heard at it, and nobody was told so.
func (x *NoWorkerHint) IsDue(s *control.Snapshot, now time.Time) bool {
	left := false
	for i := range s.Sweeps {
		w := &s.Sweeps[i]
		if w.Running > w.Silent {
			*x = NoWorkerHint{}
			return false
		}
		left = left || w.Status == control.Open && w.Queued+w.Silent > 0
	}
	if !left || x.shown != "" || now.Sub(x.checkedAt) < noWorkerInterval {
		return false
	}
	x.checkedAt = now
	return true
}

// NoteNoWorkers says so where nobody is there to run what was launched.
func NoteNoWorkers(ctx context.Context, e *cli.Env, c *client.Client) {
	if text := noWorkersText(ctx, e, c); text != "" {
		e.Notef("%s", text)
	}
}

// noWorkersText says that no worker is connected, if that is so.
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
	return "no workers connected; start some on any machine that shares the directory: eisweep worker" + e.Flags()
}
