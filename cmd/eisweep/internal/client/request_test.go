package client

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/control"
	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
)

// deadline is how long a test waits for an answer.
const deadline = 3 * time.Minute

// line is a connection to a server that a test can break.
type line struct {
	*natsserver.Server
	mu   sync.Mutex
	open []net.Conn
}

func (l *line) InProcessConn() (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c, err := l.Server.InProcessConn()
	l.open = append(l.open, c)
	return c, err
}

func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.open {
		c.Close()
	}
	l.open = nil
}

// A request whose answer cannot come any more ends: when another coordinator answers than
// the one that was asked, and when the connection broke over which the answer was to come.
func TestRequestThatNobodyAnswersAnyMoreEnds(t *testing.T) {
	server, err := natsserver.Start(natsserver.Options{StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	over := &line{Server: server}
	coordinator, err := queue.Open(ctx, queue.Options{Options: natsconn.Options{Server: server, RootID: "requests"}, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(coordinator.Close)
	asker, err := queue.Open(ctx, queue.Options{Options: natsconn.Options{RootID: "requests", Role: protocol.Client, Connect: []nats.Option{
		nats.InProcessServer(over), nats.ReconnectWait(5 * time.Millisecond), nats.ReconnectJitter(0, 0),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(asker.Close)
	for want, happens := range map[error]func(starts *atomic.Int64){
		errReplaced:         func(starts *atomic.Int64) { starts.Add(1) },
		errConnectionBroken: func(*atomic.Int64) { over.cut() },
	} {
		t.Run(want.Error(), func(t *testing.T) {
			var starts atomic.Int64
			stop, err := control.Serve(coordinator, map[string]control.Handler{
				control.VerbPing: control.Handle(func(context.Context, control.Nothing) (control.Pong, error) {
					return control.Pong{Since: time.Unix(starts.Load(), 0)}, nil
				}),
				control.VerbLaunch: control.Handle(func(ctx context.Context, _ control.LaunchRequest) (control.Plan, error) {
					happens(&starts)
					<-ctx.Done()
					return control.Plan{}, ctx.Err()
				}),
			}, func(err error) *control.Refusal { return &control.Refusal{Kind: control.Internal, Text: err.Error()} })
			if err != nil {
				t.Fatal(err)
			}
			defer stop()
			c := &Client{Queue: asker, pingTimeout: 3 * time.Second} // enough for a ping on a busy machine
			_, err = Ask[control.Plan](ctx, c, control.VerbLaunch, control.LaunchRequest{})
			if !errors.Is(err, want) || cli.ExitCode(err) != cli.ExitLost {
				t.Errorf("error %v", err)
			}
		})
	}
}
