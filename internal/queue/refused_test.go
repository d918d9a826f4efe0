package queue

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"eisweep/internal/natsconn"
)

// A site's NATS that refuses the credential for a moment, while its accounts are being loaded
// or a key is being replaced, is found again.
func TestACredentialIsRefusedForAMoment(t *testing.T) {
	_, public, seed := newKey(t, nkeys.CreateUser)
	_, stranger, _ := newKey(t, nkeys.CreateUser)
	o := &server.Options{
		Host: "127.0.0.1", Port: freePort(t), NoSigs: true, JetStream: true, StoreDir: t.TempDir(), Nkeys: []*server.NkeyUser{{Nkey: public}},
	}
	s := startNATS(t, o)
	var refused atomic.Int32
	q, err := Open(deadline(t), Options{Options: natsconn.Options{Site: &natsconn.Site{URLs: []string{s.ClientURL()}, NKey: save(t, "nkey", seed)}, RootID: testRoot, Log: testLog(t), Connect: []nats.Option{
		nats.ReconnectWait(10 * time.Millisecond), nats.ReconnectJitter(0, 0),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			if errors.Is(err, nats.ErrAuthorization) {
				refused.Add(1)
			}
		}),
	}}, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	l := lease(t, q, "eisweep coordinator")
	serve := func(key string) {
		t.Helper()
		changed := o.Clone()
		changed.Nkeys = []*server.NkeyUser{{Nkey: key}}
		if err := s.ReloadOptions(changed); err != nil {
			t.Fatal(err)
		}
	}
	serve(stranger)
	until(t, "the credential is refused again and again, or the connection ends", func() bool { return refused.Load() > 5 || q.NATS().IsClosed() })
	serve(public)
	if err := l.Check(deadline(t)); err != nil {
		t.Error(err)
	}
	publish(t, q, testTasks("quick", 0, 1)...)
}
