package drawing

import (
	"strings"
	"testing"
)

func TestTicksAreRoundNumbers(t *testing.T) {
	for _, c := range []struct {
		axis     Axis
		from, to float64
		want     string
	}{
		{Axis{}, 0, 1, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{Axis{}, -0.55, 0.97, "−0.5 0.0 0.5"},
		{Axis{}, 213, 4321, "1000 2000 3000 4000"},
		{Axis{}, 0.0771, 0.0798, "0.078 0.079"},
		{Axis{}, 0, 3e6, "0 1·10^{6} 2·10^{6} 3·10^{6}"},
		{Axis{}, 0, 2e-5, "0 5·10^{−6} 1·10^{−5} 1.5·10^{−5} 2·10^{−5}"},
		{Axis{Log: true}, 0.001, 1000, "10^{−2} 10^{0} 10^{2}"},
		{Axis{Log: true}, 0.5, 700, "10^{0} 10^{1} 10^{2}"},
		{Axis{Log: true}, 0.015, 0.25, "0.02 0.05 0.1 0.2"},
		{Axis{}, 0.185185151, 0.185185249, "0.18518516 0.18518518 0.18518520 0.18518522 0.18518524"},
		{Axis{}, 1234560, 1234568, "1234560 1234562 1234564 1234566 1234568"},
		{Axis{}, 1.23451e-5, 1.23455e-5, "1.23451·10^{−5} 1.23452·10^{−5} 1.23453·10^{−5} 1.23454·10^{−5} 1.23455·10^{−5}"},
		{Axis{Log: true}, 2.1, 4.5, "2.5 3.0 3.5 4.0 4.5"},
		{Axis{Log: true}, 0.012, 0.045, "0.02 0.03 0.04"},
		{Axis{Ticks: []float64{0, 90}}, 0, 180, "0 90"},
		{Axis{Names: []string{"a", "b"}}, -0.5, 1.5, "a b"},
	} {
		var got []string
		for _, mark := range c.axis.ticks(c.from, c.to).Ticks(c.from, c.to) {
			if mark.Label != "" {
				got = append(got, mark.Label)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("from %v to %v: %s, want %s", c.from, c.to, strings.Join(got, " "), c.want)
		}
	}
}

func TestMarkupHasRaisedAndLoweredParts(t *testing.T) {
	for text, want := range map[string][]part{
		"10^{−3}": {{"10", 0}, {"−3", raised}}, "ρ_{0}": {{"ρ", 0}, {"0", lowered}}, "is_plastic": {{text: "is_plastic"}},
		"a^{b": {{text: "a^{b"}}, "": nil,
	} {
		got := parts(text)
		if len(got) != len(want) {
			t.Fatalf("%q: %v", text, got)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%q: %v, want %v", text, got[i], want[i])
			}
		}
	}
}

// Numbers that differ by rounding alone do not fill an axis.
func TestRoundingErrorsDoNotFillAnAxis(t *testing.T) {
	for _, c := range []struct{ low, high, from, to float64 }{
		{0.18518518, 0.1851852, 0.16, 0.21}, {-0.1851852, -0.18518518, -0.21, -0.16}, {1, 1.001, 0.99, 1.01},
	} {
		axis := Axis{}
		from, to := axis.limits(interval{min: c.low, max: c.high})
		if from < c.from || to > c.to || c.high-c.low < 1e-6 && to-from < 0.02 {
			t.Errorf("the axis of %v to %v is from %v to %v", c.low, c.high, from, to)
		}
	}
}
