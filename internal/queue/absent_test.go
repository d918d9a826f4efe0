package queue

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

// TestWhatWaitingHelpsAgainst opens sites where nobody is, and such as don't want this one.
func TestWhatWaitingHelpsAgainst(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nowhere := "nats://" + l.Addr().String()
	l.Close()
	_, public, _ := newKey(t, nkeys.CreateUser)
	_, _, other := newKey(t, nkeys.CreateUser)
	keyed := siteServer(t, func(o *server.Options) { o.Nkeys = []*server.NkeyUser{{Nkey: public}} })
	plain := siteServer(t, func(*server.Options) {})
	for name, c := range map[string]struct {
		site   Site
		absent bool
	}{
		"nobody listens":  {Site{URLs: []string{nowhere}}, true},
		"no such name":    {Site{URLs: []string{"nats://nats.invalid:4222"}}, true},
		"another's key":   {Site{URLs: []string{keyed}, NKey: save(t, "nkey", other)}, false},
		"no key":          {Site{URLs: []string{keyed}}, false},
		"no such file":    {Site{URLs: []string{plain}, Creds: "/nowhere/user.creds"}, false},
		"no certificates": {Site{URLs: []string{plain}, CA: "/nowhere/ca.pem"}, false},
		"plain text":      {Site{URLs: []string{"tls" + plain[len("nats"):]}}, false},
	} {
		if err := visit(t, c.site); err == nil || Absent(err) != c.absent {
			t.Errorf("%s: absent is %v: %v", name, Absent(err), err)
		}
	}
	if Absent(errors.Join(ErrOutOfReach, context.Canceled)) || Absent(ErrOldServer) || Absent(nil) {
		t.Error("absent without being so")
	}
}
