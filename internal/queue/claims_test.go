package queue

import (
	"context"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// run has tasks executed by workers that open makes, while disturb does what it does.
func (m *model) run(k *Queue, workers int, open func(c *cutter) *Queue, disturb func(ctx context.Context)) {
	m.t.Helper()
	m.last, m.settled, m.alive, m.missed, m.claimed = map[sweeps.ID]Entry{}, map[sweeps.ID]bool{}, map[string]bool{}, map[string]int{},
		map[string]protocol.Attempt{}
	config := k.Register.stream.CachedInfo().Config
	config.MaxMsgsPerSubject = -1 // for the history
	if _, err := k.JetStream().UpdateStream(natstest.Deadline(m.t), config); err != nil {
		m.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(natstest.Deadline(m.t))
	defer cancel()
	var group sync.WaitGroup
	for i := range workers {
		q := open(&cutter{after: [][]byte{[]byte(".Register.stream."), []byte(".outcomes.")}, luck: m.luck})
		group.Go(func() { m.work(ctx, q, fmt.Sprint("w", i)) })
	}
	group.Go(func() { disturb(ctx) })
	m.coordinate(ctx, open(&cutter{after: [][]byte{[]byte(".tasks.")}, luck: m.luck}))
	cancel()
	group.Wait()
	m.check(k)
}

var quickly = []nats.Option{nats.ReconnectWait(5 * time.Millisecond), nats.ReconnectJitter(0, 0)}

// Workers stand still for longer than an order waits for them, and die, at every point of a task's way,
// answers are lost, and the coordinator purges and publishes everything and ends attempts, also such as are
// alive.
func TestClaimsAreAccountedFor(t *testing.T) {
	s := natstest.StartEmbedded(t, t.TempDir())
	m := &model{t: t, luck: newLuck(t), ackWait: 200 * time.Millisecond, tasks: 300}
	change := func(o *Options) { o.AckWait = m.ackWait }
	m.run(open(t, s, change), 12, func(c *cutter) *Queue {
		c.dial = func(string, string) (net.Conn, error) { return s.InProcessConn() }
		return open(t, nil, change, func(o *Options) {
			o.Server, o.Create, o.Role = nil, false, protocol.Coordinator
			o.Connect = append(quickly, nats.InProcessServer(c))
		})
	}, func(context.Context) {})
}

// The same on three servers, whose leaders change.
func TestClaimsAreAccountedForByACluster(t *testing.T) {
	c := startCluster(t)
	m := &model{t: t, luck: newLuck(t), ackWait: 500 * time.Millisecond, tasks: 60}
	change := func(o *Options) { o.AckWait = m.ackWait }
	k := c.open(t, change, func(o *Options) { o.Create = true })
	m.run(k, 6, func(cut *cutter) *Queue {
		cut.dial = net.Dial
		return c.open(t, change, func(o *Options) {
			o.Role = protocol.Coordinator
			o.Connect = append(quickly, nats.SetCustomDialer(cut))
		})
	}, func(ctx context.Context) {
		for pause(ctx, 500*time.Millisecond) {
			subject := "STREAM.LEADER.STEPDOWN." + k.subjects.Stream(protocol.StreamKinds[m.luck.upTo(3)])
			if m.luck.is(0.3) {
				subject = "CONSUMER.LEADER.STEPDOWN." + k.subjects.Stream("tasks") + "." + k.subjects.Consumer()
			}
			limited, cancel := context.WithTimeout(ctx, time.Second) // while there is no leader nobody answers
			_, _ = k.NATS().RequestWithContext(limited, k.API(subject), []byte(`{}`))
			cancel()
		}
	})
}
