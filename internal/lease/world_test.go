package lease

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"eisweep/internal/root"
)

// server is a file server's side of a store: what is there, at once, for everybody.
type server struct {
	mu      sync.Mutex
	records map[uint64][]byte
}

// host is one machine in the model: its clocks, its way to the file server, and whether it is suspended.
type host struct {
	t      testing.TB
	name   string
	server *server
	delay  func() time.Duration // before and after each request
	before func(request string) // called when a request reaches the server; may be nil

	stops bool // the boot-time clock, with its host, as a paused virtual machine's may; only the time of day tells then

	mu     sync.Mutex
	begun  time.Time
	rate   float64       // of its boot-time clock
	lag    time.Duration // of that clock, from standing still
	offset time.Duration // of its time of day
	halted time.Time     // since when it is suspended
	still  chan struct{} // closed when it continues; nil: it runs
}

func (h *host) now() instant {
	h.mu.Lock()
	defer h.mu.Unlock()
	passed := time.Since(h.begun)
	boot := passed - h.lag
	if h.stops && h.still != nil {
		boot -= time.Since(h.halted)
	}
	return instant{time.Duration(float64(boot) * h.rate), h.begun.Add(passed + h.offset)}
}

// step changes the time of day, unless that is the only clock that can be trusted.
func (h *host) step(by time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.stops {
		h.offset += by
	}
}

// halt stops the host, as SIGSTOP, a suspension or an unreachable file server does.
func (h *host) halt(d time.Duration) {
	h.mu.Lock()
	if h.still != nil {
		h.mu.Unlock()
		return
	}
	again := make(chan struct{})
	h.still, h.halted = again, time.Now()
	h.mu.Unlock()
	time.AfterFunc(d, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.stops {
			h.lag += time.Since(h.halted)
		}
		h.still = nil
		close(again)
	})
}

func (h *host) isHalted() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.still != nil
}

// pass lets time pass on the way to the server or back, however long the host is suspended.
func (h *host) pass() {
	if d := h.delay(); d > 0 {
		<-time.After(d)
	}
	for {
		h.mu.Lock()
		still := h.still
		h.mu.Unlock()
		if still == nil {
			return
		}
		<-still
	}
}

func (h *host) request(name string, f func(records map[uint64][]byte) error) error {
	h.pass()
	if h.before != nil {
		h.before(name)
	}
	h.server.mu.Lock()
	err := f(h.server.records)
	h.server.mu.Unlock()
	h.pass()
	return err
}

func (h *host) latest() (r record, err error) {
	err = h.request("latest", func(records map[uint64][]byte) error {
		var highest uint64
		for n := range records {
			highest = max(highest, n)
		}
		if highest > 0 {
			r = decode(highest, records[highest])
		}
		return nil
	})
	return r, err
}

func (h *host) read(epoch uint64) (r record, err error) {
	err = h.request("read", func(records map[uint64][]byte) error {
		text, ok := records[epoch]
		if !ok {
			return fs.ErrNotExist
		}
		r = decode(epoch, text)
		return nil
	})
	return r, err
}

func (h *host) create(r record) error {
	return h.request("create", func(records map[uint64][]byte) error {
		if records[r.Epoch] != nil {
			return fs.ErrExist
		}
		text, err := r.encode(0)
		records[r.Epoch] = text
		return err
	})
}

func (h *host) rewrite(r record) error {
	return h.request("rewrite", func(records map[uint64][]byte) error {
		if records[r.Epoch] == nil {
			return fs.ErrNotExist
		}
		text, err := r.encode(0)
		records[r.Epoch] = text
		return err
	})
}

func (h *host) prune(below uint64) error {
	return h.request("prune", func(records map[uint64][]byte) error {
		for n := range records {
			if n < below {
				delete(records, n)
			}
		}
		return nil
	})
}

// ownLock is a lock on a mount where other hosts don't see it.
type ownLock struct {
	holder, previous root.Holder
	unheld           bool
}

func (l *ownLock) Held() bool            { return !l.unheld }
func (l *ownLock) Take() error           { l.unheld = false; return nil }
func (l *ownLock) Check() error          { return nil }
func (l *ownLock) Holder() root.Holder   { return l.holder }
func (l *ownLock) Previous() root.Holder { return l.previous }

