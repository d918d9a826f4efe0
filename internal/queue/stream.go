package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
)

// streamOpener finds the streams of a root, or creates them.
type streamOpener struct {
	conn     *natsconn.Conn
	subjects protocol.Subjects
	creates  bool
	replicas int // 0: as many as the cluster allows
}

// config is the configuration of the stream of a kind of message. Tasks and outcomes have one
// message per subject and the first stays: that is what makes queueing a task
// twice impossible and the first outcome the one that counts. Of an order's
// attempts, and of what is offered, the last message stays.
func (o streamOpener) config(kind string, replicas int) jetstream.StreamConfig {
	c := jetstream.StreamConfig{
		Name:              o.subjects.Stream(kind),
		Subjects:          []string{o.subjects.Every(kind, "*.*")},
		Retention:         jetstream.LimitsPolicy,
		Storage:           jetstream.FileStorage,
		Replicas:          replicas,
		MaxMsgsPerSubject: 1,
		MaxConsumers:      -1,
		MaxMsgs:           -1,
		MaxBytes:          -1,
		AllowDirect:       true,
		Discard:           jetstream.DiscardNew,
	}
	switch kind {
	case "tasks":
		c.Retention = jetstream.WorkQueuePolicy
		c.DiscardNewPerSubject = true
		c.AllowAtomicPublish = true
	case "outcomes":
		c.DiscardNewPerSubject = true
	case "attempts":
		c.Discard = jetstream.DiscardOld
		if replicas == 1 {
			// A power cut may take the last ones with it. Then two attempts may have one
			// number, and the second to end can take the first's file away before it is
			// placed: the task is done once more. Their results are the same bytes.
			c.PersistMode = jetstream.AsyncPersistMode
		}
	case "state":
		c.Discard = jetstream.DiscardOld
		c.Subjects = []string{o.subjects.Every(kind, "*")}
	}
	return c
}

// open finds a stream, and makes it or brings it up to date first where that is
// this connection's part.
func (o streamOpener) open(ctx context.Context, kind string) (jetstream.Stream, error) {
	var stream jetstream.Stream
	err := o.conn.Retry(ctx, func(ctx context.Context) (err error) {
		if o.creates {
			stream, err = o.create(ctx, kind)
		} else {
			stream, err = o.conn.JetStream().Stream(ctx, o.subjects.Stream(kind))
		}
		return o.conn.ClassifyNoJetStream(err)
	})
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound):
		return nil, fmt.Errorf("find stream of %s: %w", kind, ErrNoQueue)
	case err != nil && !errors.Is(err, natsconn.ErrLimit) && (natsconn.Transient(err) || errors.Is(err, context.DeadlineExceeded)):
		return nil, fmt.Errorf("open stream of %s: %w: %w", kind, natsconn.ErrUnreachable, err)
	case err != nil:
		return nil, fmt.Errorf("open stream of %s: %w", kind, err)
	}
	return stream, nil
}

// create keeps the stream on as many servers as was asked for, else on three if
// the servers are a cluster of so many. A stream that is there never gets fewer
// for want of servers: some may be down for the moment.
func (o streamOpener) create(ctx context.Context, kind string) (jetstream.Stream, error) {
	var old *jetstream.StreamConfig
	there, err := o.conn.JetStream().Stream(ctx, o.subjects.Stream(kind))
	if err == nil {
		old = &there.CachedInfo().Config
	} else if !errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, err
	}
	replicas := max(1, o.replicas)
	if o.replicas == 0 && o.conn.NATS().ConnectedClusterName() != "" {
		stream, err := o.conn.JetStream().CreateOrUpdateStream(ctx, o.configOver(old, kind, clusterReplicas))
		if !natsconn.TooFewServers(err) {
			return stream, err
		}
		if old != nil {
			replicas = old.Replicas
		}
	}
	return o.conn.JetStream().CreateOrUpdateStream(ctx, o.configOver(old, kind, replicas))
}

// configOver is the configuration of a stream that may be there already: how it
// keeps its messages cannot be changed. A new one numbers them from the time on, so that
// no two stores of a root ever give one number twice: an acknowledgement that a worker
// brings from the store before means no message of this one, and what was said later has
// the higher number.
func (o streamOpener) configOver(old *jetstream.StreamConfig, kind string, replicas int) jetstream.StreamConfig {
	if old != nil && old.PersistMode == jetstream.AsyncPersistMode {
		replicas = 1
	}
	c := o.config(kind, replicas)
	if old != nil {
		c.PersistMode, c.FirstSeq = old.PersistMode, old.FirstSeq
	} else {
		c.FirstSeq = uint64(time.Now().UnixMicro())
	}
	return c
}

// clusterReplicas is how many servers of a cluster keep a stream: one may fail.
const clusterReplicas = 3
