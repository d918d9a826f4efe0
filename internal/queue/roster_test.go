package queue

import (
	"fmt"
	"slices"
	"testing"

	"eisweep/internal/protocol"
	"eisweep/sim"
)

func offer(t testing.TB, q *Queue, open ...protocol.OpenSweep) {
	t.Helper()
	if err := q.PublishSweeps(deadline(t), open); err != nil {
		t.Fatal(err)
	}
}

// hears waits until a worker is offered these sweeps, in whatever order.
func hears(t testing.TB, q *Queue, want ...string) {
	t.Helper()
	until(t, fmt.Sprintf("%v are offered", want), func() bool {
		got := q.Sweeps()
		slices.Sort(got)
		return slices.Equal(got, want)
	})
}

func TestOfferReachesEveryWorker(t *testing.T) {
	s := startServer(t, t.TempDir())
	coordinator := open(t, s)
	early := open(t, s, func(o *Options) { o.Create = false })
	if got := early.Sweeps(); len(got) != 0 {
		t.Errorf("offered before anything was: %v", got)
	}
	offer(t, coordinator, protocol.OpenSweep{Name: "a"}, protocol.OpenSweep{Name: "b"})
	late := open(t, s, func(o *Options) { o.Create = false })
	hears(t, early, "a", "b")
	hears(t, late, "a", "b")
	offer(t, coordinator, protocol.OpenSweep{Name: "b"})
	hears(t, early, "b")
	hears(t, late, "b")
	offer(t, coordinator)
	hears(t, late)
	if err := coordinator.PublishSweeps(deadline(t), []protocol.OpenSweep{{Name: "No sweep"}}); err == nil {
		t.Error("a sweep of no name is offered")
	}
}

// A worker of another version is offered nothing.
func TestOfferOfAnotherVersionIsNotTaken(t *testing.T) {
	s := startServer(t, t.TempDir())
	coordinator := open(t, s)
	worker := open(t, s, func(o *Options) { o.Create = false })
	worker.Sweeps()
	other := fmt.Sprintf("eisweep.%s.f%dm%d.state.sweeps", testRoot, protocol.Format, sim.ModelVersion+1)
	if _, err := coordinator.JetStream().Publish(deadline(t), other, []byte(`{"sweeps":[{"name":"theirs","priority":0}]}`)); err != nil {
		t.Fatal(err)
	}
	offer(t, coordinator, protocol.OpenSweep{Name: "ours"})
	hears(t, worker, "ours")
}

func TestTurnsGoByPriorityThenEvenly(t *testing.T) {
	o := new(sweepRoster)
	o.take([]protocol.OpenSweep{{Name: "low", Priority: -1}, {Name: "b", Priority: 5}, {Name: "a", Priority: 5}, {Name: "c", Priority: 5}}, 1)
	first := map[string]int{}
	for range 30 {
		turn := o.roundRobin()
		if len(turn) != 4 || turn[3] != "low" {
			t.Fatalf("turn %v", turn)
		}
		first[turn[0]]++
	}
	for _, name := range []string{"a", "b", "c"} {
		if first[name] != 10 {
			t.Errorf("first: %v", first)
		}
	}
}

// A sweep that has no task gives its turn away evenly.
func TestTurnsOfEmptySweepsAreShared(t *testing.T) {
	o := new(sweepRoster)
	o.take([]protocol.OpenSweep{{Name: "a"}, {Name: "empty"}, {Name: "c"}}, 1)
	served := map[string]int{}
	for range 60 {
		for _, name := range o.roundRobin() {
			if name != "empty" {
				served[name]++
				o.served(name)
				break
			}
		}
	}
	if served["a"] < 28 || served["c"] < 28 {
		t.Errorf("served: %v", served)
	}
}

func TestOldOfferDoesNotReplaceANewerOne(t *testing.T) {
	o := new(sweepRoster)
	o.take([]protocol.OpenSweep{{Name: "new"}}, 7)
	if o.take([]protocol.OpenSweep{{Name: "old"}}, 6) || o.roundRobin()[0] != "new" {
		t.Error("an older offer is taken")
	}
	if o.take([]protocol.OpenSweep{{Name: "new"}}, 8) {
		t.Error("the same offer is told as another")
	}
}

// No server lags for long: what the stream still has then is the offer, whatever its number.
func TestOldOfferIsTakenWhenItStays(t *testing.T) {
	o := new(sweepRoster)
	o.take([]protocol.OpenSweep{{Name: "lost"}}, 7)
	for _, seq := range []uint64{5, 6, 6} {
		if o.take([]protocol.OpenSweep{{Name: "restored"}}, seq) {
			t.Errorf("an older offer is taken at once")
		}
	}
	o.lowSince = o.lowSince.Add(-rereadEvery)
	if !o.take([]protocol.OpenSweep{{Name: "restored"}}, 6) || o.roundRobin()[0] != "restored" {
		t.Error("the offer that the stream has is not taken")
	}
	if !o.take([]protocol.OpenSweep{{Name: "next"}}, 7) {
		t.Error("the offer after it is not taken")
	}
}

// TestOfferThatWasHeardOutlivesOneThatWasReadBefore hears an offer while one is read.
func TestOfferThatWasHeardOutlivesOneThatWasReadBefore(t *testing.T) {
	o := new(sweepRoster)
	o.take([]protocol.OpenSweep{{Name: "old"}}, 7)
	o.take([]protocol.OpenSweep{{Name: "heard"}}, 0)
	if o.take([]protocol.OpenSweep{{Name: "old"}}, 7) || o.roundRobin()[0] != "heard" {
		t.Error("what was read before it is taken")
	}
	if !o.take([]protocol.OpenSweep{{Name: "new"}}, 8) {
		t.Error("what was read after it is not")
	}
	o.take([]protocol.OpenSweep{{Name: "late"}}, 0)
	o.heard = o.heard.Add(-readLag)
	if !o.take([]protocol.OpenSweep{{Name: "new"}}, 8) {
		t.Error("what lies in the stream is not believed for ever")
	}
}

// Two sweeps of equal priority share the slots of a worker.
func TestSweepsShareAWorker(t *testing.T) {
	s := startServer(t, t.TempDir())
	coordinator := open(t, s)
	worker := open(t, s, func(o *Options) { o.Create = false })
	publish(t, coordinator, testTasks("big", 0, 40)...)
	publish(t, coordinator, testTasks("small", 100, 10)...)
	offer(t, coordinator, protocol.OpenSweep{Name: "big"}, protocol.OpenSweep{Name: "small"})
	hears(t, worker, "big", "small")
	taken := map[string]int{}
	for range 20 {
		d, err := worker.Next(deadline(t), worker.Sweeps)
		if err != nil {
			t.Fatal(err)
		}
		taken[d.Task().Sweep]++
	}
	if taken["big"] != 10 || taken["small"] != 10 {
		t.Errorf("taken: %v", taken)
	}
}
