package natsconn

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
)

// A site's NATS server that refuses the credential for a moment, while its accounts are being loaded
// or a key is being replaced, is found again.
func TestACredentialIsRefusedForAMoment(t *testing.T) {
	_, public, seed := natstest.NewKey(t, nkeys.CreateUser)
	_, stranger, _ := natstest.NewKey(t, nkeys.CreateUser)
	o := &server.Options{
		Host: "127.0.0.1", Port: freePort(t), NoSigs: true, JetStream: true, StoreDir: t.TempDir(), Nkeys: []*server.NkeyUser{{Nkey: public}},
	}
	s := natstest.Start(t, o)
	var refused atomic.Int32
	c, err := Connect(
		natstest.Deadline(t),
		Options{
			Site:   &Site{URLs: []string{s.ClientURL()}, NKey: natstest.Save(t, "nkey", seed)},
			RootID: testRoot,
			Role:   protocol.Coordinator,
			Log:    natstest.Log(t),
			Connect: []nats.Option{
				nats.ReconnectWait(10 * time.Millisecond), nats.ReconnectJitter(0, 0),
				nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
					if errors.Is(err, nats.ErrAuthorization) {
						refused.Add(1)
					}
				}),
			},
		},
	)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	serve := func(key string) {
		t.Helper()
		changed := o.Clone()
		changed.Nkeys = []*server.NkeyUser{{Nkey: key}}
		if err := s.ReloadOptions(changed); err != nil {
			t.Fatal(err)
		}
	}
	serve(stranger)
	natstest.Until(
		t,
		"the credential is refused again and again, or the connection ends",
		func() bool { return refused.Load() > 5 || c.NATS().IsClosed() },
	)
	serve(public)
	if err := c.Retry(
		natstest.Deadline(t),
		func(ctx context.Context) error { _, err := c.JetStream().AccountInfo(ctx); return err },
	); err != nil {
		t.Error(err)
	}
}
