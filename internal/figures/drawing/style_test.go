package drawing

import (
	"fmt"
	"testing"
)

// TestSeriesDifferWithoutColour: as in greyscale print. Up to seven differ in dashes and shapes alone, and more of them together with the
// lightness of the colour.
func TestSeriesDifferWithoutColour(t *testing.T) {
	lines, shapes, all := map[string]int{}, map[string]int{}, map[string]int{}
	for i := range MaxSeries {
		style := Style{Color: i}
		line, shape := fmt.Sprint(style.line().Dashes), fmt.Sprintf("%#v", style.glyph(1).Shape)
		if i < len(colours) {
			lines[line]++
			shapes[shape]++
		}
		all[fmt.Sprint(style.color(), line)]++
		all[fmt.Sprint(style.color(), shape)]++
	}
	if len(lines) != len(colours) || len(shapes) != len(colours) || len(all) != 2*MaxSeries {
		t.Errorf("%d series have %d kinds of dashes and %d shapes; %d series have %d looks of lines and points", len(colours), len(lines),
			len(shapes), MaxSeries, len(all))
	}
}
