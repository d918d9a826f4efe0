package queue

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// notImported explains that nobody answers a subject that should be served. NATS reports what a
// user is denied, but not what its account fails to import.
const notImported = "the account of the NATS user may lack the import of"

// importTime is how long a service may be without a responder while its stream exists. It is a
// variable so that tests can shorten it.
var importTime = 5 * time.Second

// checkImports finds out whether the account of a worker on a site's NATS imports what
// the requests ask for. The error wraps ErrRights, or ErrOutOfReach if the streams are.
func (q *Queue) checkImports(ctx context.Context, requests []*nats.Msg) error {
	if q.options.Role != protocol.Worker || q.options.Site == nil {
		return nil
	}
	for _, m := range requests {
		err := q.probe(ctx, m)
		if errors.Is(err, nats.ErrNoResponders) {
			// It is there whenever the streams have a leader.
			if _, err = q.js.AccountInfo(ctx); err == nil && q.state != nil {
				_, err = q.state.Info(ctx)
			}
			if err == nil {
				err = q.probe(ctx, m)
			}
		}
		if errors.Is(err, nats.ErrNoResponders) {
			return fmt.Errorf("%w: nobody answers %s: %s it", ErrRights, m.Subject, notImported)
		}
		if err = q.streamless(err); err != nil {
			return fmt.Errorf("ask %s: %w: %w", m.Subject, ErrOutOfReach, err)
		}
	}
	return nil
}

// asksForStreams are requests for the streams as they are.
func (q *Queue) asksForStreams() (requests []*nats.Msg) {
	for _, kind := range protocol.StreamKinds {
		requests = append(requests, nats.NewMsg(q.api("STREAM.INFO."+q.subjects.Stream(kind))))
	}
	return requests
}

// asksForWork are the requests of a task's way that change nothing: for messages that there are none of, and
// publications that expect another message before them, which are refused.
func (q *Queue) asksForWork() []*nats.Msg {
	id, run := sweeps.ID{1}, protocol.MaxCount
	attempt, outcome := q.subjects.Attempts(id, run), q.subjects.Outcome(id, run)
	get := func(kind, subject string) *nats.Msg {
		return nats.NewMsg(q.api("DIRECT.GET." + q.subjects.Stream(kind) + "." + subject))
	}
	put := func(subject string) *nats.Msg {
		m := nats.NewMsg(subject)
		m.Header.Set(jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(math.MaxInt64, 10))
		return m
	}
	return []*nats.Msg{
		get("attempts", attempt), get("outcomes", outcome), get("state", q.subjects.Offer()),
		nats.NewMsg(q.api("CONSUMER.INFO." + q.subjects.Stream("tasks") + "." + q.subjects.Consumer("none"))),
		put(attempt), put(outcome),
	}
}

// probe asks until there is an answer, whatever it is. For a moment a stream may have no
// leader.
func (q *Queue) probe(ctx context.Context, m *nats.Msg) error {
	patience, cancel := context.WithTimeout(ctx, importTime)
	defer cancel()
	for {
		err := q.try(ctx, tryTimeout, func(ctx context.Context) error {
			_, err := q.conn.RequestMsgWithContext(ctx, m)
			return err
		})
		if !errors.Is(err, nats.ErrNoResponders) {
			return err
		}
		select {
		case <-time.After(importTime / 20):
		case <-patience.Done():
			return errors.Join(err, ctx.Err())
		}
	}
}

// ungivenTimes is how often in a row a request for a task may have no responder, although the
// sweep's consumer was just found, before it is logged: the sweep may have been closed in
// between, or have no leader.
const ungivenTimes = 10

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
