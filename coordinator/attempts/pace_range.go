package attempts

import (
	"math"
	"time"

	"gonum.org/v1/gonum/stat"
)

const (
	paceParts    = 8      // of the measurement, whose paces are compared
	paceCommon   = 0.05   // the relative standard deviation of what the parts do not show: the rest is other tasks
	paceQuantile = 1.6449 // of the normal distribution, for 90 % on both sides
)

// Range is the range that contains the time that the rest will take with 90 % probability, by how much the pace has varied; nil while
// that is unknown.
func (p *Pace) Range(rest float64) *[2]time.Duration {
	left, known := p.Left(rest)
	if !known || len(p.samples) <= paceParts {
		return nil
	}
	paces := make([]float64, paceParts)
	last := len(p.samples) - 1
	for n := range paces {
		from, to := p.samples[n*last/paceParts], p.samples[(n+1)*last/paceParts]
		paces[n] = (to.done - from.done) / to.at.Sub(from.at).Seconds()
	}
	mean, deviation := stat.MeanStdDev(paces, nil)
	factor := math.Exp(paceQuantile * math.Hypot(stat.StdErr(deviation, paceParts)/mean, paceCommon))
	return &[2]time.Duration{time.Duration(float64(left) / factor), time.Duration(float64(left) * factor)}
}
