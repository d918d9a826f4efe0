package coordinator

import (
	"bytes"
	"errors"
	"net"
	"sync"
	"testing"

	"eisweep/coordinator/attempts"
	"eisweep/coordinator/lifecycle"
	"eisweep/internal/natsserver"
	"eisweep/internal/protocol"
)

// line leads to a server, or nowhere.
type line struct {
	mu     sync.Mutex
	server *natsserver.Server // nil: it is cut
	open   []net.Conn
}

func (l *line) InProcessConn() (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server == nil {
		return nil, errors.New("the line is cut")
	}
	c, err := l.server.InProcessConn()
	if err == nil {
		l.open = append(l.open, c)
	}
	return c, err
}

func (l *line) Broken() <-chan struct{} { return nil }
func (l *line) Err() error              { return nil }

// lead breaks the connections; new ones go to a server.
func (l *line) lead(to *natsserver.Server) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.server = to
	for _, c := range l.open {
		c.Close()
	}
	l.open = nil
}

// TestADeafCoordinatorEndsNobody while it is cut off for much longer than a worker may be silent. A worker that died
// meanwhile is noticed later.
func TestADeafCoordinatorEndsNobody(t *testing.T) {
	g := newRig(t)
	g.tick = 10 * presencePause
	k := g.serve()
	g.launch(oneTask)
	lively := g.next("two")
	g.launch(apart)
	dying := g.hire("w2", 4).next("apart")
	for _, j := range []*job{lively, dying} {
		g.poll("the claim is known", func() bool { return k.phase(j.id()) == lifecycle.Running })
	}
	g.line.lead(nil)
	dying.w.hush(true)
	g.poll("many ticks pass", func() bool { return k.attempts.MissedEchoes() > 2*attempts.QuietTicks })
	g.line.lead(g.server)
	g.poll("it hears again", func() bool { return k.attempts.MissedEchoes() == 0 })
	if len(g.lossLines()) != 0 || k.phase(lively.id()) != lifecycle.Running || k.phase(dying.id()) != lifecycle.Running {
		t.Errorf("it has ended an attempt; on record are %q", g.lossLines())
	}
	g.poll("who died is noticed", func() bool { return k.phase(dying.id()) != lifecycle.Running })
	if is := k.phase(lively.id()); is != lifecycle.Running {
		t.Errorf("the other attempt is %v", is)
	}
	g.hand(lively)
	g.ends(k, "two")
	if l := g.lines("two"); len(l) != 1 || l[0].Attempt != 1 {
		t.Errorf("lines %+v", l)
	}
}

// TestAnOverrunTickDoesNotCount: presences may have been dropped in it, although the coordinator's own message came back.
func TestAnOverrunTickDoesNotCount(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	gaps, ok := k.attempts.ReceivesEcho(g.context(), g.queue.Gaps())
	if !ok {
		t.Fatal("it doesn't hear itself")
	}
	subject := protocol.SubjectsOf(g.root.ID()).Presence("noise")
	k.mu.Lock() // whoever handles a presence waits
	g.worker().say(false)
	noise := bytes.Repeat([]byte("x"), 1<<19)
	g.poll("presences are dropped", func() bool {
		if err := g.site.NATS().Publish(subject, noise); err != nil {
			t.Fatal(err)
		}
		return g.queue.Gaps() != gaps
	})
	k.mu.Unlock()
	now, ok := k.attempts.ReceivesEcho(g.context(), gaps)
	if ok {
		t.Error("a tick counts in which presences were dropped")
	}
	g.poll("a tick without dropped presences counts", func() bool { // some may still be dropped, of those under way
		now, ok = k.attempts.ReceivesEcho(g.context(), now)
		return ok
	})
}
