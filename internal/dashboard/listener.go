package dashboard

import (
	"crypto/tls"
	"net"

	"eisweep/internal/listener"
)

// splitListener divides the connections of a listener into those that begin with a TLS handshake and all others, so that monitoring
// systems may use the same port without TLS.
type splitListener struct {
	*listener.Listener
	config *tls.Config
	plain  *half
	secure *half
	done   chan struct{}
}

// half is one of the two kinds of connections, as a listener.
type half struct {
	from  *splitListener
	conns chan net.Conn
}

// handshake is the first byte of a TLS connection.
const handshake = 0x16

func newSplitListener(l *listener.Listener, config *tls.Config) *splitListener {
	s := &splitListener{Listener: l, config: config, done: make(chan struct{})}
	s.plain, s.secure = &half{s, make(chan net.Conn)}, &half{s, make(chan net.Conn)}
	go s.sort()
	return s
}

// sort hands each connection to its half, until the listener is closed.
func (s *splitListener) sort() {
	defer close(s.done)
	for {
		conn, err := s.Accept()
		if err != nil {
			return
		}
		to := s.plain
		if conn.(*listener.Conn).First == handshake {
			to, conn = s.secure, tls.Server(conn, s.config)
		}
		go to.take(conn)
	}
}

func (h *half) take(conn net.Conn) {
	select {
	case h.conns <- conn:
	case <-h.from.done:
		conn.Close()
	}
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
