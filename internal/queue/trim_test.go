package queue

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// settle has n tasks from a number on done by a worker.
func settle(t testing.TB, q *Queue, from, n int) {
	t.Helper()
	publish(t, q, testTasks("quick", from, n)...)
	for range n {
		d := next(t, q, "quick")
		if _, err := d.Start(deadline(t), "worker", "host"); err != nil {
			t.Fatal(err)
		}
		if won, err := d.Commit(deadline(t), failure(protocol.Outcome{})); !won || err != nil {
			t.Fatal(won, err)
		}
		if err := d.Done(deadline(t)); err != nil {
			t.Fatal(err)
		}
	}
}

// outcomes takes n outcomes, acknowledges those that it may, and ends.
func outcomes(t testing.TB, q *Queue, n int, ack func(i int) bool) (ids []sweeps.ID) {
	t.Helper()
	got := make(chan OutcomeDelivery, 100)
	stop, err := q.Outcomes(deadline(t), func(o OutcomeDelivery) { got <- o })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	for i := range n {
		o := receive(t, got)
		ids = append(ids, o.ID)
		if ack(i) {
			if err := o.Ack(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := q.NATS().FlushTimeout(tooLong); err != nil {
		t.Fatal(err)
	}
	return ids
}

// waitFloor waits until the server has everything up to the want-th outcome acknowledged.
func waitFloor(t testing.TB, q *Queue, want uint64) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for ctx := deadline(t); ; <-tick.C {
		if _, floor, _, err := q.outcomePlace(ctx); err != nil {
			t.Fatal(err)
		} else if floor == q.outcomes.CachedInfo().Config.FirstSeq-1+want {
			return
		}
	}
}

// A new coordinator gets what was not acknowledged, at once, and nothing from before.
func TestNextCoordinatorGoesOnWhereTheLastEnded(t *testing.T) {
	dir := t.TempDir()
	s := startServer(t, dir)
	q := open(t, s)
	settle(t, q, 0, 6)
	outcomes(t, q, 6, func(i int) bool { return i < 3 || i == 4 })
	waitFloor(t, q, 3)
	q.Close()
	s.Stop()

	q = open(t, startServer(t, dir))
	ids := outcomes(t, q, 3, func(int) bool { return false })
	if ids[0] != testID(3) || ids[2] != testID(5) {
		t.Errorf("outcomes of %v", ids)
	}
	waitFloor(t, q, 3) // who acknowledged nothing leaves the place where it was
	outcomes(t, q, 3, func(int) bool { return true })
	waitFloor(t, q, 6)
	settle(t, q, 6, 1)
	if ids := outcomes(t, q, 1, func(int) bool { return true }); ids[0] != testID(6) {
		t.Errorf("outcome of %v", ids)
	}
	consumers, _, _, err := q.outcomePlace(deadline(t))
	if err != nil || len(consumers) != 1 {
		t.Errorf("consumers %v, %v", consumers, err)
	}
}

func TestTrimmedOutcomesAreOldAndAcknowledged(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	settle(t, q, 0, 4)
	outcomes(t, q, 4, func(i int) bool { return i < 2 })
	waitFloor(t, q, 2)
	for _, age := range []time.Duration{0, 2 * fenceTime} {
		q.watermarks.mu.Lock()
		for i := range q.watermarks.seen {
			q.watermarks.seen[i].at = q.watermarks.seen[i].at.Add(-age)
		}
		q.watermarks.mu.Unlock()
		if err := q.TrimOutcomes(deadline(t)); err != nil {
			t.Fatal(err)
		}
		for i := range 4 {
			m, err := q.direct(deadline(t), q.outcomes, q.subjects.Outcome(testID(i), 1))
			if kept := i >= 2 || age == 0; err != nil || (m != nil) != kept {
				t.Errorf("after %v outcome %d is there: %v, %v", age, i, m != nil, err)
			}
		}
	}
}

// One long task doesn't keep the announcements of all that came after it.
func TestAttemptsBehindALongTaskAreTrimmed(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	const n = 200
	publish(t, q, testTasks("quick", 0, n)...)
	for range n {
		d := next(t, q, "quick")
		if _, err := d.Start(deadline(t), "worker", "host"); err != nil {
			t.Fatal(err)
		}
	}
	left := func() uint64 {
		info, err := q.attempts.Info(deadline(t))
		if err != nil {
			t.Fatal(err)
		}
		return info.State.Msgs
	}
	running := map[sweeps.ID]bool{testID(3): true, testID(100): true}
	for range 2 {
		if _, err := q.TrimAttempts(deadline(t), func(id sweeps.ID, _ int) bool { return !running[id] }); err != nil {
			t.Fatal(err)
		}
		if left() != uint64(len(running)) {
			t.Errorf("%d announcements are left", left())
		}
	}
}

// Consumers of sweeps that nobody works on any more are removed, others stay.
func TestConsumersOfForgottenSweepsAreRemoved(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	for _, sweep := range []string{"open", "over", "a_b"} {
		if err := q.OpenSweep(deadline(t), sweep); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"f0m1_open", "monitor"} { // of an older version, and a site's own
		config := jetstream.ConsumerConfig{Durable: name, AckPolicy: jetstream.AckExplicitPolicy, FilterSubject: q.subjects.Task(name, testID(1))}
		if _, err := q.tasks.CreateConsumer(deadline(t), config); err != nil {
			t.Fatal(err)
		}
	}
	if err := q.CloseOthers(deadline(t), func(sweep string) bool { return sweep == "open" || sweep == "a_b" }); err != nil {
		t.Fatal(err)
	}
	left := map[string]bool{}
	for name := range q.tasks.ConsumerNames(deadline(t)).Name() {
		left[name] = true
	}
	if len(left) != 3 || !left[q.subjects.Consumer("open")] || !left[q.subjects.Consumer("a_b")] || !left["monitor"] {
		t.Errorf("left are %v", left)
	}
}

func TestTrimmedAttemptsAreSettled(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	more, err := q.TrimAttempts(deadline(t), func(sweeps.ID, int) bool { return true })
	if more || err != nil {
		t.Errorf("nothing to trim: %v, %v", more, err)
	}
	settle(t, q, 0, 5)
	for _, running := range []map[int]bool{{0: true, 3: true}, {3: true}, {}} {
		more, err := q.TrimAttempts(deadline(t), func(id sweeps.ID, run int) bool {
			return !(running[0] && id == testID(0) || running[3] && id == testID(3)) && run == 1
		})
		if more || err != nil {
			t.Errorf("more %v, %v", more, err)
		}
		for i := range 5 {
			m, err := q.direct(deadline(t), q.attempts, q.subjects.Attempts(testID(i), 1))
			if err != nil || (m != nil) != running[i] {
				t.Errorf("while %v run the attempt at %d is there: %v, %v", running, i, m != nil, err)
			}
		}
	}
}
