package queue

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsconn"
)

// Holder is who coordinates a root.
type Holder struct {
	Host    string    `json:"host"`
	PID     int       `json:"pid"`
	Since   time.Time `json:"since"`
	Version string    `json:"version"`
	Command string    `json:"command"` // as typed
}

// HeldError is the error of a lease that another coordinator holds.
type HeldError struct{ Holder Holder }

func (e *HeldError) Error() string {
	return fmt.Sprintf("the root is coordinated by `%s` (process %d on %s, since %s): `eisweep launch` gives it sweeps; or stop it there",
		e.Holder.Command, e.Holder.PID, e.Holder.Host, e.Holder.Since.Local().Format(time.DateTime))
}

// ErrDeposed is wrapped when a lease was lost: another coordinator may hold the root,
// and this one must write no more.
var ErrDeposed = errors.New("the right to coordinate this root was lost")

// Times of a lease. A holder that is not heard for leaseTime has lost it.
const (
	leaseTime = 30 * time.Second
	leaseKey  = "coordinator"
)

// Lease is the right to be the coordinator of a root on a NATS that others run. It
// is renewed beside the calls as long as the queue is open.
type Lease struct {
	q     *Queue
	kv    jetstream.KeyValue
	value []byte // the holder, and a mark that no other lease has

	renewing chan struct{} // holds one while one is under way
	revision uint64        // of the last renewal

	lost     context.Context // ends with the lease
	lose     context.CancelCauseFunc
	finished chan struct{} // when renewals have ended
}

// lessee is what lies under the key.
type lessee struct {
	Holder
	Mark string `json:"mark"`
}

// Lease takes the lease. When somebody holds it the error is a *HeldError as soon as
// a renewal shows that the holder is alive; one that is not loses it within 30 s.
func (q *Queue) Lease(ctx context.Context, holder Holder) (*Lease, error) {
	value, err := json.Marshal(lessee{Holder: holder, Mark: rand.Text()})
	if err != nil {
		return nil, fmt.Errorf("take lease of root: %w", err)
	}
	l := &Lease{q: q, value: value, renewing: make(chan struct{}, 1), finished: make(chan struct{})}
	if err := q.WithPermissionCheck(ctx, func(ctx context.Context) error { return q.Retry(ctx, l.open) }); err != nil {
		return nil, fmt.Errorf("take lease of root: %w", err)
	}
	if err := l.acquire(ctx); err != nil {
		return nil, fmt.Errorf("take lease of root: %w", err)
	}
	l.lost, l.lose = context.WithCancelCause(q.Lifetime())
	q.Go(func() {
		select {
		case <-q.Lost():
			l.lose(q.Err())
		case <-l.lost.Done():
		}
	})
	if !q.Go(l.keep) {
		close(l.finished)
	}
	return l, nil
}

func (l *Lease) open(ctx context.Context) (err error) {
	config := jetstream.KeyValueConfig{Bucket: l.q.subjects.Stream("lease"), TTL: l.q.options.leaseTime(), Replicas: l.q.tasks.CachedInfo().Config.Replicas}
	l.kv, err = l.q.JetStream().CreateOrUpdateKeyValue(ctx, config)
	return err
}

func (o *Options) leaseTime() time.Duration {
	if o.LeaseTime == 0 {
		return leaseTime
	}
	return o.LeaseTime
}

// acquire waits until the key is free, or is renewed by its holder.
func (l *Lease) acquire(ctx context.Context) error {
	var first uint64 // the revision that was there at first
	tick := time.NewTicker(l.q.options.leaseTime() / 60)
	defer tick.Stop()
	for {
		there, err := l.create(ctx)
		switch {
		case err != nil:
			return err
		case there == nil:
			return nil
		case first == 0:
			first = there.Revision()
		case there.Revision() != first:
			return &HeldError{Holder: holderOf(there.Value())}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), &HeldError{Holder: holderOf(there.Value())})
		}
	}
}

// create puts the value under the key if there is none; else it returns what there
// is.
func (l *Lease) create(ctx context.Context) (there jetstream.KeyValueEntry, err error) {
	err = l.q.Retry(ctx, func(ctx context.Context) error {
		there = nil
		revision, err := l.kv.Create(ctx, leaseKey, l.value)
		if !natsconn.Outdated(err) {
			l.revision = revision
			return err
		}
		there, err = l.kv.Get(ctx, leaseKey)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			return nats.ErrTimeout // it has just gone: try again
		}
		if err == nil && bytes.Equal(there.Value(), l.value) { // an answer was lost
			l.revision, there = there.Revision(), nil
		}
		return err
	})
	return there, err
}

