package figures

import (
	"fmt"

	"eisweep/internal/figures/drawing"
)

func drawInfluenceExample(s *Set) (*drawing.Drawing, error) {
	var row []*drawing.Panel
	var notes []string
	for i := range s.Groups {
		data, series := s.Groups[i].Networks[0].Data, s.series(i)
		panel := &drawing.Panel{
			Name: series, X: drawing.Axis{Label: "correlation with the pushed neuron"},
			Y: drawing.Axis{Label: "mean change of rate per unit of input"},
			Layers: []drawing.Layer{
				noChange(),
				drawing.Points{Series: series, Style: s.style(i), Small: len(data["change"]) > 200, X: data["correlation"], Y: data["change"]},
			},
		}
		if s.By != "" {
			panel.Title = s.title(i)
		}
		self := data["self"]
		fact(panel, series, "pushed neuron", self[0])
		fact(panel, series, "its own change", self[2])
		panel.Text = []string{fmt.Sprintf("E neuron %d pushed; its own change: %s", int(self[0]), signed(self[2]))}
		row, notes = append(row, panel), append(notes, s.Groups[i].only()+".")
	}
	return &drawing.Drawing{Panels: grid(row), Notes: notes}, nil
}
