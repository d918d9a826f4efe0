package main

import (
	"context"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/internal/control"
)

// idleTime is how often those who follow look for workers while none is heard at work.
const idleTime = 10 * time.Second

// idleness is that of sweeps at whose tasks nobody is heard.
type idleness struct {
	looked time.Time // for workers
	told   string    // that there is none, since somebody was at work
}

// asks says whether it is time to look for workers: there is something to run, nobody is
// heard at it, and nobody was told so.
func (x *idleness) asks(s *control.Snapshot, now time.Time) bool {
	left := false
	for i := range s.Sweeps {
		w := &s.Sweeps[i]
		if w.Running > w.Silent {
			*x = idleness{}
			return false
		}
		left = left || w.Status == control.Open && w.Queued+w.Silent > 0
	}
	if !left || x.told != "" || now.Sub(x.looked) < idleTime {
		return false
	}
	x.looked = now
	return true
}

// warnOfNoWorker says so where nobody is there to run what was launched.
func warnOfNoWorker(ctx context.Context, e *cli.Env, c *client.Client) {
	if text := noWorker(ctx, e, c); text != "" {
		e.Notef("%s", text)
	}
}

// noWorker says that no worker is connected, if that is so.
func noWorker(ctx context.Context, e *cli.Env, c *client.Client) string {
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
