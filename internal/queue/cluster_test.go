package queue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// cluster is three NATS servers, as a site has them.
type cluster struct{ servers []*server.Server }

func startCluster(t testing.TB, change ...func(*server.Options)) *cluster {
	t.Helper()
	c := new(cluster)
	var routes []string
	for i := range 3 {
		o := &server.Options{
			ServerName: fmt.Sprint("n", i),
			Host:       "127.0.0.1",
			Port:       server.RANDOM_PORT,
			NoSigs:     true,
			JetStream:  true,
			StoreDir:   t.TempDir(),
			MaxPayload: natsserver.MaxPayload,
			Cluster:    server.ClusterOpts{Name: "site", Host: "127.0.0.1", Port: server.RANDOM_PORT},
			Routes:     server.RoutesFromStr(strings.Join(routes, ",")),
		}
		for _, f := range change {
			f(o)
		}
		s := natstest.Start(t, o)
		routes = append(routes, "nats://"+s.ClusterAddr().String())
		c.servers = append(c.servers, s)
	}
	natstest.Until(t, "the cluster has a leader and three members", func() bool {
		for _, s := range c.servers {
			if s.JetStreamIsLeader() {
				return len(s.JetStreamClusterPeers()) == 3
			}
		}
		return false
	})
	return c
}

func (c *cluster) open(t testing.TB, change ...func(*Options)) *Queue {
	t.Helper()
	o := Options{
		Options: natsconn.Options{
			Site:    new(natsconn.Site),
			RootID:  testRoot,
			Log:     natstest.Log(t),
			Connect: []nats.Option{nats.ReconnectWait(20 * time.Millisecond)},
		},
		AckWait: 3 * time.Second,
	}
	for _, s := range c.servers {
		o.Site.URLs = append(o.Site.URLs, s.ClientURL())
	}
	for _, f := range change {
		f(&o)
	}
	q, err := Open(natstest.Deadline(t), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Close)
	return q
}

// stopLeader ends the server that leads the stream of a kind.
func (c *cluster) stopLeader(t testing.TB, q *Queue, kind string) {
	t.Helper()
	stream, err := q.JetStream().Stream(natstest.Deadline(t), q.subjects.Stream(kind))
	if err != nil {
		t.Fatal(err)
	}
	leader := stream.CachedInfo().Cluster.Leader
	for _, s := range c.servers {
		if s.Name() == leader {
			s.Shutdown()
			s.WaitForShutdown()
			return
		}
	}
	t.Fatalf("no server is called %q", leader)
}

// The server that leads goes in the middle: nothing is lost, nothing is done twice, and
// everybody continues without help.
func TestClusterOutlivesItsLeader(t *testing.T) {
	c := startCluster(t)
	coordinator := c.open(t, func(o *Options) { o.Create = true })
	for _, kind := range protocol.StreamKinds {
		stream, err := coordinator.JetStream().Stream(natstest.Deadline(t), coordinator.subjects.Stream(kind))
		if err != nil || stream.CachedInfo().Config.Replicas != 3 {
			t.Fatalf("stream of %s: %v, %+v", kind, err, stream)
		}
	}
	const n = 60
	var mu sync.Mutex
	got := map[sweeps.ID]int{}
	all := make(chan struct{})
	stop, err := coordinator.Outcomes(natstest.Deadline(t), func(o OutcomeDelivery) {
		mu.Lock()
		defer mu.Unlock()
		got[o.ID]++
		if o.Ack() == nil && got[o.ID] == 1 && len(got) == n {
			close(all)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	// The server counts deliveries wrongly when leaders change, so a worker may give an order up that it sees for the first time.
	stop, err = coordinator.Register.Watch(natstest.Deadline(t), func(e Entry) {
		if e.Event == protocol.EventReturned {
			again := testTask(int(e.ID[7]) - 1)
			again.After = e.Sequence
			natstest.Until(t, "the order is queued again", func() bool {
				_, err := coordinator.PublishTasks(natstest.Deadline(t), []protocol.TaskMessage{again})
				return err == nil || errors.Is(err, ErrOccupied)
			})
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	publish(t, coordinator, testTasks(0, n)...)

	ctx, cancel := context.WithCancel(t.Context())
	var workers sync.WaitGroup
	defer workers.Wait()
	defer cancel()
	var won atomic.Int64
	third := make(chan struct{})
	for i := range 3 {
		q := c.open(t)
		workers.Go(func() {
			for {
				d, err := q.Next(ctx)
				if err != nil {
					return
				}
				if serve(t, ctx, d, i) && won.Add(1) == n/3 {
					close(third)
				}
			}
		})
	}
	wait(t, third)
	c.stopLeader(t, coordinator, "tasks")
	natstest.Until(t, "all have an outcome", func() bool {
		select {
		case <-all:
			return true
		default:
			return false
		}
	}, func() string {
		mu.Lock()
		defer mu.Unlock()
		waiting, err := coordinator.CountTasks(natstest.Deadline(t))
		return fmt.Sprintf("%d outcomes came, %d won, %d orders wait, %v", len(got), won.Load(), waiting, err)
	})
	counts(t, coordinator, 0)
	cancel()
	workers.Wait()
	if won.Load() != n {
		t.Errorf("%d outcomes won", won.Load())
	}
	settle(t, coordinator, n, 2) // two of three continue
}

// serve does a task as a worker does. Its order may be delivered again meanwhile on a busy machine:
// another worker may have claimed it then.
func serve(t testing.TB, ctx context.Context, d *Delivery, worker int) (won bool) {
	name := fmt.Sprint("worker-", worker)
	_, a, err := d.Admit(ctx, name, "host")
	if err == nil && a != nil {
		won, err = a.Commit(ctx, failure(protocol.Outcome{Worker: name}))
	}
	if err != nil && ctx.Err() == nil {
		t.Error(err)
	}
	return won
}

func wait(t testing.TB, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-natstest.Deadline(t).Done():
		t.Fatal("waited in vain")
	}
}
