package queue

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsconn"
)

// streamConfig is the stream of a kind of message. Tasks and outcomes have one message per subject, and the
// first stays until it is acknowledged: so a run cannot be queued twice, and its first outcome is the one that
// counts. Of a run's register entries the last stays. Tasks take no more than a part of the account's room, so
// that outcomes find some.
func (q *Queue) streamConfig(kind string, replicas int, room int64) jetstream.StreamConfig {
	c := jetstream.StreamConfig{
		Name:              q.subjects.Stream(kind),
		Subjects:          []string{q.subjects.Every(kind, "*.*")},
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
		if room > 0 {
			c.MaxBytes = min(room/tasksPart, tasksSize)
		}
	case "outcomes":
		c.Retention = jetstream.WorkQueuePolicy
		c.DiscardNewPerSubject = true
	case "attempts":
		c.Discard = jetstream.DiscardOld
		if replicas == 1 {
			// A power cut may take the last ones with it: workers enter their attempts again.
			c.PersistMode = jetstream.AsyncPersistMode
		}
	}
	return c
}

// tasksPart says that tasks take at most one part in so many of the account's room.
const tasksPart = 4

// tasksSize is how many bytes of tasks are queued at most where the account's room is limited. A window of
// orders needs far less. NATS reserves it, and creates no stream whose size its disk does not have.
const tasksSize = 64 << 20

// account returns what the account uses, and its limits, for streams with so many replicas.
func (q *Queue) account(ctx context.Context, replicas int) (jetstream.Tier, error) {
	info, err := q.JetStream().AccountInfo(ctx)
	if err != nil {
		return jetstream.Tier{}, err
	}
	if tier, ok := info.Tiers["R"+strconv.Itoa(replicas)]; ok {
		return tier, nil
	}
	return info.Tier, nil
}

// room is how many bytes the account may store of each message's first copy; 0 is any number.
func (q *Queue) room(ctx context.Context, replicas int) (int64, error) {
	tier, err := q.account(ctx, replicas)
	if err != nil || tier.Limits.MaxStore <= 0 {
		return 0, err
	}
	return tier.Limits.MaxStore / int64(replicas), nil
}

// openStream finds a stream. A connection that may create streams first makes it or brings it up to date.
func (q *Queue) openStream(ctx context.Context, kind string) (jetstream.Stream, error) {
	var stream jetstream.Stream
	err := q.Retry(ctx, func(ctx context.Context) (err error) {
		if q.options.Create {
			stream, err = q.makeStream(ctx, kind)
		} else {
			stream, err = q.JetStream().Stream(ctx, q.subjects.Stream(kind))
		}
		return q.ClassifyNoJetStream(err)
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

// makeStream keeps the stream on as many servers as was asked for, else on three if
// the servers are a cluster of so many. A stream that is there never gets fewer
// for want of servers: some may be down for the moment.
func (q *Queue) makeStream(ctx context.Context, kind string) (jetstream.Stream, error) {
	var old *jetstream.StreamConfig
	there, err := q.JetStream().Stream(ctx, q.subjects.Stream(kind))
	if err == nil {
		old = &there.CachedInfo().Config
	} else if !errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, err
	} else if kind == "attempts" {
		q.isNew.Store(true)
	}
	replicas := max(1, q.options.Replicas)
	if q.options.Replicas == 0 && q.NATS().ConnectedClusterName() != "" {
		stream, err := q.putStream(ctx, old, kind, clusterReplicas)
		if !natsconn.TooFewServers(err) {
			return stream, err
		}
		if old != nil {
			replicas = old.Replicas
		}
	}
	return q.putStream(ctx, old, kind, replicas)
}

func (q *Queue) putStream(ctx context.Context, old *jetstream.StreamConfig, kind string, replicas int) (jetstream.Stream, error) {
	if old != nil && old.PersistMode == jetstream.AsyncPersistMode {
		replicas = 1
	}
	room, err := q.room(ctx, replicas)
	if err != nil {
		return nil, err
	}
	return q.JetStream().CreateOrUpdateStream(ctx, q.configOver(old, kind, replicas, room))
}

// configOver is the configuration of a stream that may be there already: how it
// keeps its messages cannot be changed. A new one numbers them from the time on, so that
// no two stores of a root ever give one number twice: an acknowledgement that a worker
// brings from the store before means no message of this one, and later messages have
// the higher number.
func (q *Queue) configOver(old *jetstream.StreamConfig, kind string, replicas int, room int64) jetstream.StreamConfig {
	c := q.streamConfig(kind, replicas, room)
	if old != nil {
		c.PersistMode, c.FirstSeq = old.PersistMode, old.FirstSeq
	} else {
		c.FirstSeq = uint64(time.Now().UnixMicro())
	}
	return c
}

// clusterReplicas is how many servers of a cluster keep a stream: one may fail.
const clusterReplicas = 3

// direct returns the last message of a subject, nil when there is none.
func direct(ctx context.Context, conn *natsconn.Conn, stream jetstream.Stream, subject string) (m *jetstream.RawStreamMsg, err error) {
	err = conn.Retry(ctx, func(ctx context.Context) (err error) {
		m, err = stream.GetLastMsgForSubject(ctx, subject)
		return err
	})
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, nil
	}
	return m, err
}
