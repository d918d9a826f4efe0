package costs

import (
	"context"
	"os"

	"eisweep/coordinator/catalog"
	"eisweep/internal/estimate"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
	"eisweep/sim"
	"eisweep/sweeps"
)

// prober reads result files in child processes.
type prober interface {
	catalog.Prober
	asker
}

// history is what is known from earlier sweeps of a root.
type history struct {
	results  estimate.Results
	networks map[sweeps.ID]network
	prober   asker
}

// network is a task that PERTURB tasks may start from.
type network struct {
	parameters   sim.Parameters
	path, sha256 string // of its result; "" if there is none
}

// mostManifest is the size of the largest manifest that is read for an estimate: that of about 40,000 tasks.
const mostManifest = 32 << 20

// counted decides whether a result of a sweep counts for an estimate.
type counted func(sweep string, l *manifest.Line) bool

// readHistory reads the sweeps of a root. The error is the context's, or one of reading the root.
func readHistory(ctx context.Context, r *root.Root, prober prober, isCounted counted) (*history, error) {
	names, err := r.Sweeps()
	if err != nil {
		return nil, err
	}
	read, err := catalog.Lazy(r)
	if err != nil {
		return nil, err
	}
	h := &history{networks: map[sweeps.ID]network{}, prober: prober}
	var all []*catalog.SweepStatus
	for _, name := range names {
		if info, err := os.Stat(r.Manifest(name)); err != nil || info.Size() > mostManifest {
			continue
		}
		status, err := read.ReadSweep(ctx, prober, name)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			continue
		}
		all = append(all, status)
		h.addNetworks(r, name, status)
	}
	host, err := os.Hostname()
	if err != nil {
		host = ""
	}
	for _, status := range all {
		h.addResults(status, host, isCounted)
	}
	return h, nil
}

// addNetworks adds the trainings of a sweep, done or not.
func (h *history) addNetworks(r *root.Root, sweep string, status *catalog.SweepStatus) {
	for i := range status.Tasks {
		t := &status.Tasks[i]
		if !t.Task.Experiment.Trains() {
			continue
		}
		n := network{parameters: t.Task.Parameters}
		if t.State == catalog.StateDone {
			n.path, n.sha256 = r.SweepDir(sweep)+"/"+t.Line.File, t.Line.SHA256
		}
		if n.path != "" || h.networks[t.Task.ID].path == "" {
			h.networks[t.Task.ID] = n
		}
	}
}

// addResults adds the results of a sweep that were computed for it, by this version of the model.
func (h *history) addResults(status *catalog.SweepStatus, host string, isCounted counted) {
	for i := range status.Tasks {
		t := &status.Tasks[i]
		l := t.Line
		if t.State != catalog.StateDone || l.ReusedFrom != "" || l.ModelVersion != sim.ModelVersion || !isCounted(status.Sweep.Name(), l) {
			continue
		}
		f := estimate.Facts{Steps: l.Steps, Bytes: l.Bytes}
		if l.Host == host {
			f.CPUSeconds = l.CPUSeconds
		}
		h.results.Add(&t.Task, h.trainingOf(&t.Task), f)
	}
}

// trainingOf returns the parameters of the training that a PERTURB task starts from; nil if they are not known.
func (h *history) trainingOf(t *sweeps.Task) *sim.Parameters {
	if t.Source == nil {
		return nil
	}
	n, known := h.networks[t.Source.Task]
	if !known {
		return nil
	}
	return &n.parameters
}

// networkOf reads the network that a PERTURB task starts from; nil if its file is not there or not as it was.
func (h *history) networkOf(ctx context.Context, t *sweeps.Task) (*sim.Source, error) {
	n := h.networks[t.Source.Task]
	if t.Source.Task == (sweeps.ID{}) {
		n = network{path: t.Source.Path, sha256: t.Source.SHA256}
	}
	if n.path == "" {
		return nil, nil
	}
	source, err := readNetwork(ctx, h.prober, &n)
	if err != nil {
		return nil, ctx.Err()
	}
	return source, nil
}
