package dashboard

import (
	"bufio"
	"crypto/tls"
	"net"
	"slices"
	"sync"
	"time"
)

// splitListener divides the connections of a listener into those that begin with a TLS handshake and all others, so that monitoring
// systems may use the same port without TLS.
type splitListener struct {
	net.Listener
	config *tls.Config
	plain  *half
	secure *half
	done   chan struct{}
	once   sync.Once

	mu     sync.Mutex
	silent []net.Conn // that have sent nothing yet, the oldest first
}

// half is one of the two kinds of connections, as a listener.
type half struct {
	from  *splitListener
	conns chan net.Conn
}

// handshake is the first byte of a TLS connection.
const handshake = 0x16

func newSplitListener(l net.Listener, config *tls.Config) *splitListener {
	s := &splitListener{Listener: l, config: config, done: make(chan struct{})}
	s.plain, s.secure = &half{s, make(chan net.Conn)}, &half{s, make(chan net.Conn)}
	go s.accept()
	return s
}

// accept looks at each connection's first byte. Errors that pass, such as too many open files, are waited out.
func (s *splitListener) accept() {
	for {
		conn, err := s.Accept()
		select {
		case <-s.done:
			if err == nil {
				conn.Close()
			}
			return
		default:
		}
		if err != nil {
			select {
			case <-time.After(100 * time.Millisecond):
			case <-s.done:
				return
			}
			continue
		}
		s.expect(conn)
		go s.sort(conn)
	}
}

// expect notes a connection that has sent nothing yet. If there are too many, it closes the oldest.
func (s *splitListener) expect(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.silent = append(s.silent, conn); len(s.silent) > maxSilent {
		s.silent[0].Close()
		s.silent = slices.Delete(s.silent, 0, 1)
	}
}

// spoke notes that a connection has sent something, or is closed.
func (s *splitListener) spoke(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := slices.Index(s.silent, conn); at >= 0 {
		s.silent = slices.Delete(s.silent, at, at+1)
	}
}

// sort hands a connection to its half, or closes it if it says nothing in time.
func (s *splitListener) sort(conn net.Conn) {
	in := bufio.NewReaderSize(conn, 16)
	_ = conn.SetReadDeadline(time.Now().Add(headerTimeout)) // else it is closed, as the next line finds
	first, err := in.Peek(1)
	s.spoke(conn)
	if err != nil || conn.SetReadDeadline(time.Time{}) != nil {
		conn.Close()
		return
	}
	begun := &begunConn{Conn: conn, in: in}
	to, of := s.plain, net.Conn(begun)
	if first[0] == handshake {
		to, of = s.secure, tls.Server(begun, s.config)
	}
	select {
	case to.conns <- of:
	case <-s.done:
		conn.Close()
	}
}

// Close ends both halves.
func (s *splitListener) Close() error {
	s.once.Do(func() { close(s.done) })
	return s.Listener.Close()
}

// Accept implements net.Listener.
func (h *half) Accept() (net.Conn, error) {
	select {
	case conn := <-h.conns:
		return conn, nil
	case <-h.from.done:
		return nil, net.ErrClosed
	}
}

// Close ends both halves: they are closed together.
func (h *half) Close() error { return h.from.Close() }

// Addr implements net.Listener.
func (h *half) Addr() net.Addr { return h.from.Listener.Addr() }

// begunConn is a connection whose first bytes have been read.
type begunConn struct {
	net.Conn
	in *bufio.Reader
}

func (c *begunConn) Read(into []byte) (int, error) {
	if c.in.Buffered() > 0 {
		return c.in.Read(into)
	}
	return c.Conn.Read(into)
}
