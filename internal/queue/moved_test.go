package queue

import (
	"errors"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/protocol"
)

// way leads to a coordinator's server, wherever it is at the time.
type way struct {
	mu     sync.Mutex
	server *natsserver.Server // nil: nowhere
	open   []net.Conn
}

func (w *way) InProcessConn() (net.Conn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.server == nil {
		return nil, errors.New("cut off")
	}
	c, err := w.server.InProcessConn()
	w.open = append(w.open, c)
	return c, err
}

// lead breaks the connections; new ones go to a server.
func (w *way) lead(to *natsserver.Server) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.server = to
	for _, c := range w.open {
		c.Close()
	}
	w.open = nil
}

// follower is a worker's queue that goes where the way leads.
func (w *way) follower(t testing.TB) *Queue {
	t.Helper()
	q, err := Open(deadline(t), Options{Options: natsconn.Options{RootID: testRoot, Log: testLog(t), Connect: []nats.Option{
		nats.InProcessServer(w), nats.ReconnectWait(5 * time.Millisecond), nats.ReconnectJitter(0, 0),
	}}, AckWait: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Close)
	return q
}

// stores are two of one root, on two hosts; the second is newer.
func stores(t testing.TB) (servers [2]*natsserver.Server, coordinators [2]*Queue) {
	t.Helper()
	for i := range servers {
		servers[i] = startServer(t, t.TempDir())
		coordinators[i] = open(t, servers[i])
	}
	return servers, coordinators
}

// Workers follow a coordinator to a new store, and back to an old one, whatever the
// numbers of their messages.
func TestOfferOfAnotherStoreIsTaken(t *testing.T) {
	servers, coordinators := stores(t)
	w := &way{server: servers[0]}
	q := w.follower(t)
	for i, name := range []string{"first", "second", "third"} {
		k := coordinators[i%2]
		for range 3 - i { // the later the store, the fewer the messages
			if err := k.PublishSweeps(deadline(t), []protocol.OpenSweep{{Name: name}}); err != nil {
				t.Fatal(err)
			}
		}
		w.lead(servers[i%2])
		until(t, name+" is offered", func() bool {
			got := q.Sweeps()
			return len(got) == 1 && got[0] == name
		})
	}
}

// A store that was restored from a backup is the same store, and its offers have lower numbers
// than those that a worker has read.
func TestOfferOfARestoredStoreIsTaken(t *testing.T) {
	dir, backup := t.TempDir(), t.TempDir()
	s := startServer(t, dir)
	k := open(t, s)
	offer(t, k, protocol.OpenSweep{Name: "restored"})
	k.Close()
	s.Stop()
	if err := os.CopyFS(backup, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	s = startServer(t, dir)
	k = open(t, s)
	for range 3 {
		offer(t, k, protocol.OpenSweep{Name: "lost"})
	}
	w := &way{server: s}
	q := w.follower(t)
	hears(t, q, "lost")
	w.lead(startServer(t, backup))
	hears(t, q, "restored")
}

// What a worker says of a task that another store gave it means none of this store's.
func TestAcknowledgementMeansNoTaskOfAnotherStore(t *testing.T) {
	for verb, say := range map[string]func(*Delivery) error{
		"Done":      func(d *Delivery) error { return d.Done(deadline(t)) },
		"Terminate": func(d *Delivery) error { return d.Terminate(deadline(t)) },
		"Retry":     func(d *Delivery) error { return d.Retry(deadline(t), 0) },
		"Heartbeat": func(d *Delivery) error { return d.Heartbeat(deadline(t)) },
	} {
		for from, to := range map[int]int{0: 1, 1: 0} {
			t.Run(verb+" "+[]string{"to a new store", "to an old store"}[to^1], func(t *testing.T) {
				t.Parallel()
				servers, coordinators := stores(t)
				w := &way{server: servers[from]}
				q := w.follower(t)
				for i, k := range coordinators {
					publish(t, k, testTask("quick", i))
				}
				moved := next(t, q, "quick")
				pending := next(t, coordinators[to], "quick") // as many were delivered there
				w.lead(servers[to])
				if err := say(moved); err != nil && !errors.Is(err, ErrLeaseLost) {
					t.Error(err)
				}
				if queued, err := coordinators[to].Queued(deadline(t)); err != nil || len(queued) != 1 {
					t.Errorf("queued %v, %v", queued, err)
				}
				if err := pending.Done(deadline(t)); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// An attempt that is at work when the store is made anew is announced there, unless
// another has begun.
func TestAttemptIsAnnouncedInANewStore(t *testing.T) {
	for name, other := range map[string]bool{"alone": false, "with another": true} {
		t.Run(name, func(t *testing.T) {
			servers, coordinators := stores(t)
			w := &way{server: servers[0]}
			q := w.follower(t)
			for _, k := range coordinators {
				publish(t, k, testTask("quick", 1))
			}
			d := next(t, q, "quick")
			begin(t, d, "w", 1)
			w.lead(servers[1])
			late := next(t, coordinators[1], "quick")
			if settled, err := late.Settled(deadline(t)); settled || late.Redelivered() || err != nil {
				t.Fatalf("settled %v, redelivered %v, %v", settled, late.Redelivered(), err)
			}
			late.Begun(1)
			if !late.Redelivered() {
				t.Error("an attempt is known, and the order is taken for new")
			}
			if other {
				begin(t, late, "rival", 2)
			}
			if later, err := d.Later(deadline(t)); later != other || err != nil {
				t.Errorf("a later attempt: %v, %v", later, err)
			}
			want := 1
			if other {
				want = 2
			}
			if n, err := late.Attempts(deadline(t)); n != want || err != nil {
				t.Errorf("%d attempts, %v", n, err)
			}
			if err := d.HandBack(deadline(t), 0); errors.Is(err, ErrLeaseLost) != other {
				t.Errorf("handed back: %v", err)
			}
		})
	}
}
