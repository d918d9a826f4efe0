package sweeps

import "eisweep/sim"

// Library is what a sweep may refer to: other sweeps and result files. The
// expansion asks it; it answers from the root's folder.
type Library interface {
	// Sweep returns the latest launch of the sweep of that name under the root. The
	// error wraps fs.ErrNotExist when it was never launched; its text names the
	// sweeps that there are.
	Sweep(name string) (*Sweep, error)
	// Results returns the result file at path, or those of the folder at path in
	// the order of their names (an empty folder is an error). Files that can't be
	// read as results, or that hold only an error_msg, are an error that says so.
	Results(path string) ([]ResultFile, error)
}

// ResultFile is a result file as the expansion sees it, ours or the published
// program's.
type ResultFile struct {
	Path       string
	Task       ID     // the task whose result it is, if it is a sound result under this root; else zero
	Sweep      string // with Task: the sweep that has it, and
	File       string // its name there
	SHA256     string
	Experiment sim.Experiment // "" when the file doesn't tell (the published program's don't)
	Seed       uint32         // only with Told
	Settings   sim.Values     // as sim.Settings gave them; only with Told
	Told       bool           // the file has a /task group
	NPerAxis   int            // from the shape of the weights
	NStimuli   int            // from the shape of the afferents or responses; 0 when there are none
	Trained    bool           // it has what PERTURB needs: weights, correlations_ee, response_sim_ee
}