func holderOf(value []byte) Holder {
	var l lessee
	_ = json.Unmarshal(value, &l) // nobody in particular, then
	return l.Holder
}

// keep renews the lease until it is lost, released or the queue is closed.
func (l *Lease) keep() {
	defer close(l.finished)
	tick := time.NewTicker(l.q.options.leaseTime() / 6)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := l.Check(l.lost); err != nil && !errors.Is(err, ErrDeposed) && l.lost.Err() == nil {
				l.q.log.Warn("renew lease of root", "error", err)
			}
		case <-l.lost.Done():
			return
		}
	}
}

// Lost is closed when the lease is lost or released, or its queue is lost or closed.
func (l *Lease) Lost() <-chan struct{} { return l.lost.Done() }

// Check renews the lease and returns nil if it is still held. The error wraps
// ErrDeposed when it is lost; it then stays lost. Others wrap ErrUnreachable: NATS
// doesn't answer until ctx ends, and the lease may be held or not.
func (l *Lease) Check(ctx context.Context) error {
	select {
	case l.renewing <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("check lease of root: %w: %w", natsconn.ErrUnreachable, ctx.Err())
	}
	defer func() { <-l.renewing }()
	if err := l.lost.Err(); err != nil {
		return fmt.Errorf("check lease of root: %w", context.Cause(l.lost))
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(l.lost, cancel)()
	err := l.q.Retry(ctx, l.renew)
	if errors.Is(err, ErrDeposed) {
		l.lose(err)
	} else if err != nil {
		err = fmt.Errorf("%w: %w", natsconn.ErrUnreachable, err)
	}
	if err != nil {
		return fmt.Errorf("check lease of root: %w", err)
	}
	return nil
}

// renew puts the value in place of its last renewal.
func (l *Lease) renew(ctx context.Context) error {
	revision, err := l.kv.Update(ctx, leaseKey, l.value, l.revision)
	if err == nil {
		l.revision = revision
		return nil
	}
	if !natsconn.Outdated(err) {
		return err
	}
	there, err := l.kv.Get(ctx, leaseKey)
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound):
		return l.revive(ctx)
	case err != nil:
		return err
	case !bytes.Equal(there.Value(), l.value):
		return fmt.Errorf("%w: %w", ErrDeposed, &HeldError{Holder: holderOf(there.Value())})
	}
	l.revision = there.Revision() // an answer was lost, or this is: the next try tells
	return nats.ErrTimeout
}

// revive takes up a lease that ran out while NATS was out of reach for everybody. The
// revisions tell whether somebody else held it in between.
func (l *Lease) revive(ctx context.Context) error {
	revision, err := l.kv.Create(ctx, leaseKey, l.value)
	if natsconn.Outdated(err) {
		return nats.ErrTimeout // somebody was quicker: try again, and find who
	}
	if err != nil {
		return err
	}
	before := l.revision
	l.revision = revision
	if revision != before+1 {
		return errors.Join(fmt.Errorf("%w: another coordinator held it while NATS was out of reach", ErrDeposed),
			l.kv.Delete(ctx, leaseKey, jetstream.LastRevision(revision)))
	}
	return nil
}

// Release gives the lease up, and ends renewals that are under way. A second call, and
// one after it was lost, does nothing.
func (l *Lease) Release(ctx context.Context) error {
	held := l.lost.Err() == nil
	l.lose(ErrDeposed)
	<-l.finished
	if !held {
		return nil
	}
	l.renewing <- struct{}{} // those that wait find that it is lost
	defer func() { <-l.renewing }()
	if err := l.q.Retry(ctx, l.remove); err != nil {
		return fmt.Errorf("release lease of root: %w", err)
	}
	return nil
}

// remove removes the value, whose last renewal may have been cut short.
func (l *Lease) remove(ctx context.Context) error {
	err := l.kv.Delete(ctx, leaseKey, jetstream.LastRevision(l.revision))
	if !natsconn.Outdated(err) {
		return err
	}
	there, err := l.kv.Get(ctx, leaseKey)
	if errors.Is(err, jetstream.ErrKeyNotFound) || err == nil && !bytes.Equal(there.Value(), l.value) {
		return nil
	}
	if err == nil {
		l.revision = there.Revision()
		err = nats.ErrTimeout // try again
	}
	return err
}
