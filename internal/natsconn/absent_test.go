package natsconn

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
)

// TestWhatWaitingHelpsAgainst opens sites where nobody is, and such as don't want this one.
func TestWhatWaitingHelpsAgainst(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nowhere := "nats://" + l.Addr().String()
	l.Close()
	_, public, _ := natstest.NewKey(t, nkeys.CreateUser)
	_, _, other := natstest.NewKey(t, nkeys.CreateUser)
	keyed := natstest.Site(t, func(o *server.Options) { o.Nkeys = []*server.NkeyUser{{Nkey: public}} })
	plain := natstest.Site(t, func(*server.Options) {})
	for name, c := range map[string]struct {
		site   Site
		absent bool
	}{
		"nobody listens":  {Site{URLs: []string{nowhere}}, true},
		"no such name":    {Site{URLs: []string{"nats://nats.invalid:4222"}}, true},
		"another's key":   {Site{URLs: []string{keyed}, NKey: natstest.Save(t, "nkey", other)}, false},
		"no key":          {Site{URLs: []string{keyed}}, false},
		"no such file":    {Site{URLs: []string{plain}, Creds: "/nowhere/user.creds"}, false},
		"no certificates": {Site{URLs: []string{plain}, CA: "/nowhere/ca.pem"}, false},
		"plain text":      {Site{URLs: []string{"tls" + plain[len("nats"):]}}, false},
	} {
		if err := visit(t, c.site); err == nil || Absent(err) != c.absent {
			t.Errorf("%s: absent is %v: %v", name, Absent(err), err)
		}
	}
	if Absent(errors.Join(ErrUnreachable, context.Canceled)) || Absent(ErrOldServer) || Absent(nil) {
		t.Error("absent without being so")
	}
}

// TestConnectEndsWithItsContext opens a site whose servers take connections and say nothing,
// and gives up once the first has done so.
func TestConnectEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(natstest.Deadline(t))
	defer cancel()
	var urls []string
	for range 2 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		urls = append(urls, "nats://"+l.Addr().String())
		go func() {
			conn, err := l.Accept()
			if err == nil {
				cancel()
				<-t.Context().Done()
				conn.Close()
			}
		}()
	}
	if _, err := Connect(
		ctx,
		Options{Site: &Site{URLs: urls}, RootID: testRoot, Role: protocol.Coordinator},
	); !errors.Is(err, ErrUnreachable) ||
		!errors.Is(err, context.Canceled) {
		t.Errorf("it ends by %v", err)
	}
}
