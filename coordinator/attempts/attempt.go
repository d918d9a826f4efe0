package attempts

import (
	"time"

	"eisweep/internal/control"
	"eisweep/internal/protocol"
)

// Attempt is a running attempt, according to the register.
type Attempt struct {
	control.RunningTask
	Run    int
	Token  string
	Heard  time.Time // when a message last named it
	Cost   float64   // see workload.Cost
	Memory int64     // bytes that the task takes
	UpTo   uint64    // the sequence of the last outcome when the attempt was missed; 0 before

	quiet  int // ticks since a presence listed it
	absent int // presences of its worker, in a row, that did not list it
}

// Name identifies the attempt in messages.
func (a *Attempt) Name() protocol.Attempt {
	return protocol.Attempt{ID: a.ID, Run: a.Run, Token: a.Token}
}

// State is the attempt as others see it. It has no time left while its worker is silent.
func (a *Attempt) State(now time.Time) control.RunningTask {
	out, ago := a.RunningTask, now.Sub(a.Heard)
	out.LastSeenSeconds, out.Silent = ago.Seconds(), control.IsSilent(ago)
	if out.Silent {
		out.Left, out.LeftKnown = 0, false
	}
	return out
}

// WorkDone is the part of the task's cost that is behind it.
func (a *Attempt) WorkDone() float64 {
	if a.Progress.Total == 0 {
		return 0
	}
	return a.Cost * float64(a.Progress.Done) / float64(a.Progress.Total)
}

// Progress handles a running attempt's report of its progress.
func (t *Tracker) Progress(p protocol.Progress) {
	t.config.Core.Lock()
	defer t.config.Core.Unlock()
	r := t.running[p.ID]
	if r == nil || r.Run != p.Run || r.Token != p.Token {
		return
	}
	r.Heard, r.Progress = time.Now(), p.Sim
	if p.Seconds <= 0 || p.Sim.Done == 0 {
		return
	}
	r.StepsPerSecond = float64(p.Sim.Steps) / p.Seconds
	r.Left, r.LeftKnown = seconds(float64(p.Sim.Total-p.Sim.Done)/float64(p.Sim.Done)*p.Seconds), p.Seconds >= 1
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
