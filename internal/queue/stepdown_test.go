package queue

import (
	"bytes"
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"eisweep/internal/natstest"
)

// halting is a dialer whose connections halt once, before the first byte of a text.
type halting struct {
	before []byte
	halt   func()
	once   sync.Once
}

func (h *halting) Dial(network, address string) (net.Conn, error) {
	c, err := net.Dial(network, address)
	if err != nil {
		return nil, err
	}
	return &haltingConn{c, h}, nil
}

type haltingConn struct {
	net.Conn
	*halting
}

func (c *haltingConn) Write(b []byte) (int, error) {
	at := bytes.Index(b, c.before)
	if at < 0 {
		return c.Conn.Write(b)
	}
	n, err := c.Conn.Write(b[:at])
	if err != nil {
		return n, err
	}
	c.once.Do(c.halt)
	rest, err := c.Conn.Write(b[at:])
	return n + rest, err
}

// The leader of the tasks' stream changes in the middle of a batch, of which the new one knows
// nothing: whoever publishes learns that the batch may not be there, purges, and publishes again.
func TestALeaderChangesDuringABatch(t *testing.T) {
	c := startCluster(t)
	other := c.open(t, func(o *Options) { o.Create = true })
	leader := func() string {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second) // while there is none nobody answers
		defer cancel()
		info, err := other.tasks.Info(ctx)
		if err != nil || info.Cluster == nil {
			return ""
		}
		return info.Cluster.Leader
	}
	changed := false
	slow := &halting{before: []byte("Nats-Batch-Sequence: 500"), halt: func() {
		was := leader()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		_, err := other.NATS().RequestWithContext(ctx, "$JS.API.STREAM.LEADER.STEPDOWN."+other.subjects.Stream("tasks"), []byte(`{}`))
		if err != nil {
			t.Error(err)
			return
		}
		for !changed && ctx.Err() == nil {
			now := leader()
			changed = now != "" && now != was
		}
	}}
	q := c.open(t, func(o *Options) {
		o.Create = true
		o.Connect = append(o.Connect, nats.SetCustomDialer(slow))
	})
	tasks := testTasks(0, batchSize)
	if n, err := q.PublishTasks(natstest.Deadline(t), tasks); err == nil || n != 0 {
		t.Errorf("%d tasks are surely queued, %v", n, err)
	}
	if !changed {
		t.Error("the leader didn't change during the batch")
	}
	if err := q.PurgeTasks(natstest.Deadline(t)); err != nil {
		t.Fatal(err)
	}
	natstest.Until(t, "the new leader takes the batch", func() bool {
		n, err := q.PublishTasks(natstest.Deadline(t), tasks)
		return err == nil && n == batchSize
	})
	counts(t, q, batchSize)
}
