package control

import "testing"

// TestUnknownSweepSuggests suggests a similar name, or else lists a few.
func TestUnknownSweepSuggests(t *testing.T) {
	many := []string{"pilot1", "pilot2", "pilot3", "pilot4", "pilot5", "pilot6", "pilot7"}
	for _, test := range []struct {
		name  string
		known []string
		want  string
	}{
		{"tunin", []string{"approximate", "tuning"}, `there is no sweep "tunin" in /r; did you mean tuning?`},
		{"tuning", nil, `there is no sweep "tuning" in /r; it has no sweeps yet`},
		{"tuning", []string{"a", "b"}, `there is no sweep "tuning" in /r; it has a, b`},
		{"tuning", many, `there is no sweep "tuning" in /r; it has pilot1, pilot2, pilot3, pilot4, pilot5 and 2 more: eisweep status`},
	} {
		if got := UnknownSweep("/r", test.name, test.known).Error(); got != test.want {
			t.Errorf("%s, want %s", got, test.want)
		}
	}
}
