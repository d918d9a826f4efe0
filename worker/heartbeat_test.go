package worker

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"eisweep/internal/protocol"
)

// presences is what workers tell of themselves from now on.
func (b *bench) presences() <-chan protocol.Presence {
	b.Helper()
	told := make(chan protocol.Presence, 1000)
	stop, err := b.queue.Presences(func(p protocol.Presence) { told <- p })
	check(b, err)
	b.Cleanup(stop)
	return told
}

func TestWorkerTellsOfItselfAndObeys(t *testing.T) {
	b := newBench(t, 10*time.Second)
	told := b.presences()
	end := time.Now().Add(time.Hour).Round(time.Second).UTC()
	w := b.start(block, func(c *Config) { c.Slots, c.Deadline, c.Job = 2, end, "slurm 12" })
	if p := receive(b, told); p.Name != "worker" || p.Host != "host" || p.PID != os.Getpid() || p.Version != "v" || p.Slots != 2 ||
		p.State != "idle" || p.Busy != 0 || !p.Deadline.Equal(end) || p.Job != "slurm 12" || p.Gone || p.Kernels == "" {
		t.Errorf("at first it tells %+v", p)
	}
	o := task(1)
	b.publish(o)
	e := b.event(o, protocol.EventStarted)
	b.until("the attempt is entered", func() bool { return len(w.attempts.names()) == 1 })
	check(t, b.queue.SayHello())
	p := receive(b, told)
	for len(p.Attempts) == 0 {
		p = receive(b, told)
	}
	if p.State != "working" || p.Busy != 1 || p.Attempts[0] != (protocol.Attempt{ID: o.ID, Run: 1, Token: e.Token}) {
		t.Errorf("at work it tells %+v", p)
	}
	check(t, b.queue.SendCommand("another", protocol.Command{Verb: protocol.Drain}))
	check(t, b.queue.SendCommand("worker", protocol.Command{Verb: protocol.Drain}))
	receive(b, w.Done())
	if !errors.Is(w.Reason(), errOrdered) || w.Err() != nil {
		t.Errorf("it ended by %v, %v", w.Reason(), w.Err())
	}
	b.event(o, protocol.EventReturned)
	last := receive(b, told)
	for !last.Gone {
		last = receive(b, told)
	}
	if last.Busy != 0 || !strings.HasPrefix(last.State, "draining") {
		t.Errorf("in the end it tells %+v", last)
	}
}
