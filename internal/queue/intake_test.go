package queue

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"eisweep/internal/natsconn"
	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
)

func TestNextWaitsForATask(t *testing.T) {
	s := natstest.StartEmbedded(t, t.TempDir())
	coordinator, worker := open(t, s), open(t, s, func(o *Options) { o.Create = false })
	got := make(chan *Delivery)
	go func() {
		d, _ := worker.Next(natstest.Deadline(t))
		got <- d
	}()
	publish(t, coordinator, testTask(1))
	d := natstest.Receive(t, got)
	if d == nil || d.Task().ID != testID(1) {
		t.Fatalf("delivery %v", d)
	}
	admit(t, d, "w")
	ctx, cancel := context.WithCancel(natstest.Deadline(t))
	failed := make(chan error)
	go func() {
		_, err := worker.Next(ctx)
		failed <- err
	}()
	cancel()
	if err := natstest.Receive(t, failed); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// A worker asks for its slots together, and for no more tasks than they are.
func TestSlotsThatWaitTogetherAskTogether(t *testing.T) {
	s := natstest.StartEmbedded(t, t.TempDir())
	coordinator, worker := open(t, s), open(t, s, func(o *Options) { o.Create = false })
	const slots, orders = 64, 200
	heard := listenToAPI(t, coordinator)
	got := make(chan *Delivery, slots)
	waiters(t, worker, slots, got)
	natstest.Until(t, "all slots have asked", func() bool {
		tasks, _, _ := heard.asked()
		return tasks == slots
	})
	if _, pulls, others := heard.asked(); pulls > slots/2 || others != 1 {
		t.Errorf("%d requests for %d slots, %d others", pulls, slots, others)
	}
	publish(t, coordinator, testTasks(0, orders)...)
	for range orders {
		admit(t, natstest.Receive(t, got), "w")
	}
	counts(t, coordinator, 0)
	natstest.Until(t, "all slots wait again", func() bool {
		worker.intake.mu.Lock()
		defer worker.intake.mu.Unlock()
		return worker.intake.waiting == slots && worker.intake.asked == slots
	})
	natstest.Until(t, "the requests are heard", func() bool {
		tasks, _, _ := heard.asked()
		return tasks >= orders+slots
	})
	if tasks, _, _ := heard.asked(); tasks != orders+slots {
		t.Errorf("%d tasks were asked for, %d came and %d slots wait", tasks, orders, slots)
	}
}

// Idle slots send at most five requests a second for a thousand of them: each is asked for once in a pull's
// time, at worst by itself, and nothing else is asked.
func TestIdleSlotsAskSeldom(t *testing.T) {
	s := natstest.StartEmbedded(t, t.TempDir())
	coordinator := open(t, s)
	const connections, slots = 50, 20
	workers := make([]*Queue, connections)
	for i := range workers {
		workers[i] = open(t, s, func(o *Options) { o.Create = false })
	}
	heard := listenToAPI(t, coordinator)
	none := make(chan *Delivery)
	for _, w := range workers {
		waiters(t, w, slots, none)
	}
	natstest.Until(t, "all slots have asked", func() bool {
		tasks, _, _ := heard.asked()
		return tasks == connections*slots
	})
	heard.mu.Lock()
	defer heard.mu.Unlock()
	if len(heard.others) != 1 ||
		heard.others[coordinator.API("CONSUMER.INFO."+coordinator.subjects.Stream("tasks")+"."+coordinator.subjects.Consumer())] != connections {
		t.Errorf("other requests: %v", heard.others)
	}
	var perSecond float64
	for _, p := range heard.pulls {
		perSecond += 1 / p.Expires.Seconds()
	}
	if perSecond > 5 {
		t.Errorf("%d slots send %.1f requests per second", connections*slots, perSecond)
	}
}

// What a request has waited for in vain is asked for again, by nothing but the request.
func TestRequestsAreRepeated(t *testing.T) {
	s := natstest.StartEmbedded(t, t.TempDir())
	coordinator, worker := open(t, s), open(t, s, func(o *Options) { o.Create = false })
	worker.intake.times.wait, worker.intake.times.beat = 2*time.Second, 800*time.Millisecond
	heard := listenToAPI(t, coordinator)
	got := make(chan *Delivery)
	waiters(t, worker, 3, got)
	natstest.Until(t, "they have asked again", func() bool {
		tasks, _, _ := heard.asked()
		return tasks >= 6
	})
	publish(t, coordinator, testTasks(0, 3)...)
	for range 3 {
		admit(t, natstest.Receive(t, got), "w")
	}
	heard.mu.Lock()
	defer heard.mu.Unlock()
	delete(heard.others, coordinator.API("INFO")) // the coordinator's own question for its room
	others := 0
	for _, n := range heard.others {
		others += n
	}
	if others > 1 {
		t.Errorf("other requests: %v", heard.others)
	}
}

// A worker gives back what it has fetched and does not execute, however much of it there is.
func TestWhatNobodyWaitsForGoesBack(t *testing.T) {
	s := natstest.StartEmbedded(t, t.TempDir())
	coordinator := open(t, s)
	draining, other := open(t, s, func(o *Options) { o.Create = false }), open(t, s, func(o *Options) { o.Create = false })
	draining.intake.times.hand = time.Millisecond
	const slots = 8
	got := make(chan *Delivery)
	stop := waiters(t, draining, slots, got)
	natstest.Until(t, "its slots wait", func() bool {
		draining.intake.mu.Lock()
		defer draining.intake.mu.Unlock()
		return draining.intake.asked == slots
	})
	publish(t, coordinator, testTasks(0, 2*slots)...)
	left := natstest.Receive(t, got)
	if err := left.Leave(); err != nil {
		t.Fatal(err)
	}
	stop()
	taken := make(chan *Delivery)
	waiters(t, other, 1, taken)
	for seen := map[string]bool{}; len(seen) < 2*slots; {
		d := natstest.Receive(t, taken)
		seen[d.Task().ID.String()] = true
		admit(t, d, "other")
	}
	counts(t, coordinator, 0)
	for n := range 2 * slots {
		if e := last(t, coordinator, n); e.Event != protocol.EventStarted || e.Worker != "other" {
			t.Errorf("entry %+v", e)
		}
	}
}

// A slot that stops waiting takes its request with it: the queue would continue to deliver tasks to it.
func TestASlotThatLeavesAsksNoMore(t *testing.T) {
	s := natstest.StartEmbedded(t, t.TempDir())
	coordinator, worker := open(t, s), open(t, s, func(o *Options) { o.Create = false })
	waiting := func() int {
		c, err := coordinator.tasks.Consumer(natstest.Deadline(t), coordinator.subjects.Consumer())
		if err != nil {
			t.Fatal(err)
		}
		return c.CachedInfo().NumWaiting
	}
	for _, n := range []int{3, 2} {
		stop := waiters(t, worker, n, make(chan *Delivery))
		natstest.Until(t, "the requests wait", func() bool { return waiting() > 0 })
		stop()
		natstest.Until(t, "none waits", func() bool { return waiting() == 0 })
	}
}

// Waiting workers keep waiting whatever happens to the consumer, the stream or the connection.
func TestWaitingWorkersGoOn(t *testing.T) {
	for name, happens := range map[string]func(t *testing.T, coordinator, worker *Queue) error{
		"purged": func(t *testing.T, c, _ *Queue) error { return c.PurgeTasks(natstest.Deadline(t)) },
		"consumer removed": func(t *testing.T, c, _ *Queue) error {
			return c.tasks.DeleteConsumer(natstest.Deadline(t), c.subjects.Consumer())
		},
		"connection restored": func(_ *testing.T, _, w *Queue) error { return w.NATS().ForceReconnect() },
		"stream removed": func(t *testing.T, c, _ *Queue) error {
			return c.JetStream().DeleteStream(natstest.Deadline(t), c.subjects.Stream("tasks"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := natstest.StartEmbedded(t, t.TempDir())
			coordinator, worker := open(t, s), open(t, s, func(o *Options) { o.Create = false })
			got := make(chan *Delivery)
			waiters(t, worker, 3, got)
			publish(t, coordinator, testTask(0))
			admit(t, natstest.Receive(t, got), "w")
			counts(t, coordinator, 0)
			if err := happens(t, coordinator, worker); err != nil {
				t.Fatal(err)
			}
			again := open(t, s) // which makes what is gone
			publish(t, again, testTasks(1, 5)...)
			for range 5 {
				admit(t, natstest.Receive(t, got), "w")
			}
			counts(t, again, 0)
		})
	}
}

// The coordinator makes the consumer anew that somebody has removed, when it counts its orders.
func TestARemovedConsumerOfTasksIsMadeAnew(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	publish(t, q, testTasks(0, 3)...)
	if err := q.tasks.DeleteConsumer(natstest.Deadline(t), q.subjects.Consumer()); err != nil {
		t.Fatal(err)
	}
	counts(t, q, 3)
}

// After the connection was restored a worker asks at once, not when it would have asked again.
func TestTasksAreAskedForOnceConnectedAgain(t *testing.T) {
	servers, coordinators := stores(t)
	w := &way{server: servers[0]}
	q := w.follower(t)
	q.intake.times.beat = time.Hour / 4 // nothing else tells that the request is lost
	q.intake.times.wait = time.Hour
	got := make(chan *Delivery)
	waiters(t, q, 2, got)
	for i := range 4 {
		w.lead(nil) // no way to any
		w.lead(servers[i%2])
		publish(t, coordinators[i%2], testTask(i))
		admit(t, natstest.Receive(t, got), "w")
	}
}

// A consumer whose requests nobody answers is logged once, not for each request.
func TestUnansweredRequestsAreLoggedOnce(t *testing.T) {
	var told atomic.Int32
	q := &Queue{
		subjects: protocol.SubjectsOf(testRoot),
		log:      slog.New(slog.NewTextHandler(signal{"does not deliver", func() { told.Add(1) }}, nil)),
	}
	q.Conn, q.intake = open(t, natstest.StartEmbedded(t, t.TempDir())).Conn, newIntake(q)
	for range 3 * unansweredTimes {
		q.intake.warnSilence(nats.ErrNoResponders)
	}
	if n := told.Load(); n != 1 {
		t.Errorf("told %d times", n)
	}
	q.intake.warnSilence(natsconn.ErrUnreachable)
	for range unansweredTimes {
		q.intake.warnSilence(nats.ErrNoResponders)
	}
	if n := told.Load(); n != 2 {
		t.Errorf("told %d times after it was over", n)
	}
}
