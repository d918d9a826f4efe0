package workers

import (
	"testing"
	"time"

	"eisweep/internal/protocol"
)

// TestRoomIsWhatRunningTasksLeave, whatever the workers' last reports say.
func TestRoomIsWhatRunningTasksLeave(t *testing.T) {
	now := time.Now()
	table := New()
	table.Report(protocol.Presence{Name: "small", Slots: 4, Busy: 1, Memory: 100, Free: 0, State: protocol.Working}, now)
	table.Report(protocol.Presence{Name: "any", Slots: 2, State: protocol.Idle}, now)
	table.Report(protocol.Presence{Name: "silent", Slots: 8, State: protocol.Idle}, now.Add(-time.Minute))
	for _, c := range []struct {
		what         string
		small, any   Load
		bytes        int64
		fits         bool
		free, others int // slots for tasks of so many bytes, and for those of any size
	}{
		{"one task of all memory", Load{Tasks: 1, Memory: 100}, Load{}, 50, false, 2, 5},
		{"it has ended", Load{}, Load{}, 50, true, 4, 6},
		{"half of the memory is left", Load{Tasks: 1, Memory: 50}, Load{Tasks: 2}, 50, true, 1, 3},
		{"a task was refused", Load{Tasks: 1, Memory: 50, Refused: true}, Load{}, 50, false, 2, 5},
		{"no slot is free", Load{Tasks: 4, Memory: 100}, Load{Tasks: 3}, 50, true, 0, 0},
		{"larger than the worker", Load{}, Load{}, 101, false, 2, 6},
	} {
		r := table.Room(now, func(name string) Load {
			return map[string]Load{"small": c.small, "any": c.any}[name]
		})
		if len(r) != 2 || r.FitsAll(c.bytes) != c.fits || r.FreeSlots(c.bytes) != c.free || r.FreeSlots(0) != c.others {
			t.Errorf("%s: %d workers, fits all %t, %d free slots, %d for other tasks", c.what, len(r), r.FitsAll(c.bytes),
				r.FreeSlots(c.bytes), r.FreeSlots(0))
		}
	}
}

// TestThePoolHasNoLimitIfOneWorkerHasNone.
func TestThePoolHasNoLimitIfOneWorkerHasNone(t *testing.T) {
	now := time.Now()
	table := New()
	table.Report(protocol.Presence{Name: "a", Slots: 4, Memory: 100, State: protocol.Idle}, now)
	table.Report(protocol.Presence{Name: "b", Slots: 2, Memory: 200, State: protocol.Idle}, now)
	if p := Summarize(table.Known(now)); p.Memory != 200 || p.Slots != 6 || p.Taking != 2 {
		t.Errorf("%+v", p)
	}
	table.Report(protocol.Presence{Name: "c", Slots: 1, State: protocol.Idle}, now)
	if p := Summarize(table.Known(now)); p.Memory != 0 || p.Slots != 7 {
		t.Errorf("%+v", p)
	}
}

// TestWorkersComeAndGo counts the ticks of one that falls silent, comes back and leaves, and of one that an earlier coordinator knew.
func TestWorkersComeAndGo(t *testing.T) {
	now := time.Now()
	table := New()
	table.Restore("known", "there", now.Add(-time.Minute), false)
	table.Restore("quiet", "there", now.Add(-time.Minute), true)
	report := func(name string, gone bool, want Change) {
		t.Helper()
		if got := table.Report(protocol.Presence{Name: name, Host: "here", State: protocol.Idle, Gone: gone}, now); got != want {
			t.Errorf("%s: change %d, want %d", name, got, want)
		}
	}
	report("new", false, Joined)
	report("new", false, Same)
	report("known", false, Same)
	report("quiet", false, Back)
	for tick := range 5 {
		report("known", false, Same)
		report("quiet", false, Same)
		silent := table.CountTick(now)
		if want := tick == silentTicks-1; (len(silent) == 1) != want || want && silent[0] != (Silent{"new", "here", now}) {
			t.Errorf("after tick %d silent are %v", tick, silent)
		}
	}
	report("new", false, Back)
	report("new", true, Left)
	report("new", true, Same)
	report("new", false, Joined)
}
