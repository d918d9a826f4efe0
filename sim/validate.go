package sim

import (
	"fmt"
	"math"
	"strconv"
)

// Fault is something that is wrong with a combination of parameters.
type Fault struct {
	Names   []string // the parameters concerned; the first is the one to change
	Problem string   // what is wrong and what would be right
}

func (f Fault) Error() string { return fmt.Sprintf("%s: %s", f.Names[0], f.Problem) }

// MaxMemory is the largest Memory of a task that may run: 1 TiB, in bytes.
const MaxMemory = 1 << 40

// Validate returns every fault of a combination of values that are legal individually; nil if
// the tree can be run.
func Validate(e Experiment, p Parameters) []Fault {
	faults := append([]Fault(nil), stepFaults(&p)...)
	if e.Trains() {
		faults = append(faults, trialFaults(&p)...)
		faults = append(faults, ruleFaults(&p)...)
		faults = append(faults, connectionFaults(&p)...)
	} else if n := p.Perturb.NPerturbed; n > p.NE() {
		faults = append(faults, Fault{[]string{"perturb.n_perturbed", "ng.exc.n_per_axis"},
			fmt.Sprintf("cannot push %d of %d neurons (ng.exc.n_per_axis = %d, cubed)", n, p.NE(), p.Ng.Exc.NPerAxis)})
	}
	return append(faults, memoryFaults(e, &p)...)
}

func stepFaults(p *Parameters) []Fault {
	name, tau := "ng.exc.tau_m", p.Ng.Exc.TauM
	if p.Ng.Inh.TauM < tau {
		name, tau = "ng.inh.tau_m", p.Ng.Inh.TauM
	}
	if p.Numint.Dt <= tau {
		return nil
	}
	return []Fault{{[]string{"numint.dt", name},
		fmt.Sprintf("%s s is longer than %s = %s s; Euler steps must not be longer than the time constants",
			shortest(p.Numint.Dt), name, shortest(tau))}}
}

func trialFaults(p *Parameters) []Fault {
	n, every := p.Numint.NTrials, p.Numint.EveryN
	if every > 0 && n%every == 0 {
		return nil
	}
	return []Fault{{[]string{"numint.every_n", "numint.n_trials"},
		fmt.Sprintf("%d does not divide numint.n_trials = %d; leave it out to measure at the end only", every, n)}}
}

func ruleFaults(p *Parameters) []Fault {
	ie, ei := p.Pl.PlasticityTypeIE, p.Pl.PlasticityTypeEI
	if (ie == RuleGradient) == (ei == RuleGradient) {
		return nil
	}
	return []Fault{{[]string{"pl.plasticity_type_ie", "pl.plasticity_type_ei"},
		fmt.Sprintf("%s cannot be combined with pl.plasticity_type_ei = %s; use GRADIENT for both or for neither", ie, ei)}}
}

// connectionFaults finds pathways without a synapse. E→E and I→I may have none if their total
// weight is 0.
func connectionFaults(p *Parameters) []Fault {
	var faults []Fault
	for _, c := range []struct {
		name   string
		c      Connection
		nPre   int
		needed bool
	}{
		{"sy.e2e", p.Sy.E2E, p.NE(), p.Sy.E2E.WTotal > 0},
		{"sy.e2i", p.Sy.E2I, p.NE(), true},
		{"sy.i2i", p.Sy.I2I, p.NI(), p.Sy.I2I.WTotal > 0},
		{"sy.i2e", p.Sy.I2E, p.NI(), true},
	} {
		if c.needed && synapses(c.c.P, c.nPre) < 1 {
			faults = append(faults, Fault{[]string{c.name + ".p", "ng.exc.n_per_axis"},
				fmt.Sprintf("%s gives no synapse among %d neurons; the smallest value that gives one is %s",
					shortest(c.c.P), c.nPre, shortest(smallestProbability(c.nPre)))})
		}
	}
	return faults
}

// smallestProbability returns the smallest p, as a float32, that gives a synapse.
func smallestProbability(nPre int) float32 {
	p := float32(0.5 / float64(nPre))
	for synapses(p, nPre) < 1 {
		p = math.Nextafter32(p, 1)
	}
	return p
}

func memoryFaults(e Experiment, p *Parameters) []Fault {
	parts := memoryParts(e, p)
	total, blame := 0.0, parts[0]
	for _, part := range parts {
		total += part.bytes
		if part.bytes > blame.bytes {
			blame = part
		}
	}
	if total <= MaxMemory {
		return nil
	}
	return []Fault{{blame.names, fmt.Sprintf("the task would take %s of memory, %s of it for %s; at most 1 TiB is allowed",
		tebibytes(total), tebibytes(blame.bytes), blame.what)}}
}

func tebibytes(bytes float64) string {
	return strconv.FormatFloat(bytes/(1<<40), 'g', 3, 64) + " TiB"
}

func shortest(x float32) string { return strconv.FormatFloat(float64(x), 'g', -1, 32) }
