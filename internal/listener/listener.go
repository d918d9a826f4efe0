package listener

import (
	"bufio"
	"net"
	"slices"
	"sync"
	"time"

	"golang.org/x/net/netutil"
)

// Limits bound the connections of a listener.
type Limits struct {
	Connections int           // open at a time; more wait until one ends
	Silent      int           // connections that have sent nothing; then the oldest is closed
	Begin       time.Duration // for the first byte of a connection
}

// Listener accepts connections that have sent something.
type Listener struct {
	net.Listener
	limits Limits
	begun  chan *Conn
	done   chan struct{}
	once   sync.Once

	mu     sync.Mutex
	silent []net.Conn // that have sent nothing yet, the oldest first
}

// New accepts the connections of l. Close ends it, and l.
func New(l net.Listener, limits Limits) *Listener {
	l = netutil.LimitListener(l, limits.Connections)
	out := &Listener{Listener: l, limits: limits, begun: make(chan *Conn), done: make(chan struct{})}
	go out.accept()
	return out
}

// accept waits for each connection's first byte. Errors that pass, such as too many open files, are waited out.
func (l *Listener) accept() {
	for {
		conn, err := l.Listener.Accept()
		select {
		case <-l.done:
			if err == nil {
				conn.Close()
			}
			return
		default:
		}
		if err != nil {
			select {
			case <-time.After(100 * time.Millisecond):
			case <-l.done:
				return
			}
			continue
		}
		l.expect(conn)
		go l.begin(conn)
	}
}

// expect notes a connection that has sent nothing yet. If there are too many, it closes the oldest.
func (l *Listener) expect(conn net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.silent = append(l.silent, conn); len(l.silent) > l.limits.Silent {
		l.silent[0].Close()
		l.silent = slices.Delete(l.silent, 0, 1)
	}
}

// spoke notes that a connection has sent something, or is closed.
func (l *Listener) spoke(conn net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at := slices.Index(l.silent, conn); at >= 0 {
		l.silent = slices.Delete(l.silent, at, at+1)
	}
}

// begin hands a connection to Accept, or closes it if it says nothing in time.
func (l *Listener) begin(conn net.Conn) {
	in := bufio.NewReaderSize(conn, 16)
	_ = conn.SetReadDeadline(time.Now().Add(l.limits.Begin)) // else it is closed, as the next line finds
	first, err := in.Peek(1)
	l.spoke(conn)
	if err != nil || conn.SetReadDeadline(time.Time{}) != nil {
		conn.Close()
		return
	}
	select {
	case l.begun <- &Conn{Conn: conn, First: first[0], in: in}:
	case <-l.done:
		conn.Close()
	}
}

// Accept implements net.Listener. The connection is a *Conn.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.begun:
		return conn, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.done) })
	return l.Listener.Close()
}

// Conn is a connection that has sent something.
type Conn struct {
	net.Conn
	First byte // that it sent; Read returns it too
	in    *bufio.Reader
}

func (c *Conn) Read(into []byte) (int, error) {
	if c.in.Buffered() > 0 {
		return c.in.Read(into)
	}
	return c.Conn.Read(into)
}
