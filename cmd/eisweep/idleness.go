package main

import (
	"time"

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
