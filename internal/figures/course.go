package figures

import (
	"math"

	"eisweep/internal/figures/drawing"
	"eisweep/internal/results"
)

// convergence is the largest and the mean change of the inhibitory input from trial to trial of the last phase
// (docs/model.md#training).
var convergence = Figure{
	Name: "convergence", Of: Training, Read: readConvergence, Draw: drawConvergence,
	About: "change of the inhibitory input from trial to trial",
}

// course is the mean of the rates and of the plastic weights during training: means over each trial. For one
// network per group, the band is the standard deviation over neurons or synapses (zeros included).
var course = Figure{
	Name: "course", Of: Training, Read: readCourse, Draw: drawCourse,
	About: "rates and weights during training",
}

// steps is how many Euler steps the network took to settle: the fewest, the mean and the most of each trial. A stimulus that did
// not settle counts with numint.max_steps; stimuli after the early end of a phase are left out.
var steps = Figure{
	Name: "steps", Of: Training, Read: readSteps, Draw: drawSteps,
	About: "number of steps until the network settled, during training",
}

const differentTrials = "they have different numbers of trials; choose some with --where, or separate them with --by numint.n_trials"

func readConvergence(r *results.Reader, _ bool) (Data, error) {
	f, data := read(r), Data{}
	changes := f.array("/raw_data/max_inh_syn_change", anyLength, 2)
	if allZeroOrNaN(changes) {
		return f.refuse("it has no change of the inhibitory input: %s", untrained)
	}
	for _, row := range spread(0, len(changes)/2-1, mostSteps) {
		data["trials"] = append(data["trials"], float64(row+2))
		data["largest"] = append(data["largest"], changes[2*row])
		data["mean"] = append(data["mean"], changes[2*row+1])
	}
	return data, nil
}

func drawConvergence(s *Set) (*drawing.Drawing, error) {
	var row []*drawing.Panel
	for _, name := range []string{"largest", "mean"} {
		panel := &drawing.Panel{
			Name: name, Title: name + " change", X: drawing.Axis{Label: "trial of the last phase"},
			Y: drawing.Axis{Label: "change of input, 1/s", Log: true},
		}
		if err := s.lines(panel, "trials", name, differentTrials); err != nil {
			return nil, err
		}
		row = append(row, panel)
	}
	return s.drawing(nil, row), nil
}

// recorded are the quantities of recording_mu, in its order.
func recorded() [][3]string {
	return [][3]string{
		{"re", "E neurons", "rate, 1/s"}, {"ri", "I neurons", "rate, 1/s"}, {"wei", "I → E", "weight"}, {"wie", "E → I", "weight"},
	}
}

func readCourse(r *results.Reader, _ bool) (Data, error) {
	f, data := read(r), Data{}
	all := f.array("/raw_data/recording_mu", anyLength, 4, 2)
	trials := len(all) / 8 / max(f.stimuli(), 1)
	if allZeroOrNaN(all) || trials == 0 {
		return f.refuse("it has no course of rates and weights: %s", untrained)
	}
	for _, trial := range spread(0, trials-1, mostSteps) {
		data["updates"] = append(data["updates"], float64((trial+1)*f.stimuli()))
		for q, quantity := range recorded() {
			var means, variances []float64
			for k := trial * f.stimuli(); k < (trial+1)*f.stimuli(); k++ {
				means, variances = append(means, all[k*8+q*2]), append(variances, all[k*8+q*2+1])
			}
			data[quantity[0]] = append(data[quantity[0]], mean(means))
			data[quantity[0]+" sd"] = append(data[quantity[0]+" sd"], math.Sqrt(mean(variances)))
		}
	}
	return data, nil
}

func drawCourse(s *Set) (*drawing.Drawing, error) {
	var row []*drawing.Panel
	for _, quantity := range recorded() {
		panel := &drawing.Panel{
			Name: quantity[0], Title: quantity[1], X: drawing.Axis{Label: "update"}, Y: drawing.Axis{Label: quantity[2]},
		}
		if err := s.lines(panel, "updates", quantity[0], differentTrials); err != nil {
			return nil, err
		}
		if s.single() {
			for i, layer := range panel.Layers {
				line := layer.(drawing.Line)
				line.Low, line.High = around(line.Y, s.Groups[i].Networks[0].Data[quantity[0]+" sd"])
				panel.Layers[i] = line
			}
		}
		row = append(row, panel)
	}
	d := s.drawing(nil, row[:2], row[2:])
	if s.single() {
		d.Notes = append(d.Notes, "Lines: mean over a trial; bands: standard deviation over neurons or synapses.")
	}
	return d, nil
}

func around(middle, reach []float64) (low, high []float64) {
	for i, m := range middle {
		low, high = append(low, m-reach[i]), append(high, m+reach[i])
	}
	return low, high
}

func readSteps(r *results.Reader, _ bool) (Data, error) {
	f, data := read(r), Data{}
	all := f.array("/raw_data/steps_to_converge", anyLength, f.stimuli())
	if allZeroOrNaN(all) {
		return f.refuse("it has no steps: %s", untrained)
	}
	for _, trial := range spread(0, len(all)/f.stimuli()-1, mostSteps) {
		fewest, sum, most, n := math.NaN(), 0.0, math.NaN(), 0
		for _, k := range all[trial*f.stimuli() : (trial+1)*f.stimuli()] {
			if k >= 0 {
				fewest, most, sum, n = lesser(fewest, k), -lesser(-most, -k), sum+k, n+1
			}
		}
		data["trials"] = append(data["trials"], float64(trial+1))
		data["fewest"], data["most"] = append(data["fewest"], fewest), append(data["most"], most)
		data["mean"] = append(data["mean"], sum/float64(n))
	}
	return data, nil
}

// lesser is the smaller of two numbers; the first may be NaN.
func lesser(a, b float64) float64 {
	if a < b {
		return a
	}
	return b
}

func drawSteps(s *Set) (*drawing.Drawing, error) {
	var row []*drawing.Panel
	for _, name := range []string{"fewest", "mean", "most"} {
		panel := &drawing.Panel{Name: name, Title: name, X: drawing.Axis{Label: "trial"}, Y: drawing.Axis{Label: "steps to settle"}}
		if err := s.lines(panel, "trials", name, differentTrials); err != nil {
			return nil, err
		}
		row = append(row, panel)
	}
	return s.drawing(nil, row), nil
}
