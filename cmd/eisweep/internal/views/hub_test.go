package views

import (
	"context"
	"encoding/json"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/coordinator"
	"eisweep/internal/control"
	"eisweep/internal/dashboard"
	"eisweep/internal/events"
	"eisweep/internal/problems"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// deadline is how long a test waits for an event.
const deadline = 30 * time.Second

// steered is a coordinator whose state a test sets.
type steered struct {
	Coordinator // nil: the rest is not called

	mu       sync.Mutex
	snapshot control.Snapshot
	workers  []control.Worker
	tasks    coordinator.SweepTasks
	log      *events.Log
	hanging  <-chan struct{} // until it is closed, the method waits
	method   string
}

// hang has a method wait until a channel is closed.
func (s *steered) hang(hanging <-chan struct{}, method string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hanging, s.method = hanging, method
}

// wait waits if the method is one that hangs.
func (s *steered) wait(method string) {
	s.mu.Lock()
	hanging := s.hanging
	if s.method != method {
		hanging = nil
	}
	s.mu.Unlock()
	if hanging != nil {
		<-hanging
	}
}

func (s *steered) Events() *events.Log { return s.log }

func (s *steered) Problems(context.Context) problems.Report {
	return problems.Report{Problems: []problems.Problem{{Kind: problems.NoWorker, Text: "no worker"}}}
}

func (s *steered) Tasks(string, coordinator.SweepTasks) (coordinator.SweepTasks, bool) {
	s.wait("Tasks")
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tasks, s.tasks.Launch > 0
}

func (s *steered) Snapshot() control.Snapshot {
	s.wait("Snapshot")
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.snapshot
}

func (s *steered) Workers() control.Workers {
	s.mu.Lock()
	defer s.mu.Unlock()
	return control.Workers{Workers: s.workers}
}

func (s *steered) set(to ...control.SweepState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.snapshot.Sweeps = to
}

func newSweep(name string, done int) control.SweepState {
	return control.SweepState{Name: name, Status: control.Open, Progress: control.Progress{Tasks: 10, Done: done, Pending: 10 - done}}
}

func newTestDashboard(t *testing.T, c *steered) *Dashboard {
	t.Helper()
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	always := func() bool { return true }
	c.log = events.Open(events.Config{Root: r, MayWrite: always, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { c.log.Close(context.Background()) })
	d, err := New(Config{Root: r, Coordinator: c, Command: "coordinator", Version: "v1", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

func open(t *testing.T, d *Dashboard, query map[string][]string, lastID string) <-chan dashboard.Event {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	events, err := d.Feed(ctx, query, lastID)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// next waits for the next event of a name.
func next[T any](t *testing.T, events <-chan dashboard.Event, name string) (value T) {
	t.Helper()
	timeout := time.After(deadline)
	for {
		select {
		case e, isOpen := <-events:
			if !isOpen {
				t.Fatalf("the stream ended before %s", name)
			}
			if e.Name != name {
				continue
			}
			if err := json.Unmarshal(e.Data, &value); err != nil {
				t.Fatalf("%s: %v", e.Data, err)
			}
			return value
		case <-timeout:
			t.Fatalf("no event %s", name)
		}
	}
}

// TestAStreamHasTheStateAndItsChanges: all sweeps first, then those that changed or are gone.
func TestAStreamHasTheStateAndItsChanges(t *testing.T) {
	c := &steered{workers: []control.Worker{{Name: "w1", Slots: 4, Busy: 1}, {Name: "w2", Slots: 8, Silent: true}}}
	c.set(newSweep("a", 1), newSweep("b", 2))
	d := newTestDashboard(t, c)
	events := open(t, d, nil, "")
	first := next[api.State](t, events, "state")
	if !first.Full || len(first.Sweeps) != 2 || first.Sweeps[0].Sweep != "a" || first.Totals.Done != 3 || first.Totals.Tasks != 20 {
		t.Errorf("first %+v", first)
	}
	if first.Totals.Workers != 1 || first.Totals.Lost != 1 || first.Totals.Slots != 4 || first.Coordinator.Command != "coordinator" {
		t.Errorf("totals %+v", first.Totals)
	}
	if w := next[api.Workers](t, events, "workers"); len(w.Workers) != 2 || w.Workers[0].Name != "w1" {
		t.Errorf("workers %+v", w)
	}
	c.set(newSweep("a", 1), newSweep("b", 5))
	then := next[api.State](t, events, "state")
	if then.Full || len(then.Sweeps) != 1 || then.Sweeps[0].Sweep != "b" || then.Sweeps[0].Done != 5 {
		t.Errorf("then %+v", then)
	}
	c.set(newSweep("b", 5))
	if last := next[api.State](t, events, "state"); len(last.Sweeps) != 0 || len(last.Removed) != 1 || last.Removed[0] != "a" {
		t.Errorf("last %+v", last)
	}
}

// TestASlowReaderIsCutOff, while others get everything.
func TestASlowReaderIsCutOff(t *testing.T) {
	c := new(steered)
	d := newTestDashboard(t, c)
	slow, other := open(t, d, nil, ""), open(t, d, nil, "")
	next[api.State](t, other, "state")
	for n := range backlog + 1 {
		d.hub.mu.Lock()
		d.hub.broadcast(event("state", api.State{Removed: []string{string(rune('0' + n))}}))
		d.hub.mu.Unlock()
		next[api.State](t, other, "state")
	}
	got := 0
	for range slow { // it ends
		got++
	}
	if got != backlog {
		t.Errorf("%d events were kept for it", got)
	}
}

// TestAnUpdateOfSeveralEventsEndsASlowReaderOnce: the first event that is too much ends its stream, and the others are left out.
func TestAnUpdateOfSeveralEventsEndsASlowReaderOnce(t *testing.T) {
	h := newTestDashboard(t, new(steered)).hub
	h.mu.Lock()
	defer h.mu.Unlock()
	slow := &reader{events: make(chan dashboard.Event, 1)}
	h.readers[slow] = struct{}{}
	for range 3 {
		h.send(slow, event("state", api.State{}))
	}
	if _, open := h.readers[slow]; open {
		t.Error("it has not ended")
	}
}

// TestNothingIsComputedWhileNobodyLooks, and streams end with the dashboard.
func TestNothingIsComputedWhileNobodyLooks(t *testing.T) {
	c := new(steered)
	d := newTestDashboard(t, c)
	ctx, cancel := context.WithCancel(t.Context())
	events, err := d.Feed(ctx, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	for range events { // until it is closed
	}
	d.hub.done.Wait() // the goroutine ends by itself
	again := open(t, d, nil, "")
	next[api.State](t, again, "state")
	d.Close()
	for range again {
	}
	if _, err := d.Feed(t.Context(), nil, ""); err == nil {
		t.Error("a stream begins after the end")
	}
}

// TestStorageThatHangsHoldsUpNobody: neither streams, nor requests for the state, nor the end wait for directories and manifests that are
// being read, and what is shown says since when.
func TestStorageThatHangsHoldsUpNobody(t *testing.T) {
	c := new(steered)
	c.set(newSweep("a", 1))
	d := newTestDashboard(t, c)
	launchedAs(t, d, "old", axes)
	hanging := make(chan struct{})
	t.Cleanup(func() { close(hanging) })
	d.directories.names = func() ([]string, error) { <-hanging; return nil, nil }
	c.hang(hanging, "Tasks")
	stream := open(t, d, map[string][]string{"sweep": {"old"}}, "")
	next[api.State](t, stream, "state")
	c.set(newSweep("a", 2))
	if then := next[api.State](t, stream, "state"); len(then.Sweeps) != 1 || then.Sweeps[0].Done != 2 || then.StaleSince != nil {
		t.Errorf("while storage hangs: %+v", then)
	}
	began := time.Now().Add(-time.Hour)
	d.hub.mu.Lock()
	d.hub.tables.begun, d.hub.directories.begun = began.Add(time.Minute), began
	d.hub.mu.Unlock()
	if then := next[api.State](t, stream, "state"); then.StaleSince == nil || !then.StaleSince.Equal(began) {
		t.Errorf("after an hour: %+v", then)
	}
	if s, err := d.hub.state(t.Context()); err != nil || len(s.Sweeps) != 1 || s.StaleSince == nil {
		t.Errorf("the state is %+v (%v)", s, err)
	}
	d.Close()
	for range stream { // until it is closed
	}
}

// TestACoordinatorThatHangsHoldsUpNobody: a stream begins with what is known.
func TestACoordinatorThatHangsHoldsUpNobody(t *testing.T) {
	c := new(steered)
	d := newTestDashboard(t, c)
	hanging := make(chan struct{})
	c.hang(hanging, "Snapshot")
	stream := open(t, d, nil, "")
	if first := next[api.State](t, stream, "state"); !first.Full || len(first.Sweeps) != 0 {
		t.Errorf("first %+v", first)
	}
	c.set(newSweep("a", 1))
	close(hanging)
	if then := next[api.State](t, stream, "state"); len(then.Sweeps) != 1 {
		t.Errorf("then %+v", then)
	}
}

// TestAStreamHasEveryEventOnce, also one that begins again where another ended.
func TestAStreamHasEveryEventOnce(t *testing.T) {
	c := new(steered)
	d := newTestDashboard(t, c)
	c.log.Add(events.Event{Kind: events.SweepPaused, Sweep: "before"})
	stream := open(t, d, nil, "")
	next[api.State](t, stream, "state")
	c.log.Add(events.Event{Kind: events.SweepPaused, Sweep: "first"})
	first := next[events.Event](t, stream, "event")
	if first.Sweep != "first" {
		t.Errorf("the first event is %+v", first)
	}
	c.log.Add(events.Event{Kind: events.SweepPaused, Sweep: "second"})
	again := open(t, d, nil, strconv.FormatUint(first.Seq, 10))
	if second := next[events.Event](t, again, "event"); second.Sweep != "second" {
		t.Errorf("after it comes %+v", second)
	}
	if p := next[problems.Report](t, open(t, d, nil, ""), "problems"); len(p.Problems) != 1 {
		t.Errorf("the problems are %+v", p)
	}
}

// TestOnlyTheIDOfATaskIsOne: a stream that names none looks at no logs.
func TestOnlyTheIDOfATaskIsOne(t *testing.T) {
	id := sweeps.ID{1}
	if s := newShownTask(id.String()); s == nil || s.id != id {
		t.Errorf("the task is %+v", s)
	}
	for _, text := range []string{"", "t1", sweeps.ID{}.String()} {
		if s := newShownTask(text); s != nil {
			t.Errorf("%q is the task %+v", text, s)
		}
	}
}
