package workers

import (
	"time"

	"eisweep/internal/protocol"
)

// Change is what a report means for the worker that sent it.
type Change int

// The changes.
const (
	Same   Change = iota
	Joined        // the first report
	Back          // the first one after silence
	Left          // the last one
)

// silentTicks is after how many ticks without a report the event log says that a worker is silent. A tick counts only if the
// coordinator receives what others send, so its own interruptions do not fill the log.
const silentTicks = 3

// heartbeat is what is known of the reports of a worker that has joined and not left.
type heartbeat struct {
	host   string
	last   time.Time
	quiet  int // ticks since the last one
	silent bool
}

// Silent is a worker whose heartbeat is lost.
type Silent struct {
	Name, Host string
	Since      time.Time // its last report
}

// Restore takes in a worker that had joined before this coordinator, last heard of at a time, and whether it was silent. It is
// called before anything else.
func (t *Table) Restore(name, host string, last time.Time, silent bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.beats[name] = &heartbeat{host: host, last: last, silent: silent}
}

// beat takes in a report. The lock is held.
func (t *Table) beat(p *protocol.Presence, now time.Time) Change {
	was := t.beats[p.Name]
	switch {
	case p.Gone:
		delete(t.beats, p.Name)
		if was == nil {
			return Same // it was counted before
		}
		return Left
	case was == nil:
		t.beats[p.Name] = &heartbeat{host: p.Host, last: now}
		return Joined
	}
	silent := was.silent
	was.host, was.last, was.quiet, was.silent = p.Host, now, 0, false
	if silent {
		return Back
	}
	return Same
}

// CountTick counts a tick in which reports would have arrived, and returns the workers that are silent now and were not before.
func (t *Table) CountTick(now time.Time) (out []Silent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for name, b := range t.beats {
		b.quiet++
		switch {
		case b.quiet >= silentTicks && !b.silent:
			b.silent = true
			out = append(out, Silent{name, b.host, b.last})
		case b.silent && now.Sub(b.last) > forgetSilent:
			delete(t.beats, name)
		}
	}
	return out
}
