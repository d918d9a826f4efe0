package queue

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"eisweep/internal/natsconn"
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
	_, public, _ := newKey(t, nkeys.CreateUser)
	_, _, other := newKey(t, nkeys.CreateUser)
	keyed := siteServer(t, func(o *server.Options) { o.Nkeys = []*server.NkeyUser{{Nkey: public}} })
	plain := siteServer(t, func(*server.Options) {})
	for name, c := range map[string]struct {
		site   natsconn.Site
		absent bool
	}{
		"nobody listens":  {natsconn.Site{URLs: []string{nowhere}}, true},
		"no such name":    {natsconn.Site{URLs: []string{"nats://nats.invalid:4222"}}, true},
		"another's key":   {natsconn.Site{URLs: []string{keyed}, NKey: save(t, "nkey", other)}, false},
		"no key":          {natsconn.Site{URLs: []string{keyed}}, false},
		"no such file":    {natsconn.Site{URLs: []string{plain}, Creds: "/nowhere/user.creds"}, false},
		"no certificates": {natsconn.Site{URLs: []string{plain}, CA: "/nowhere/ca.pem"}, false},
		"plain text":      {natsconn.Site{URLs: []string{"tls" + plain[len("nats"):]}}, false},
	} {
		if err := visit(t, c.site); err == nil || natsconn.Absent(err) != c.absent {
			t.Errorf("%s: absent is %v: %v", name, natsconn.Absent(err), err)
		}
	}
	if natsconn.Absent(errors.Join(natsconn.ErrUnreachable, context.Canceled)) || natsconn.Absent(natsconn.ErrOldServer) || natsconn.Absent(nil) {
		t.Error("absent without being so")
	}
}

// TestWhatASiteLacksIsTold opens the queue of sites that are there, and of no use.
func TestWhatASiteLacksIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		site func(*server.Options)
		want error
		says string
	}{
		"no streams":             {func(o *server.Options) { o.JetStream = false }, natsconn.ErrNoJetStream, "JetStream"},
		"none for the account":   {elsewhereStreams, natsconn.ErrNoJetStream, "JetStream"},
		"no streams to ask for":  {denying("$JS.API.>", "nothing"), natsconn.ErrPermission, "$JS.API.STREAM.INFO"},
		"no answers":             {denying("nothing", ">"), natsconn.ErrPermission, "inbox.coordinator"},
		"no word of new tasks":   {denying("nothing", "eisweep.*.*.wake"), natsconn.ErrPermission, "open: the NATS user"},
		"no bucket for a lease":  {denying("$JS.API.STREAM.*.KV_"+protocol.SubjectsOf(testRoot).Stream("lease"), "nothing"), natsconn.ErrPermission, "lease"},
		"no asking for anything": {denying("eisweep.*.*.control.*", "nothing"), natsconn.ErrPermission, ".control.ping"},
	} {
		site := &natsconn.Site{URLs: []string{siteServer(t, c.site)}}
		err := use(t, site)
		if !errors.Is(err, c.want) || natsconn.Absent(err) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// denying has one user, who may not publish or subscribe what is named.
func denying(publish, subscribe string) func(*server.Options) {
	deny := func(subject string) *server.SubjectPermission {
		return &server.SubjectPermission{Deny: []string{subject}}
	}
	user := &server.User{Username: "one", Permissions: &server.Permissions{Publish: deny(publish), Subscribe: deny(subscribe)}}
	return func(o *server.Options) { o.Users, o.NoAuthUser = []*server.User{user}, "one" }
}

// TestADeniedRightIsOneRequestsEnd asks for what is denied, then for what isn't.
func TestADeniedRightIsOneRequestsEnd(t *testing.T) {
	site := &natsconn.Site{URLs: []string{siteServer(t, denying("eisweep.*.*.control.ping", "nothing"))}}
	q, err := Open(deadline(t), Options{Options: natsconn.Options{Site: site, RootID: testRoot}, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	for _, c := range []struct {
		verb string
		want error
	}{{"ping", natsconn.ErrPermission}, {"status", ErrNoCoordinator}, {"ping", natsconn.ErrPermission}, {"status", ErrNoCoordinator}} {
		if _, err := q.Ask(deadline(t), c.verb, nil); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.verb, err, c.want)
		}
	}
}

// elsewhereStreams has streams for others than who comes.
func elsewhereStreams(o *server.Options) {
	with, without := server.NewAccount("with"), server.NewAccount("without")
	o.Accounts, o.SystemAccount = []*server.Account{with, without, server.NewAccount("system")}, "system"
	o.Users, o.NoAuthUser = []*server.User{{Username: "one", Account: without}}, "one"
}

// use opens the queue of a site, takes the lease and asks for something.
func use(t *testing.T, site *natsconn.Site) error {
	q, err := Open(deadline(t), Options{Options: natsconn.Options{Site: site, RootID: testRoot}, Create: true})
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer q.Close()
	l, err := q.Lease(deadline(t), Holder{})
	if err != nil {
		return err
	}
	_, err = q.Ask(deadline(t), "ping", nil)
	return errors.Join(err, l.Release(deadline(t)))
}

// TestOpenEndsWithItsContext opens a site whose servers take connections and say nothing,
// and gives up once the first has done so.
func TestOpenEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(deadline(t))
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
	if _, err := Open(ctx, Options{Options: natsconn.Options{Site: &natsconn.Site{URLs: urls}, RootID: testRoot}, Create: true}); !errors.Is(err, natsconn.ErrUnreachable) || !errors.Is(err, context.Canceled) {
		t.Errorf("it ends by %v", err)
	}
}
