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
			ServerName: fmt.Sprint("n", i), Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, JetStream: true, StoreDir: t.TempDir(), MaxPayload: natsserver.MaxPayload,
			Cluster: server.ClusterOpts{Name: "site", Host: "127.0.0.1", Port: server.RANDOM_PORT},
			Routes:  server.RoutesFromStr(strings.Join(routes, ",")),
		}
		for _, f := range change {
			f(o)
		}
		s := natstest.Start(t, o)
		routes = append(routes, "nats://"+s.ClusterAddr().String())
		c.servers = append(c.servers, s)
	}
	until(t, "the cluster has a leader and three members", func() bool {
		for _, s := range c.servers {
			if s.JetStreamIsLeader() {
				return len(s.JetStreamClusterPeers()) == 3
			}
		}
		return false
	})
	return c
}

// until looks again and again, and fails the test when it takes too long.
func until(t testing.TB, what string, is func() bool, state ...func() string) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for ctx := deadline(t); !is(); {
		select {
		case <-tick.C:
		case <-ctx.Done():
			for _, tell := range state {
				t.Log(tell())
			}
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

func (c *cluster) open(t testing.TB, change ...func(*Options)) *Queue {
	t.Helper()
	o := Options{Options: natsconn.Options{Site: new(natsconn.Site), RootID: testRoot, Log: testLog(t), Connect: []nats.Option{nats.ReconnectWait(20 * time.Millisecond)}}, AckWait: 3 * time.Second}
	for _, s := range c.servers {
		o.Site.URLs = append(o.Site.URLs, s.ClientURL())
	}
	for _, f := range change {
		f(&o)
	}
	q, err := Open(deadline(t), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Close)
	return q
}

// stopLeader ends the server that leads the stream of a kind.
func (c *cluster) stopLeader(t testing.TB, q *Queue, kind string) {
	t.Helper()
	stream, err := q.JetStream().Stream(deadline(t), q.subjects.Stream(kind))
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
// everybody goes on by themselves.
func TestClusterOutlivesItsLeader(t *testing.T) {
	c := startCluster(t)
	coordinator := c.open(t, func(o *Options) { o.Create = true })
	for _, kind := range protocol.StreamKinds {
		stream, err := coordinator.JetStream().Stream(deadline(t), coordinator.subjects.Stream(kind))
		if err != nil || stream.CachedInfo().Config.Replicas != 3 {
			t.Fatalf("stream of %s: %v, %+v", kind, err, stream)
		}
	}
	const n = 60
	var mu sync.Mutex
	got := map[sweeps.ID]int{}
	all := make(chan struct{})
	stop, err := coordinator.Outcomes(deadline(t), func(o OutcomeDelivery) {
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
	publish(t, coordinator, testTasks("quick", 0, n)...)
	if err := coordinator.PublishSweeps(deadline(t), []protocol.OpenSweep{{Name: "quick"}}); err != nil {
		t.Fatal(err)
	}

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
				d, err := q.Next(ctx, q.Sweeps)
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
	until(t, "all have an outcome", func() bool {
		select {
		case <-all:
			return true
		default:
			return false
		}
	}, func() string {
		mu.Lock()
		defer mu.Unlock()
		queued, err := coordinator.Queued(deadline(t))
		return fmt.Sprintf("%d outcomes came, %d won, %d tasks are queued, %v", len(got), won.Load(), len(queued), err)
	})
	until(t, "the queue is empty", func() bool {
		queued, err := coordinator.Queued(deadline(t))
		return err == nil && len(queued) == 0
	})
	cancel()
	workers.Wait()
	if won.Load() != n {
		t.Errorf("%d outcomes won", won.Load())
	}
	settle(t, coordinator, n, 2) // two of three go on
}

// serve does a task as a worker does. Its lease may run out meanwhile on a busy machine: another worker has the task then. So
// it is if no server takes the acknowledgement for twice AckWait, while a leader is elected.
func serve(t testing.TB, ctx context.Context, d *Delivery, worker int) (won bool) {
	settled, err := d.Settled(ctx)
	if err == nil && !settled {
		var attempt int
		if attempt, err = d.Start(ctx, fmt.Sprint("worker-", worker), "host"); err == nil {
			won, err = d.Commit(ctx, failure(protocol.Outcome{Attempt: attempt, Worker: fmt.Sprint("worker-", worker)}))
		}
	}
	if err == nil {
		if err = d.Done(ctx); errors.Is(err, context.DeadlineExceeded) {
			err = nil
		}
	}
	if err != nil && !errors.Is(err, ErrLeaseLost) && ctx.Err() == nil {
		t.Error(err)
	}
	return won
}

func wait(t testing.TB, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-deadline(t).Done():
		t.Fatal("waited in vain")
	}
}
