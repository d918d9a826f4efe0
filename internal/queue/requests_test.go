package queue

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// requests are what workers ask of JetStream's API.
type requests struct {
	mu     sync.Mutex
	pulls  []pullAsked
	others map[string]int
}

// pullAsked is a request for tasks.
type pullAsked struct {
	Batch   int           `json:"batch"`
	Expires time.Duration `json:"expires"`
}

// listenToAPI records all requests from now on. Workers without an account of their own ask in the coordinator's.
func listenToAPI(t testing.TB, q *Queue) *requests {
	t.Helper()
	r := &requests{others: map[string]int{}}
	stop, err := q.Subscribe("requests", "$JS.API.>", func(msg *nats.Msg) {
		r.mu.Lock()
		defer r.mu.Unlock()
		var p pullAsked
		if !strings.Contains(msg.Subject, ".MSG.NEXT.") {
			r.others[msg.Subject]++
		} else if err := json.Unmarshal(msg.Data, &p); err != nil {
			t.Error(err)
		} else {
			r.pulls = append(r.pulls, p)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return r
}

// asked is for how many tasks there were requests, and how many requests.
func (r *requests) asked() (tasks, pulls, others int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.pulls {
		tasks += p.Batch
	}
	for _, n := range r.others {
		others += n
	}
	return tasks, len(r.pulls), others
}

// waiters call Next, as so many slots do, until the test ends.
func waiters(t testing.TB, q *Queue, n int, got chan<- *Delivery) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var slots sync.WaitGroup
	for range n {
		slots.Go(func() {
			for {
				d, err := q.Next(ctx)
				if err != nil {
					if !errors.Is(err, context.Canceled) {
						t.Error(err)
					}
					return
				}
				select {
				case got <- d:
				case <-ctx.Done():
				}
			}
		})
	}
	stop = sync.OnceFunc(func() {
		cancel()
		slots.Wait()
	})
	t.Cleanup(stop)
	return stop
}
