package queue

import (
	"testing"

	"eisweep/internal/natstest"
	"eisweep/sweeps"
)

// settle has n tasks from a number on done by a worker.
func settle(t testing.TB, q *Queue, from, n int) {
	t.Helper()
	publish(t, q, testTasks(from, n)...)
	for range n {
		commit(t, admit(t, next(t, q), "worker"))
	}
}

// outcomes takes n outcomes, acknowledges those that it may, and ends.
func outcomes(t testing.TB, q *Queue, n int, ack func(i int) bool) (ids []sweeps.ID) {
	t.Helper()
	got := make(chan OutcomeDelivery, 100)
	stop, err := q.Outcomes(natstest.Deadline(t), func(o OutcomeDelivery) { got <- o })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	for i := range n {
		o := natstest.Receive(t, got)
		ids = append(ids, o.ID)
		if ack(i) {
			if err := o.Ack(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := q.NATS().FlushTimeout(natstest.TooLong); err != nil {
		t.Fatal(err)
	}
	return ids
}

// One long task doesn't keep the announcements of all that came after it.
func TestAttemptsBehindALongTaskAreTrimmed(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	const n = 200
	publish(t, q, testTasks(0, n)...)
	for range n {
		admit(t, next(t, q), "worker")
	}
	left := func() uint64 {
		info, err := q.Register.stream.Info(natstest.Deadline(t))
		if err != nil {
			t.Fatal(err)
		}
		return info.State.Msgs
	}
	running := map[sweeps.ID]bool{testID(3): true, testID(100): true}
	for range 2 {
		if _, err := q.Register.Trim(natstest.Deadline(t), func(id sweeps.ID, _ int) bool { return !running[id] }); err != nil {
			t.Fatal(err)
		}
		if left() != uint64(len(running)) {
			t.Errorf("%d announcements are left", left())
		}
	}
}

// More than one call removes behind a long task is removed by calls that follow at once.
func TestManyAttemptsBehindALongTaskAreTrimmed(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	const n = trimSingly + 10
	for i := range n {
		if _, err := q.JetStream().PublishAsync(q.subjects.Attempts(testID(i), 1), []byte("{}")); err != nil {
			t.Fatal(err)
		}
	}
	natstest.Receive(t, q.JetStream().PublishAsyncComplete())
	for more := true; more; {
		var err error
		if more, err = q.Register.Trim(natstest.Deadline(t), func(id sweeps.ID, _ int) bool { return id != testID(0) }); err != nil {
			t.Fatal(err)
		}
	}
	info, err := q.Register.stream.Info(natstest.Deadline(t))
	if err != nil {
		t.Fatal(err)
	}
	if info.State.Msgs != 1 {
		t.Errorf("%d announcements are left", info.State.Msgs)
	}
}

func TestTrimmedAttemptsAreSettled(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	more, err := q.Register.Trim(natstest.Deadline(t), func(sweeps.ID, int) bool { return true })
	if more || err != nil {
		t.Errorf("nothing to trim: %v, %v", more, err)
	}
	settle(t, q, 0, 5)
	for _, running := range []map[int]bool{{0: true, 3: true}, {3: true}, {}} {
		more, err := q.Register.Trim(natstest.Deadline(t), func(id sweeps.ID, run int) bool {
			return !(running[0] && id == testID(0) || running[3] && id == testID(3)) && run == 1
		})
		if more || err != nil {
			t.Errorf("more %v, %v", more, err)
		}
		for i := range 5 {
			m, err := direct(natstest.Deadline(t), q.Conn, q.Register.stream, q.subjects.Attempts(testID(i), 1))
			if err != nil || (m != nil) != running[i] {
				t.Errorf("while %v run the attempt at %d is there: %v, %v", running, i, m != nil, err)
			}
		}
	}
}
