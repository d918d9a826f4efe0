package queue

import (
	"slices"
	"sync"
	"testing"
	"time"

	"eisweep/internal/protocol"
)

func TestHandedBackAttemptDoesNotCount(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	publish(t, q, testTask("quick", 1))
	d := next(t, q, "quick")
	begin(t, d, "drained", 1)
	if err := d.HandBack(deadline(t), 0); err != nil {
		t.Fatal(err)
	}
	d = next(t, q, "quick")
	if n, err := d.Attempts(deadline(t)); n != 0 || err != nil || !d.Redelivered() {
		t.Errorf("%d attempts, %v, redelivered %v", n, err, d.Redelivered())
	}
	begin(t, d, "second", 1)
	if err := d.Retry(deadline(t), 0); err != nil {
		t.Fatal(err)
	}
	d = next(t, q, "quick")
	begin(t, d, "third", 2)
}

func TestUntouchedTaskGoesBack(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	publish(t, q, testTask("quick", 1))
	if err := next(t, q, "quick").HandBack(deadline(t), 0); err != nil {
		t.Fatal(err)
	}
	begin(t, next(t, q, "quick"), "second", 1)
}

func TestAttemptsAreNumberedOnce(t *testing.T) {
	s := startServer(t, t.TempDir())
	q := open(t, s)
	publish(t, q, testTask("quick", 1))
	d := next(t, q, "quick")
	const n = 20
	numbers := make([]int, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			rival := &Delivery{q: q, msg: d.msg, task: d.task}
			var err error
			if numbers[i], err = rival.Start(deadline(t), "rival", "host"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	slices.Sort(numbers)
	for i, got := range numbers {
		if got != i+1 {
			t.Fatalf("numbers %v", numbers)
		}
	}
}

func TestAliveHearsARunningAttempt(t *testing.T) {
	s := startServer(t, t.TempDir())
	q := open(t, s, func(o *Options) { o.AckWait = 300 * time.Millisecond })
	publish(t, q, testTask("quick", 1))
	first := next(t, q, "quick")
	begin(t, first, "silent", 1)
	second := next(t, q, "quick")
	if alive, err := second.Alive(deadline(t), 20*time.Millisecond); alive || err != nil {
		t.Errorf("a silent attempt is heard: %v", err)
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			q.PublishProgress(protocol.Progress{ID: testID(1), Run: 1, Attempt: 1})
			select {
			case <-tick.C:
			case <-stop:
				return
			}
		}
	}()
	alive, err := second.Alive(deadline(t), 20*time.Second)
	close(stop)
	<-stopped
	if !alive || err != nil {
		t.Errorf("a running attempt isn't heard: %v", err)
	}
}
