package drawing

import (
	"testing"

	"gonum.org/v1/plot"
)

// Names that would overlap below a panel are turned, others are not.
func TestLongNamesAreTurned(t *testing.T) {
	for _, c := range []struct {
		names  []string
		turned bool
	}{
		{[]string{"APPROXIMATE", "BACKPROP", "GRADIENT"}, true}, {[]string{"BOTH", "EXC", "INH"}, false}, {nil, false},
		{[]string{"a very long name that stands alone"}, false}, {[]string{"0.1234", "", "", "0.5678", "", "", "0.9999"}, false},
	} {
		axis := plot.New().X
		(&Axis{Names: c.names}).tiltNames(&axis)
		if got := axis.Tick.Label.Rotation != 0; got != c.turned {
			t.Errorf("%q: turned is %v, want %v", c.names, got, c.turned)
		}
	}
}
