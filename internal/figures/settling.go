package figures

import (
	"fmt"
	"math"
	"slices"

	"eisweep/internal/figures/drawing"
	"eisweep/internal/results"
)

// settling is how the rates of the last response settle: the median, the quartiles and the extremes of the neurons' rates at each
// step, and the distribution of the settled rates in 100 bins from 0 to the highest.
var settling = Figure{
	Name: "settling", Of: Training, Groups: 1, Read: readSettling, Draw: drawSettling,
	About: "rates at each step of the last response, and the settled rates",
}

const settlingBins = 100

func readSettling(r *results.Reader, _ bool) (Data, error) {
	f, data := read(r), Data{}
	for name, neurons := range map[string]int{"re": f.ne, "ri": f.ni} {
		all := f.array("/raw_data/recording_"+name, neurons, anyLength)
		if f.err != nil {
			return nil, f.err
		}
		length := len(all) / neurons
		recorded := 0 // columns with a finite rate
		for recorded < length && !math.IsNaN(all[recorded]) {
			recorded++
		}
		if recorded == 0 {
			return f.refuse("no response was recorded step by step")
		}
		for _, step := range spread(0, recorded-1, 2*mostSteps) {
			data[name+" steps"] = append(data[name+" steps"], float64(step+1))
			rates := sorted(column(all, length, step))
			for k, p := range settlingQuantiles() {
				data[settlingName(name, k)] = append(data[settlingName(name, k)], quantile(rates, p))
			}
		}
		last := column(all, length, recorded-1)
		highest := max(slices.Max(last), math.SmallestNonzeroFloat32)
		data[name+" edges"] = evenly(0, highest, settlingBins)
		data[name+" counts"] = counts(data[name+" edges"], last)
	}
	return data, nil
}

func settlingQuantiles() []float64 { return []float64{0, 0.25, 0.5, 0.75, 1} }

func settlingName(name string, k int) string { return fmt.Sprintf("%s quantile %d", name, k) }

func column(all []float64, length, at int) (values []float64) {
	for i := at; i < len(all); i += length {
		values = append(values, all[i])
	}
	return values
}

func drawSettling(s *Set) (*drawing.Drawing, error) {
	data, rows := s.Groups[0].Networks[0].Data, make([][]*drawing.Panel, 2)
	style, edge := s.style(0), drawing.Style{Color: 6}
	for _, p := range [][2]string{{"re", "E neurons"}, {"ri", "I neurons"}} {
		name := p[0]
		x := data[name+" steps"]
		course := &drawing.Panel{
			Name: name, Title: p[1], X: drawing.Axis{Label: "step"}, Y: drawing.Axis{Label: "rate, 1/s"},
			Layers: []drawing.Layer{
				drawing.Line{Series: "lowest", Style: edge, X: x, Y: data[settlingName(name, 0)]},
				drawing.Line{Series: "highest", Style: edge, X: x, Y: data[settlingName(name, 4)]},
				drawing.Line{Series: "median", Style: style, X: x, Y: data[settlingName(name, 2)],
					Low: data[settlingName(name, 1)], High: data[settlingName(name, 3)]},
			},
		}
		histogram := &drawing.Panel{
			Name: name + " settled", X: drawing.Axis{Label: "settled rate, 1/s"}, Y: drawing.Axis{Label: "neurons"},
			Layers: []drawing.Layer{drawing.Steps{Series: "settled", Style: style, Edges: data[name+" edges"], Y: data[name+" counts"]}},
		}
		rows[0], rows[1] = append(rows[0], course), append(rows[1], histogram)
	}
	return &drawing.Drawing{
		Panels: rows, Notes: []string{s.Groups[0].only() + "."},
		Legend: drawing.Legend{Entries: []drawing.Entry{
			{Style: style, Label: "median and quartiles of the neurons"}, {Style: edge, Label: "lowest, highest"},
		}},
	}, nil
}
