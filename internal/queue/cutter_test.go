package queue

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"
)

// cutter makes connections, and breaks one from time to time just after it has written a message of some
// kinds, so that the answer is lost.
type cutter struct {
	dial  func(network, address string) (net.Conn, error)
	after [][]byte // parts of the messages
	luck  *luck
}

func (c *cutter) Dial(network, address string) (net.Conn, error) {
	conn, err := c.dial(network, address)
	if err != nil {
		return nil, err
	}
	return &cutConn{conn, c}, nil
}

func (c *cutter) InProcessConn() (net.Conn, error) { return c.Dial("", "") }

type cutConn struct {
	net.Conn
	*cutter
}

func (c *cutConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	for _, part := range c.after {
		if err == nil && bytes.Contains(b, part) && c.luck.is(0.03) {
			_ = c.Conn.Close()
			break
		}
	}
	return n, err
}

// luck is a source of random decisions for several goroutines.
type luck struct {
	mu sync.Mutex
	r  *rand.Rand
}

func newLuck(t testing.TB) *luck {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return &luck{r: rand.New(rand.NewPCG(seed, 0))}
}

func (l *luck) is(chance float64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Float64() < chance
}

func (l *luck) upTo(d time.Duration) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Duration(l.r.Int64N(int64(d)))
}

// pause waits, and reports whether ctx is still going on then.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
