package queue

import (
	"fmt"
	"strings"
	"testing"

	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
)

// An order that no worker can read is reported, and removed.
func TestUnreadableOrdersAreReported(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	events := make(chan Entry, 10)
	stop, err := q.Register.Watch(natstest.Deadline(t), func(e Entry) { events <- e })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	for i, data := range []string{`{"run":3,"surprise":true}`, `not JSON`} {
		if _, err := q.JetStream().Publish(natstest.Deadline(t), q.subjects.Task(testID(i), 1), []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	publish(t, q, testTask(5))
	admit(t, next(t, q), "w")
	seen := map[string]string{}
	for range 3 {
		e := natstest.Receive(t, events)
		seen[e.ID.String()] = e.Event
		if e.Event == protocol.EventUnreadable && e.Error == "" {
			t.Errorf("no reason: %+v", e)
		}
	}
	if seen[testID(0).String()] != protocol.EventUnreadable || seen[testID(1).String()] != protocol.EventUnreadable ||
		seen[testID(5).String()] != protocol.EventStarted {
		t.Errorf("events %v", seen)
	}
	counts(t, q, 0)
}

// An order that was delivered again and again without a claim may end the workers that fetch it: the
// attempt counts as lost, before the order is read.
func TestAnOrderThatNobodyLivesToClaimIsGivenUp(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	if _, err := q.JetStream().Publish(natstest.Deadline(t), q.subjects.Task(testID(1), 1), []byte(`ends whoever reads it`)); err != nil {
		t.Fatal(err)
	}
	consumer, err := q.tasks.Consumer(natstest.Deadline(t), q.subjects.Consumer())
	if err != nil {
		t.Fatal(err)
	}
	for range deliveryLimit {
		msg, err := consumer.Next()
		if err != nil {
			t.Fatal(err)
		}
		if err := msg.Nak(); err != nil { // as after AckWait
			t.Fatal(err)
		}
	}
	publish(t, q, testTask(2))
	admit(t, next(t, q), "w")
	natstest.Until(t, "it is given up", func() bool {
		e, err := q.Register.Last(natstest.Deadline(t), protocol.Attempt{ID: testID(1), Run: 1})
		return err == nil && e != nil && e.Event == protocol.EventReturned && e.Class == protocol.Lost &&
			strings.Contains(e.Error, fmt.Sprint(deliveryLimit))
	})
	counts(t, q, 0)
}

// What was claimed, or is of no task, is removed without a word.
func TestOrdersThatWereClaimedAreNotReported(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	publish(t, q, testTask(1))
	a := admit(t, next(t, q), "w")
	counts(t, q, 0)
	odd := strings.Replace(q.subjects.Task(testID(1), 1), testID(1).String(), "odd", 1)
	for _, subject := range []string{q.subjects.Task(testID(1), 1), odd} {
		if _, err := q.JetStream().Publish(natstest.Deadline(t), subject, []byte("unreadable")); err != nil {
			t.Fatal(err)
		}
	}
	publish(t, q, testTask(2))
	admit(t, next(t, q), "w")
	counts(t, q, 0)
	if e := last(t, q, 1); e.Token != a.Name().Token || e.Event != protocol.EventStarted {
		t.Errorf("entry %+v", e)
	}
}

// An order that workers give back, since they are stopped, is no loss of theirs.
func TestAnOrderThatIsGivenBackOftenIsNoLoss(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	publish(t, q, testTasks(0, 1)...)
	for range deliveryLimit {
		if err := next(t, q).Leave(); err != nil {
			t.Fatal(err)
		}
	}
	natstest.Until(t, "the coordinator has it", func() bool {
		e, err := q.Register.Last(natstest.Deadline(t), protocol.Attempt{ID: testID(0), Run: 1})
		return err == nil && e != nil && e.Event == protocol.EventReturned && e.Class == ""
	})
	natstest.Until(t, "it is not in the queue", func() bool {
		n, err := q.CountTasks(natstest.Deadline(t))
		return err == nil && n == 0
	})
}
