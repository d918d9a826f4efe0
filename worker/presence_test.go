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
	receive(b, b.events)
	w.tell(false)
	if p := receive(b, told); p.State != "working" || p.Busy != 1 || len(p.Tasks) != 1 || p.Tasks[0] != o.ID {
		t.Errorf("at work it tells %+v", p)
	}
	check(t, b.queue.SendCommand("worker", "somersault"))
	check(t, b.queue.SendCommand("another", protocol.Drain))
	check(t, b.queue.SendCommand("worker", protocol.Drain))
	receive(b, w.Done())
	if !errors.Is(w.Reason(), errOrdered) || w.Err() != nil {
		t.Errorf("it ended by %v, %v", w.Reason(), w.Err())
	}
	if e := receive(b, b.events); e.Event != protocol.EventReturned {
		t.Errorf("event %+v", e)
	}
	last := receive(b, told)
	for !last.Gone {
		last = receive(b, told)
	}
	if last.Busy != 0 || !strings.HasPrefix(last.State, "draining") {
		t.Errorf("in the end it tells %+v", last)
	}
}
