package drawing

import "math"

// example is a drawing with every kind of layer.
func example() *Drawing {
	line, suspect := Style{Color: 0}, Style{Color: 1, Thin: true, Hollow: true}
	x := []float64{0, 1, 2, 3, 4, 5}
	y := []float64{1, 3, math.NaN(), 2, 4, 3}
	curves := &Panel{
		Name: "curves", Title: "E → I", X: Axis{Label: "update"}, Y: Axis{Label: "angle, degrees"}, Text: []string{"r = −0.42"},
		Layers: []Layer{
			Line{Series: "a", Style: line, X: x, Y: y, Low: []float64{0, 2, 2, 1, 3, 2}, High: []float64{2, 4, 4, 3, 5, 4}},
			Points{Series: "b", Style: suspect, X: []float64{1, 4}, Y: []float64{2, 2.5}, Low: []float64{1.5, 2}, High: []float64{2.5, 3}},
			Mark{Series: "m", Style: Style{Color: Ink, Dashed: true}, At: 2, Horizontal: true},
		},
	}
	bins := &Panel{
		Name: "bins", X: Axis{Label: "rate, s^{−1}", Log: true}, Y: Axis{Label: "ρ_{0}"},
		Layers: []Layer{
			Steps{Series: "a", Style: line, Edges: []float64{0.01, 0.1, 1, 10}, Y: []float64{1, 0, 5}},
			Mark{Series: "a", Style: line, At: 1, Arrow: true}, Fact{Series: "a", Name: "median", Value: 0.25},
		},
	}
	span := Span{-0.5, 1.5}
	image := &Panel{
		Name: "image", X: Axis{Label: "j"}, Y: Axis{Label: "i", Names: []string{"first", "second"}},
		Colors: &Colors{Label: "input, 1/s", Min: -1, Max: 1, Diverging: true},
		Layers: []Layer{Image{Series: "i", X: span, Y: span, Values: []float64{-1, 0, math.NaN(), 1}, Rows: 2}},
	}
	return &Drawing{
		Panels: [][]*Panel{{curves, bins}, {image, nil}},
		Legend: Legend{Title: "pl.is_plastic", Entries: []Entry{{line, "BOTH (n = 3)"}, {suspect, "<&> (n = 1, 1 suspect)"}}},
		Notes:  []string{"Lines: median over networks, of which there are so many that this note needs more than one line to say so, whatever."},
	}
}
