package queue

import (
	"errors"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsconn"
	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
)

func TestTheLeaseOfAnEarlierVersionIsRemoved(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	name := protocol.Format1Of(testRoot).Stream("lease")
	if _, err := q.JetStream().CreateKeyValue(natstest.Deadline(t), jetstream.KeyValueConfig{Bucket: name}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := q.RemoveEarlierLease(natstest.Deadline(t)); err != nil {
			t.Error(err)
		}
	}
	if _, err := q.JetStream().KeyValue(natstest.Deadline(t), name); !errors.Is(err, jetstream.ErrBucketNotFound) {
		t.Errorf("the bucket: %v", err)
	}
}

// TestALeaseThatMayNotBeRemovedStays denies the coordinator the removal, and nothing that follows.
func TestALeaseThatMayNotBeRemovedStays(t *testing.T) {
	site := &natsconn.Site{URLs: []string{natstest.Site(t, denying("$JS.API.STREAM.DELETE.>", "nothing"))}}
	q, err := Open(natstest.Deadline(t), Options{Options: natsconn.Options{Site: site, RootID: testRoot}, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	if err := q.RemoveEarlierLease(natstest.Deadline(t)); err == nil {
		t.Error("the removal was not denied")
	}
	if _, err := q.Ask(natstest.Deadline(t), "status", nil); !errors.Is(err, ErrNoCoordinator) {
		t.Errorf("a request afterwards: %v", err)
	}
}
