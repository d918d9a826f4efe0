package queue

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/natstest"
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
	q, err := Open(natstest.Deadline(t), Options{Options: natsconn.Options{RootID: testRoot, Log: natstest.Log(t), Connect: []nats.Option{
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
		servers[i] = natstest.StartEmbedded(t, t.TempDir())
		coordinators[i] = open(t, servers[i])
	}
	return servers, coordinators
}

// Workers follow a coordinator to a new store, and back to an old one.
func TestWorkersFollowToAnotherStore(t *testing.T) {
	servers, coordinators := stores(t)
	w := &way{server: servers[0]}
	q := w.follower(t)
	got := make(chan *Delivery)
	for i := range 4 {
		go func() {
			d, _ := q.Next(natstest.Deadline(t))
			got <- d
		}()
		publish(t, coordinators[i%2], testTask(i))
		w.lead(servers[i%2])
		if d := natstest.Receive(t, got); d == nil || d.Task().ID != testID(i) {
			t.Errorf("delivery %v", d)
		} else {
			admit(t, d, "w")
		}
		counts(t, coordinators[i%2], 0)
	}
}

// What a worker says of an order that another store gave it means none of this store's.
func TestAcknowledgementMeansNoTaskOfAnotherStore(t *testing.T) {
	for verb, say := range map[string]func(*Delivery) error{
		"claim": func(d *Delivery) error { _, _, err := d.Admit(natstest.Deadline(t), "w", "host"); return err },
		"leave": (*Delivery).Leave,
		"end":   func(d *Delivery) error { return d.msg.Term() },
	} {
		for from, to := range map[int]int{0: 1, 1: 0} {
			t.Run(verb+" "+[]string{"to a new store", "to an old store"}[to^1], func(t *testing.T) {
				t.Parallel()
				servers, coordinators := stores(t)
				w := &way{server: servers[from]}
				q := w.follower(t)
				for i, k := range coordinators {
					publish(t, k, testTask(i))
				}
				moved := next(t, q)
				pending := next(t, coordinators[to]) // as many were delivered there
				w.lead(servers[to])
				if err := say(moved); err != nil {
					t.Error(err)
				}
				natstest.Until(t, "the store has got the words", func() bool { return q.Flush(natstest.Deadline(t)) == nil })
				counts(t, coordinators[to], 1)
				admit(t, pending, "other")
				counts(t, coordinators[to], 0)
			})
		}
	}
}

// An attempt that is at work when the store is made anew, or an old one is used again, is entered
// there, unless another has begun.
func TestAttemptIsEnteredInAnotherStore(t *testing.T) {
	for _, other := range []bool{false, true} {
		for from, to := range map[int]int{0: 1, 1: 0} {
			t.Run(fmt.Sprintf("from %d to %d, with another %t", from, to, other), func(t *testing.T) {
				servers, coordinators := stores(t)
				w := &way{server: servers[from]}
				q := w.follower(t)
				for _, k := range coordinators {
					publish(t, k, testTask(1))
				}
				a := admit(t, next(t, q), "w")
				w.lead(servers[to])
				rival := next(t, coordinators[to])
				if other {
					admit(t, rival, "rival")
				}
				if over, err := a.IsOver(natstest.Deadline(t)); over != other || err != nil {
					t.Errorf("over: %v, %v", over, err)
				}
				if !other {
					if verdict, _, err := rival.Admit(natstest.Deadline(t), "rival", "host"); verdict != Skip || err != nil {
						t.Errorf("the order of an attempt that was entered is claimed: %v, %v", verdict, err)
					}
				}
				want := map[bool]string{false: "w", true: "rival"}[other]
				if e := last(t, coordinators[to], 1); e.Event != protocol.EventStarted || e.Worker != want || (e.Token == a.Name().Token) == other {
					t.Errorf("entry %+v", e)
				}
				if err := a.Return(natstest.Deadline(t), "", "drained"); err != nil {
					t.Error(err)
				}
				if e := last(t, coordinators[to], 1); (e.Event == protocol.EventReturned) == other {
					t.Errorf("after the return: %+v", e)
				}
			})
		}
	}
}

// A store that was restored from a backup has forgotten the claims since: they are entered again.
func TestAttemptIsEnteredInARestoredStore(t *testing.T) {
	dir, backup := t.TempDir(), t.TempDir()
	s := natstest.StartEmbedded(t, dir)
	k := open(t, s)
	publish(t, k, testTask(1))
	before := admit(t, next(t, k), "lost")
	ended := end(t, k, last(t, k, 1))
	counts(t, k, 0)
	k.Close()
	s.Stop()
	if err := os.CopyFS(backup, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	s = natstest.StartEmbedded(t, dir)
	k = open(t, s)
	again := testTask(1)
	again.After = ended
	publish(t, k, again)
	w := &way{server: s}
	a := admit(t, next(t, w.follower(t)), "w")
	restored := natstest.StartEmbedded(t, backup)
	a.q.Close()
	w.lead(restored)
	a.q = w.follower(t)
	if over, err := a.IsOver(natstest.Deadline(t)); over || err != nil {
		t.Errorf("over %v, %v", over, err)
	}
	k = open(t, restored)
	if e := last(t, k, 1); e.Token != a.Name().Token || e.Token == before.Name().Token {
		t.Errorf("entry %+v", e)
	}
}
