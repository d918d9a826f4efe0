package queue

import (
	"context"
	"math"
	"strconv"
	"sync/atomic"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// streamRequests makes requests for information about the streams.
func (q *Queue) streamRequests() (requests []*nats.Msg) {
	for _, kind := range protocol.StreamKinds {
		requests = append(requests, nats.NewMsg(q.API("STREAM.INFO."+q.subjects.Stream(kind))))
	}
	return requests
}

// workRequests makes the requests of a task's way that change nothing: for messages that do not exist, and
// publications that expect another message before them and are therefore refused.
func (q *Queue) workRequests() []*nats.Msg {
	id, run := sweeps.ID{1}, protocol.MaxCount
	attempt, outcome := q.subjects.Attempts(id, run), q.subjects.Outcome(id, run)
	get := func(kind, subject string) *nats.Msg {
		return nats.NewMsg(q.API("DIRECT.GET." + q.subjects.Stream(kind) + "." + subject))
	}
	put := func(subject string) *nats.Msg {
		m := nats.NewMsg(subject)
		m.Header.Set(jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(math.MaxInt64, 10))
		return m
	}
	return []*nats.Msg{
		get("attempts", attempt), get("outcomes", outcome),
		nats.NewMsg(q.API("CONSUMER.INFO." + q.subjects.Stream("tasks") + "." + "none")),
		put(attempt), put(outcome),
	}
}

// probeStream asks for a stream, which then has a leader.
func (q *Queue) probeStream(ctx context.Context) error {
	if q.Register == nil {
		return nil
	}
	_, err := q.Register.stream.Info(ctx)
	return err
}

// unansweredTimes is how often in a row a request for tasks may have no responder, although their
// consumer was just found, before it is logged: it may have no leader.
const unansweredTimes = 4

// streak counts what happens in a row.
type streak struct{ n atomic.Int32 }

// count returns how often in a row it has happened.
func (s *streak) count(happened bool) int32 {
	if !happened {
		s.n.Store(0)
		return 0
	}
	return s.n.Add(1)
}
