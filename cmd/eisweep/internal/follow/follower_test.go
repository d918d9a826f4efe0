package follow

import (
	"testing"
	"time"

	"eisweep/internal/control"
)

// The time left is that of what is followed; a sweep that has ended needs none.
func TestTimeLeftIsThatOfWhatIsFollowed(t *testing.T) {
	f := Follower{names: []string{"long", "short"}}
	all := control.Snapshot{LeftKnown: true, Left: time.Hour, Sweeps: []control.SweepState{
		{Name: "long", Progress: control.Progress{Tasks: 9, Done: 4}, Left: time.Minute, LeftKnown: true},
		{Name: "short", Progress: control.Progress{Tasks: 3, Done: 2, Failed: 1}},
		{Name: "other", Progress: control.Progress{Tasks: 9}, Left: time.Hour, LeftKnown: true},
	}}
	if s := f.narrowed(all); len(s.Sweeps) != 2 || s.Left != time.Minute || !s.LeftKnown {
		t.Errorf("of two: %+v", s)
	}
	all.Sweeps[1].Tasks++
	if s := f.narrowed(all); s.LeftKnown {
		t.Errorf("with one task not begun: %+v", s)
	}
	if s := new(Follower).narrowed(all); len(s.Sweeps) != 3 || s.Left != time.Hour {
		t.Errorf("of all: %+v", s)
	}
}