// process is one life of a would-be owner on a host.
type process struct {
	host  *host
	lock  *ownLock
	end   context.CancelFunc
	mu    sync.Mutex
	lease *Lease
	gone  bool // killed: nothing that it does counts
}

func (p *process) owned() *Lease {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lease
}

// authorizeWrite reports whether the process would start a write now. A suspended one does nothing now.
func (p *process) authorizeWrite() bool {
	l := p.owned()
	p.mu.Lock()
	gone := p.gone
	p.mu.Unlock()
	return l != nil && !gone && !p.host.isHalted() && l.Valid()
}

// world is a root and the processes that compete for it.
type world struct {
	t     testing.TB
	r     *root.Root
	hosts []*host

	mu        sync.Mutex
	processes []*process
	pids      int
	counts    map[string]int
}

func newWorld(t testing.TB, r *root.Root, hosts int, delay func() time.Duration) *world {
	t.Helper()
	s := &server{records: map[uint64][]byte{}}
	w := &world{t: t, r: r, counts: map[string]int{}}
	for n := range hosts {
		w.hosts = append(w.hosts, &host{t: t, name: fmt.Sprintf("h%d", n), server: s, delay: delay, begun: time.Now(), rate: 1})
	}
	return w
}

// spawn starts a process on a host, which acquires the root until ctx ends.
func (w *world) spawn(ctx context.Context, h *host, previous root.Holder) *process {
	return w.start(ctx, h, previous, Acquire)
}

// spawnStandby is spawn, but the process stands by. Another process of its host holds the lock until a time by its host's clock.
func (w *world) spawnStandby(ctx context.Context, h *host, held time.Duration) *process {
	return w.start(ctx, h, root.Holder{}, func(ctx context.Context, c Config) (*Lease, error) {
		s, err := NewStandby(c)
		if err != nil {
			return nil, err
		}
		for {
			l, err := s.Try(ctx, &ownLock{holder: c.Lock.Holder(), unheld: h.now().boot < held})
			if l != nil || err != nil {
				return l, err
			}
			if err := pause(ctx, s.Pause()); err != nil {
				return nil, err
			}
		}
	})
}

func (w *world) start(
	ctx context.Context, h *host, previous root.Holder, acquire func(context.Context, Config) (*Lease, error),
) *process {
	w.mu.Lock()
	w.pids++
	ctx, end := context.WithCancel(ctx)
	p := &process{host: h, end: end, lock: &ownLock{
		holder: root.Holder{Host: h.name, PID: w.pids, Command: "eisweep coordinator"}, previous: previous}}
	w.processes = append(w.processes, p)
	w.mu.Unlock()
	go func() {
		l, err := acquire(ctx, Config{Root: w.r, Lock: p.lock, store: h, now: h.now, boot: "boot of " + h.name})
		p.mu.Lock()
		defer p.mu.Unlock()
		p.lease = l
		w.note(p, err)
		if l != nil && p.gone {
			l.close()
		}
	}()
	return p
}

// note counts what came of an attempt to own the root.
func (w *world) note(p *process, err error) {
	var used *root.InUseError
	switch {
	case err == nil && p.lease.MustFence():
		w.count("took over")
	case err == nil:
		w.count("owned")
	case errors.As(err, &used):
		w.count("refused")
	case errors.Is(err, context.Canceled):
		w.count("gave up")
	default:
		w.t.Errorf("process %d: %v", p.lock.holder.PID, err)
	}
}

func (w *world) count(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts[what]++
}

// kill ends a process at once: whatever it does from now on has no effect on files.
func (p *process) kill() {
	p.end()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone = true
	if p.lease != nil {
		p.lease.close()
	}
}

// writers lists who may write now.
func (w *world) writers() (may []*process) {
	w.mu.Lock()
	all := slices.Clone(w.processes)
	w.mu.Unlock()
	for _, p := range all {
		if p.authorizeWrite() {
			may = append(may, p)
		}
	}
	return may
}

// sometimes returns a delay that is mostly short and sometimes long, drawn by a seed.
func sometimes(rng *rand.Rand) func() time.Duration {
	var mu sync.Mutex
	usual := []int{10, 300, 900}[rng.IntN(3)]
	return func() time.Duration {
		mu.Lock()
		defer mu.Unlock()
		if rng.IntN(400) == 0 {
			return time.Duration(rng.IntN(70)) * time.Second
		}
		return time.Duration(rng.IntN(usual)) * time.Millisecond
	}
}
