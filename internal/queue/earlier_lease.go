package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/protocol"
)

// removeTime bounds the removal of what earlier versions left: NATS does not answer requests that it denies.
const removeTime = 2 * time.Second

// RemoveEarlierLease removes the key-value bucket in which coordinators of earlier versions recorded which of
// them owns the root. A missing bucket is no error. A bucket that remains has no effect.
func (q *Queue) RemoveEarlierLease(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, removeTime)
	defer cancel()
	err := q.JetStream().DeleteStream(ctx, "KV_"+protocol.Format1Of(q.options.RootID).Stream("lease"))
	if err == nil || errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil
	}
	return fmt.Errorf("remove lease of an earlier version: %w", err)
}
