package worker

import (
	"testing"
	"time"

	"eisweep/internal/protocol"
	"eisweep/sim"
)

// A task is lent the cores of free slots; one that begins gets its core back as soon
// as the round that has it ends.
func TestCoresOfFreeSlotsAreLent(t *testing.T) {
	c := newCores(3)
	done := c.acquire()
	var lent []func()
	for {
		release, ok := c.tryAcquire()
		if !ok {
			break
		}
		lent = append(lent, release)
	}
	if len(lent) != 2 {
		t.Fatalf("%d cores of 3 are lent beside a task, want 2", len(lent))
	}
	held := make(chan func())
	go func() { held <- c.acquire() }()
	lent[0]()
	second := <-held
	if _, ok := c.tryAcquire(); ok {
		t.Error("a core is lent that two tasks and a round hold")
	}
	lent[1]()
	second()
	done()
	for range 3 {
		if _, ok := c.tryAcquire(); !ok {
			t.Error("a core was not given back")
		}
	}
}

// A PERTURB computes on the cores of free slots and keeps its changes in a spool:
// the result is the same as with one slot, and nothing else is left.
func TestPerturbOnFreeSlots(t *testing.T) {
	digests := map[string]bool{}
	for _, slots := range []int{1, 4} {
		b := newBench(t, time.Minute)
		b.start(nil, func(c *Config) { c.Runner, c.Slots = nil, slots })
		train := task(3, func(o *protocol.TaskMessage) { o.Parameters = small() })
		trained, _ := b.result(train, "trained.h5")
		perturb := task(3, func(o *protocol.TaskMessage) {
			o.Experiment = sim.Perturb
			o.Parameters = values("ng.exc.n_per_axis=4", "inp.n_stimuli=4", "perturb.n_perturbed=9")
			o.Source = &protocol.InputRef{Task: train.ID, Path: "quick/trained.h5", SHA256: trained.SHA256}
		})
		b.publish(perturb)
		o := receive(b, b.outcomes)
		if !o.Done() {
			t.Fatalf("outcome %+v", o.Outcome)
		}
		digests[o.Digest] = true
		if names := b.left("incoming"); len(names) != 1 {
			t.Errorf("files remain: %v", names)
		}
	}
	if len(digests) != 1 {
		t.Errorf("digests %v", digests)
	}
}
