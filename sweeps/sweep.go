package sweeps

import "eisweep/sim"

// Sweep is a sweep file that was read and found sound as far as it can be by
// itself; Expand checks the rest. A Sweep is never changed: With and Replace
// make new ones.
type Sweep struct {
	name       string
	experiment sim.Experiment
	source     string
}

// Name is the sweep's name, which is also that of its folder under the root.
func (s *Sweep) Name() string { return s.name }

// Experiment is what every task of the sweep computes.
func (s *Sweep) Experiment() sim.Experiment { return s.experiment }

// SourceName is where a PERTURB sweep finds its trained networks: the name of a
// sweep, or an absolute path (SourceIsPath); "" if there is none.
func (s *Sweep) SourceName() string { return s.source }

// SourceIsPath tells a path from a sweep's name.
func (s *Sweep) SourceIsPath() bool { return isPath(s.source) }
