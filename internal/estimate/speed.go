package estimate

// factor corrects costs by the CPU time of earlier results on this machine.
type factor struct {
	ratio    float64 // of the measured time to the one that would have been estimated
	formulas float64 // the relative standard deviation of what is not measured
}

// mostCorrection bounds a factor: beyond it, the machine was another one then.
const mostCorrection = 1.5

// speedByKind compares earlier results on this machine with what would have been estimated for them.
func (m *Measured) speedByKind(r *Results) speeds {
	out := speeds{}
	for k, list := range r.kinds {
		var took, expected float64
		for _, e := range list {
			g, ok := m.near(&share{point: e.point, kind: k, total: e.total})
			if !ok || e.cpuSeconds == 0 {
				continue
			}
			o := e.apply(g.Observation)
			took += e.cpuSeconds
			expected += o.cost(k, e.tasks, e.total, o.Training.Steps, m.Machine).total()
		}
		if expected > 0 {
			out[k] = factor{min(mostCorrection, max(1/mostCorrection, took/expected)), ofFormulas / 2}
		}
	}
	return out
}

// speeds are the factors that are known.
type speeds map[kind]factor

// of returns the factor of a kind: without results it corrects nothing.
func (s speeds) of(k kind) factor {
	if f, ok := s[k]; ok {
		return f
	}
	return factor{1, ofFormulas}
}
