package queue

import (
	"errors"
	"testing"

	"github.com/nats-io/nats.go/jetstream"
)

func TestTheLeaseOfAnEarlierVersionIsRemoved(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	name := q.subjects.Stream("lease")
	if _, err := q.JetStream().CreateKeyValue(deadline(t), jetstream.KeyValueConfig{Bucket: name}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := q.RemoveEarlierLease(deadline(t)); err != nil {
			t.Error(err)
		}
	}
	if _, err := q.JetStream().KeyValue(deadline(t), name); !errors.Is(err, jetstream.ErrBucketNotFound) {
		t.Errorf("the bucket: %v", err)
	}
}
