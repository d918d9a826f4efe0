package figures

import (
	"math"

	"eisweep/internal/figures/drawing"
	"eisweep/internal/results"
)

// angles is the angle between the update of the learning rule and the exact gradient during training, in degrees: the mean over
// the last s³ updates, which is one trial. It shows the first 4 % of the training, but at least 20 trials.
var angles = Figure{
	Name: "angles", Of: Training, Read: readAngles, Draw: drawAngles,
	About: "angle between update and gradient during training",
}

// anglesFinal is the distribution of the angles in the last trial: the number of updates in bins of 1 degree.
var anglesFinal = Figure{
	Name: "angles-final", Of: Training, Read: readAnglesFinal, Draw: drawAnglesFinal,
	About: "distribution of these angles in the last trial",
}

// mostSteps is how many points a time course has at most: about as many as can be seen, and few enough for many networks.
const mostSteps = 120

// degrees reads the angles; they are nil if they were not measured.
func (f *reading) degrees(name string) []float64 {
	all := f.array("/raw_data/"+name, anyLength)
	if len(all) < f.stimuli() || allZeroOrNaN(all) {
		return nil
	}
	for i, radians := range all {
		all[i] = radians * (180 / math.Pi)
	}
	return all
}

// pathways are the learning pathways in the order of the panels.
func pathways() [][2]string { return [][2]string{{"ie", "E → I"}, {"ei", "I → E"}} }

const noAngles = "gradient angles were not measured (pl.compute_gradient_angles is off, or no weight learned)"

func readAngles(r *results.Reader, _ bool) (Data, error) {
	f, data, measured := read(r), Data{}, false
	window := f.stimuli()
	for _, p := range pathways() {
		all := f.degrees("angles_" + p[0])
		if all == nil {
			data[p[0]], data[p[0]+" updates"] = numbers{}, numbers{}
			continue
		}
		measured = true
		last := min(len(all), max(int(math.Ceil(0.04*float64(len(all)))), 20*window))
		for _, update := range spread(window, last, mostSteps) {
			data[p[0]+" updates"] = append(data[p[0]+" updates"], float64(update))
			data[p[0]] = append(data[p[0]], mean(all[update-window:update]))
		}
	}
	if !measured {
		return f.refuse(noAngles)
	}
	return data, f.err
}

func drawAngles(s *Set) (*drawing.Drawing, error) {
	var rows [][]*drawing.Panel
	for _, p := range pathways() {
		panel := &drawing.Panel{Name: "angles_" + p[0], Title: p[1], X: drawing.Axis{Label: "update"}, Y: drawing.Axis{Label: "angle, °"}}
		panel.Layers = append(panel.Layers, rightAngle(true))
		if err := s.lines(panel, p[0]+" updates", p[0], differentTrials); err != nil {
			return nil, err
		}
		rows = append(rows, []*drawing.Panel{panel})
	}
	d := s.drawing(nil, rows...)
	d.Notes = append(d.Notes, "Mean over one trial. Below 90° (dashed) an update descends the gradient.")
	return d, nil
}

func rightAngle(horizontal bool) drawing.Mark {
	return drawing.Mark{Series: "90°", Style: drawing.Style{Color: drawing.Ink, Dashed: true}, At: 90, Horizontal: horizontal}
}

var angleEdges = evenly(0, 180, 180)

func readAnglesFinal(r *results.Reader, _ bool) (Data, error) {
	f, data, measured := read(r), Data{}, false
	for _, p := range pathways() {
		all := f.degrees("angles_" + p[0])
		if all == nil {
			data[p[0]] = numbers{}
			continue
		}
		measured = true
		data[p[0]] = counts(angleEdges, all[len(all)-f.stimuli():])
	}
	if !measured {
		return f.refuse(noAngles)
	}
	return data, f.err
}

func drawAnglesFinal(s *Set) (*drawing.Drawing, error) {
	var row []*drawing.Panel
	for _, p := range pathways() {
		panel := &drawing.Panel{
			Name: "angles_" + p[0], Title: p[1], X: drawing.Axis{Label: "updates"},
			Y: drawing.Axis{Label: "angle, °", Min: 0, Max: 180, Ticks: []float64{0, 45, 90, 135, 180}},
		}
		panel.Layers = append(panel.Layers, rightAngle(true))
		s.histograms(panel, angleEdges, p[0], true)
		row = append(row, panel)
	}
	d := s.drawing(nil, row)
	d.Notes = append(d.Notes, "The last trial. Below 90° (dashed) an update descends the gradient.")
	return d, nil
}
