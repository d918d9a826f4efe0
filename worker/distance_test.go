package worker

import (
	"context"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"eisweep/internal/access"
	"eisweep/internal/natsserver"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/results"
	"eisweep/internal/root"
	"eisweep/sim"
)

// proxy stands between a worker and its coordinator's server. It can swallow what it
// is given, as a network does that is cut, until it is mended.
type proxy struct {
	listener net.Listener
	to       string
	ended    sync.WaitGroup

	mu    sync.Mutex
	whole chan struct{} // closed while nothing is swallowed
	open  []net.Conn
}

func newProxy(t testing.TB, to string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	p := &proxy{listener: l, to: to, whole: make(chan struct{})}
	close(p.whole)
	p.ended.Go(p.accept)
	t.Cleanup(func() {
		l.Close()
		p.mu.Lock()
		for _, c := range p.open {
			c.Close()
		}
		p.mu.Unlock()
		p.mend()
		p.ended.Wait()
	})
	return p
}

func (p *proxy) accept() {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", p.to)
		if err != nil {
			near.Close()
			continue
		}
		p.mu.Lock()
		p.open = append(p.open, near, far)
		p.mu.Unlock()
		p.ended.Go(func() { p.pass(near, far) })
		p.ended.Go(func() { p.pass(far, near) })
	}
}

func (p *proxy) pass(from, to net.Conn) {
	defer to.Close()
	buffer := make([]byte, 1<<14)
	for {
		n, err := from.Read(buffer)
		p.mu.Lock()
		whole := p.whole
		p.mu.Unlock()
		<-whole
		if _, wrong := to.Write(buffer[:n]); err != nil || wrong != nil {
			return
		}
	}
}

func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.whole = make(chan struct{})
}

func (p *proxy) mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.whole:
	default:
		close(p.whole)
	}
}

// newSite is a bench whose coordinator's server is reached by access files and
// through a proxy.
func newSite(t testing.TB, ackWait time.Duration) (*bench, *proxy) {
	t.Helper()
	r, err := root.Open(t.TempDir())
	check(t, err)
	authority, err := access.OpenAuthority(t.TempDir(), r, 1)
	check(t, err)
	o := authority.ServerOptions("127.0.0.1:0")
	o.StoreDir = t.TempDir()
	s, err := natsserver.Start(o)
	check(t, err)
	t.Cleanup(s.Stop)
	q, err := queue.Open(deadline(t), queue.Options{Options: authority.Options(s), Create: true, AckWait: ackWait})
	check(t, err)
	t.Cleanup(q.Close)
	p := newProxy(t, strings.TrimPrefix(s.URLs("")[0], "tls://"))
	check(t, authority.WriteFiles(r, []string{"tls://" + p.listener.Addr().String()}, access.Share{}))
	b := attend(t, r, q)
	b.server = s
	return b, p
}

// connect is the queue as a worker elsewhere has it.
func (b *bench) connect() *queue.Queue {
	b.Helper()
	o, err := access.Options(b.root, protocol.Worker)
	check(b, err)
	o.Connect = []nats.Option{nats.PingInterval(100 * time.Millisecond), nats.ReconnectWait(5 * time.Millisecond), nats.ReconnectJitter(0, 0)}
	q, err := queue.Open(deadline(b), queue.Options{Options: o})
	check(b, err)
	b.Cleanup(q.Close)
	return q
}

// All that a worker does, it may do by its access file.
func TestWorkerByItsAccessFile(t *testing.T) {
	b, _ := newSite(t, time.Minute)
	told := b.presences()
	far := func(c *Config) { c.Queue = b.connect() }
	moved := make(chan sim.Progress)
	o := task(7, func(o *protocol.TaskMessage) {
		o.Parameters = small().With(values("numint.n_trials=100")...)
	})
	b.publish(o)
	first := b.start(watched(moved), far)
	receive(b, moved)
	receive(b, moved)
	check(t, b.queue.SayHello())
	for p := receive(b, told); len(p.Attempts) == 0; p = receive(b, told) {
	}
	check(t, b.queue.SendCommand("worker", protocol.Command{Verb: protocol.Drain}))
	receive(b, first.Done())
	for p := receive(b, told); !p.Gone; p = receive(b, told) {
	}
	returned := b.event(o, protocol.EventReturned)
	large := sized(8, 8)
	b.again(o, returned.Token)
	b.publish(large)
	b.start(Model().Run, far, func(c *Config) { c.Memory = needs(large) - 1 })
	b.event(large, protocol.EventRefused)
	if out := receive(b, b.outcomes); !out.Done() || out.ID != o.ID || out.Spent == 0 {
		t.Errorf("outcome %+v", out.Outcome)
	}
}

// A worker that is cut off for so long that its attempt is ended computes to the end; when the
// network is mended its result changes nothing any more.
func TestLateResultChangesNothing(t *testing.T) {
	b, line := newSite(t, time.Minute)
	b.hold.Store(true)
	begun, finish := make(chan bool, 1), make(chan bool)
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		job.Checkpoints.save(&counter{done: 5})
		return until(begun, finish)(ctx, job, observe)
	}, func(c *Config) { c.Queue, c.Name = b.connect(), "late" })
	first, second := task(1), task(2)
	b.publish(first)
	receive(b, begun)
	line.cut()
	b.end(first)
	check(t, b.queue.PurgeTasks(deadline(t)))
	b.again(first)
	rival := b.start(leave, func(c *Config) { c.Name, c.MaxTasks = "rival", 1 })
	won := receive(b, b.outcomes)
	if won.Worker != "rival" {
		t.Errorf("outcome %+v", won.Outcome)
	}
	receive(b, rival.Done())
	close(finish)
	line.mend()
	b.until("the late attempt has ended", func() bool { return len(w.attempts.names()) == 0 })
	b.drained(w)

	b.publish(second) // outcomes come in the order of their commits
	b.start(leave)
	if o := receive(b, b.outcomes); o.ID != second.ID {
		t.Errorf("a second outcome of the task: %+v", o.Outcome)
	}
	kept := strings.TrimPrefix(b.root.Incoming(first.ID, 1, won.Token), b.root.Private("incoming")+"/")
	if names := b.left("incoming"); !slices.Contains(names, kept) || len(names) != 2 {
		t.Errorf("files %v", names)
	}
	if names := b.left("checkpoints"); len(names) > 0 {
		t.Errorf("checkpoints %v", names)
	}
}
