package queue

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"eisweep/internal/natsconn"
	"eisweep/internal/natstest"
)

// TestErrorsNameWhatASiteLacks opens queues at servers that answer but lack something.
func TestErrorsNameWhatASiteLacks(t *testing.T) {
	for name, c := range map[string]struct {
		site func(*server.Options)
		want error
		says string
	}{
		"no streams":             {func(o *server.Options) { o.JetStream = false }, natsconn.ErrNoJetStream, "JetStream"},
		"none for the account":   {elsewhereStreams, natsconn.ErrNoJetStream, "JetStream"},
		"no streams to ask for":  {denying("$JS.API.>", "nothing"), natsconn.ErrPermission, "$JS.API.STREAM.INFO"},
		"no answers":             {denying("nothing", ">"), natsconn.ErrPermission, "inbox.coordinator"},
		"no asking for anything": {denying("eisweep2.*.*.control.*", "nothing"), natsconn.ErrPermission, ".control.ping"},
	} {
		site := &natsconn.Site{URLs: []string{natstest.Site(t, c.site)}}
		err := use(t, site)
		if !errors.Is(err, c.want) || natsconn.Absent(err) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// denying has one user, who may not publish or subscribe to the named subjects.
func denying(publish, subscribe string) func(*server.Options) {
	deny := func(subject string) *server.SubjectPermission {
		return &server.SubjectPermission{Deny: []string{subject}}
	}
	user := &server.User{Username: "one", Permissions: &server.Permissions{Publish: deny(publish), Subscribe: deny(subscribe)}}
	return func(o *server.Options) { o.Users, o.NoAuthUser = []*server.User{user}, "one" }
}

// TestADeniedRightIsOneRequestsEnd asks for what is denied, then for what isn't.
func TestADeniedRightIsOneRequestsEnd(t *testing.T) {
	site := &natsconn.Site{URLs: []string{natstest.Site(t, denying("eisweep2.*.*.control.ping", "nothing"))}}
	q, err := Open(natstest.Deadline(t), Options{Options: natsconn.Options{Site: site, RootID: testRoot}, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	for _, c := range []struct {
		verb string
		want error
	}{{"ping", natsconn.ErrPermission}, {"status", ErrNoCoordinator}, {"ping", natsconn.ErrPermission}, {"status", ErrNoCoordinator}} {
		if _, err := q.Ask(natstest.Deadline(t), c.verb, nil); !errors.Is(err, c.want) {
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

// use opens the queue of a site and asks for something.
func use(t *testing.T, site *natsconn.Site) error {
	q, err := Open(natstest.Deadline(t), Options{Options: natsconn.Options{Site: site, RootID: testRoot}, Create: true})
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer q.Close()
	_, err = q.Ask(natstest.Deadline(t), "ping", nil)
	return err
}
