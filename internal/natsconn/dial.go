package natsconn

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// Access is what is needed to connect to a coordinator's server.
type Access struct {
	URLs []string    // tls://host:port; the first that answers and proves its name is taken
	TLS  *tls.Config // with the name that the server must prove
	Key  Key
}

// Key proves an identity: a public NKey and a function that signs with its seed.
type Key struct {
	Public string
	Sign   func(nonce []byte) ([]byte, error)
}

// Bounds of an attempt to connect.
const (
	dialTimeout = 5 * time.Second
	dialStagger = 200 * time.Millisecond // before the next address is tried as well
)

// dialer connects by an Access that it requests each time, so that a server is found that was restarted on
// another host or with other keys.
// It speaks TLS from the first byte.
type dialer struct {
	reach func() (Access, error)

	mu   sync.Mutex
	key  Key
	conn *nats.Conn // once it is there
}

// SkipTLSHandshake tells nats.go that connections of Dial use TLS already.
func (d *dialer) SkipTLSHandshake() bool { return true }

// Dial ignores the address: nats.go knows none.
func (d *dialer) Dial(_, _ string) (net.Conn, error) {
	access, err := d.reach()
	if err != nil {
		return nil, err
	}
	conn, err := race(access)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.key = access.Key
	if d.conn != nil {
		// nats.go holds the connection's lock while it dials and reads the key under
		// the same lock afterwards.
		d.conn.Opts.Nkey = access.Key.Public
	}
	return conn, nil
}

func (d *dialer) connected(conn *nats.Conn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.conn = conn
}

func (d *dialer) sign(nonce []byte) ([]byte, error) {
	d.mu.Lock()
	key := d.key
	d.mu.Unlock()
	return key.Sign(nonce)
}

// options are those of a connection by d.
func (d *dialer) options() ([]nats.Option, error) {
	access, err := d.reach()
	if err != nil {
		return nil, err
	}
	return []nats.Option{
		nats.SetCustomDialer(d),
		nats.SkipHostLookup(),
		nats.IgnoreDiscoveredServers(),
		nats.Timeout(dialTimeout),
		nats.Nkey(access.Key.Public, d.sign),
	}, nil
}

// race connects to the first address that answers; each has a head start before
// the next.
func race(access Access) (net.Conn, error) {
	if len(access.URLs) == 0 {
		return nil, errors.New("the access file names no address")
	}
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	type result struct {
		conn net.Conn
		err  error
	}
	results := make(chan result)
	for i, address := range access.URLs {
		go func() {
			conn, err := dialOne(ctx, address, access.TLS, time.Duration(i)*dialStagger)
			results <- result{conn, err}
		}()
	}
	var won net.Conn
	var failed []error
	for range access.URLs {
		switch r := <-results; {
		case r.err != nil:
			failed = append(failed, r.err)
		case won != nil:
			r.conn.Close()
		default:
			won = r.conn
			cancel()
		}
	}
	if won == nil {
		return nil, errors.Join(failed...)
	}
	return won, nil
}

func dialOne(ctx context.Context, address string, config *tls.Config, wait time.Duration) (net.Conn, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("address %q of the access file: %w", address, err)
	}
	select {
	case <-time.After(wait):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	d := tls.Dialer{Config: config}
	conn, err := d.DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", u.Host, err)
	}
	return conn, nil
}
