package attempts

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"eisweep/internal/events"
	"eisweep/internal/protocol"
)

// TestWhatAnEarlierCoordinatorHasRecordedIsNotRecordedAgain reads a register with claims and failures from before the end of
// the log of events, and from after it, and then gets others.
func TestWhatAnEarlierCoordinatorHasRecordedIsNotRecordedAgain(t *testing.T) {
	tr := newTestTracker(t, 5, nil, slog.New(slog.DiscardHandler))
	end := time.Now()
	tr.before = end
	var seq uint64
	register := func(n int, event string, at time.Time) {
		seq++
		e := started(n, "w", seq)
		e.At, e.Event = at, event
		if event == protocol.EventReturned {
			e.Class, e.Error = protocol.Storage, "no space"
		}
		tr.Registered(e)
	}
	register(1, protocol.EventStarted, end.Add(-time.Second))
	register(2, protocol.EventStarted, end.Add(time.Second))
	register(3, protocol.EventReturned, end.Add(-time.Second))
	tr.CaughtUp()
	register(4, protocol.EventStarted, end.Add(-time.Hour)) // of a worker whose clock is slow
	register(5, protocol.EventReturned, end)
	var got []events.Kind
	for _, e := range tr.config.Core.(*testCore).recorded {
		got = append(got, e.Kind)
		if e.Sweep != "s" || e.Worker != "w" || e.Token == "" || e.Why != "" {
			t.Errorf("recorded %+v", e)
		}
	}
	if want := []events.Kind{events.AttemptStarted, events.AttemptStarted, events.AttemptFailed}; !slices.Equal(got, want) {
		t.Errorf("recorded %v, want %v", got, want)
	}
}

// TestAnAttemptThatIsEnteredAgainHasNotStartedAgain: its worker is connected again.
func TestAnAttemptThatIsEnteredAgainHasNotStartedAgain(t *testing.T) {
	tr := newTestTracker(t, 1, nil, slog.New(slog.DiscardHandler))
	tr.CaughtUp()
	e := started(1, "w", 1)
	tr.Registered(e)
	e.Sequence = 2
	tr.Registered(e)
	if list := tr.config.Core.(*testCore).recorded; len(list) != 1 {
		t.Errorf("recorded %+v", list)
	}
}

// TestWorkersAreRecorded has a worker join and leave because of an error, and another that is told to drain.
func TestWorkersAreRecorded(t *testing.T) {
	tr := newTestTracker(t, 1, nil, slog.New(slog.DiscardHandler))
	tr.Present(protocol.Presence{Name: "a", Host: "h", Slots: 3, State: protocol.Idle})
	tr.Present(protocol.Presence{Name: "a", Host: "h", State: protocol.GaveUp + "no space", Gone: true})
	tr.Present(protocol.Presence{Name: "b", Host: "h", State: protocol.Idle})
	tr.Present(protocol.Presence{Name: "b", Host: "h", State: protocol.Draining + "it was told to", Gone: true})
	tr.Present(protocol.Presence{Name: "c", Host: "h", State: protocol.Idle})
	tr.Present(protocol.Presence{Name: "c", Host: "h", State: protocol.Idle, Gone: true})
	var got []string
	for _, e := range tr.config.Core.(*testCore).recorded {
		got = append(got, e.Text())
	}
	want := []string{"worker a joined on h: 3 slots, version unknown", "worker a left: takes no more tasks: no space",
		"worker b joined on h: 0 slots, version unknown", "worker b left: it was told to", "worker c joined on h: 0 slots, version unknown",
		"worker c left"}
	if !slices.Equal(got, want) {
		t.Errorf("recorded %q, want %q", got, want)
	}
}
