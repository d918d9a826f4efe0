package sweeps

import "eisweep/sim"

// Library gives an expansion access to what a sweep may refer to: other sweeps and result
// files.
type Library interface {
	// Sweep returns the latest launch of the sweep of that name under the root. The
	// error wraps fs.ErrNotExist if it was never launched; its text lists the sweeps that
	// exist.
	Sweep(name string) (*Sweep, error)
	// Results returns the result file at path, or those of the directory at path in the
	// order of their names. An empty directory, a file that is not a result, and a file with
	// only an error_msg are errors that say so.
	Results(path string) ([]ResultFile, error)
}

// ResultFile is what an expansion needs to know about a result file, written by this program
// or the published one.
type ResultFile struct {
	Path       string
	Task       ID     // the task whose intact result under this root it is; else zero
	Sweep      string // with Task: the sweep that has it, and
	File       string // its name there
	SHA256     string
	Experiment sim.Experiment // "" if the file does not contain it, as those of the published program
	Seed       uint32         // only with Known
	Settings   sim.Values     // as sim.Settings gave them; only with Known
	Known      bool           // the file has a /task group, which contains them
	NPerAxis   int            // from the shape of the weights
	NStimuli   int            // from the shape of the afferents or responses; 0 if there are none
	Trained    bool           // it has what PERTURB needs: weights, correlations_ee, response_sim_ee
}
