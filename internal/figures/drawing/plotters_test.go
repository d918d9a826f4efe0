package drawing

import (
	"math"
	"testing"

	"gonum.org/v1/plot/plotter"
)

// A line shows nothing of a point whose neighbours have no values: it is drawn as a marker with a bar.
func TestPointsWithoutNeighboursAreVisible(t *testing.T) {
	none := math.NaN()
	line := Line{X: []float64{0, 1, 2, 3}, Y: []float64{1, 2, none, 5}, Low: []float64{0, 1, none, 4}, High: []float64{2, 3, none, 6}}
	markers, bars := 0, 0
	for _, drawn := range line.plotters(nil) {
		switch drawn := drawn.(type) {
		case *plotter.Scatter:
			if markers++; drawn.XYs[0] != (plotter.XY{X: 3, Y: 5}) {
				t.Errorf("the marker is at %v", drawn.XYs)
			}
		case *plotter.Line:
			if drawn.XYs[0].X == 3 {
				if bars++; drawn.XYs[0].Y != 4 || drawn.XYs[1].Y != 6 {
					t.Errorf("the bar is %v", drawn.XYs)
				}
			}
		}
	}
	if markers != 1 || bars != 1 {
		t.Errorf("%d markers and %d bars, want 1 of each", markers, bars)
	}
}
