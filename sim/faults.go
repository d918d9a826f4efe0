package sim

import "fmt"

// taskFaults returns everything that prevents a task from running.
func taskFaults(t *Task) []error {
	if _, err := ParseExperiment(string(t.Experiment)); err != nil {
		return []error{err}
	}
	p := &t.Parameters
	var faults []error
	for _, known := range table {
		if v := known.Get(p); known.ReadBy(t.Experiment) && !known.legal(v) {
			faults = append(faults, fmt.Errorf("%s: %s is out of range (%s)", known.Name, v, known.legalText()))
		}
	}
	if len(faults) > 0 {
		return faults
	}
	for _, f := range Validate(t.Experiment, *p) {
		faults = append(faults, f)
	}
	if t.Experiment == Perturb {
		return append(faults, sourceFaults(t)...)
	}
	if t.Source != nil {
		faults = append(faults, fmt.Errorf("%s takes no trained network", t.Experiment))
	}
	return append(faults, initialFaults(t)...)
}

// sourceFaults checks the network of a PERTURB. Its correlations may be NaN.
func sourceFaults(t *Task) []error {
	if t.Source == nil {
		return []error{fmt.Errorf("PERTURB needs a trained network")}
	}
	p, s := &t.Parameters, t.Source
	nE, nI := p.NE(), p.NI()
	faults := weightFaults("source", []givenMatrix{
		{"wee", s.WEE, nE, nE, true}, {"wei", s.WEI, nE, nI, true}, {"wie", s.WIE, nI, nE, true}, {"wii", s.WII, nI, nI, true}})
	if len(s.CorrelationsEE) != nE*nE {
		faults = append(faults, sizeFault("source", "correlations_ee", len(s.CorrelationsEE), nE, nE))
	}
	if len(s.ResponseSimEE) != nE*nE {
		faults = append(faults, sizeFault("source", "response_sim_ee", len(s.ResponseSimEE), nE, nE))
	}
	return faults
}

// initialFaults checks the weights that a training starts from.
func initialFaults(t *Task) []error {
	p, s := &t.Parameters, &t.Initial
	nE, nI := p.NE(), p.NI()
	return weightFaults("initial state", []givenMatrix{
		{"wee", s.WEE, nE, nE, false}, {"wei", s.WEI, nE, nI, false}, {"wie", s.WIE, nI, nE, false}, {"wii", s.WII, nI, nI, false}})
}

// givenMatrix is a weight matrix that comes with a task.
type givenMatrix struct {
	name       string
	w          []float32
	rows, cols int
	needed     bool
}

func weightFaults(where string, matrices []givenMatrix) []error {
	var faults []error
	for _, m := range matrices {
		if m.w == nil && !m.needed {
			continue
		}
		if len(m.w) != m.rows*m.cols {
			faults = append(faults, sizeFault(where, m.name, len(m.w), m.rows, m.cols))
			continue
		}
		for n, w := range m.w {
			if w-w != 0 || w < 0 {
				faults = append(faults, fmt.Errorf("%s: %s[%d, %d] is %v; weights must be finite and not negative", where, m.name,
					n/m.cols, n%m.cols, w))
				break
			}
		}
	}
	return faults
}

func sizeFault(where, name string, got, rows, cols int) error {
	return fmt.Errorf("%s: %s has %d values, but ng.exc.n_per_axis makes it %d × %d", where, name, got, rows, cols)
}
