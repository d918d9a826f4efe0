package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/problems"
	"eisweep/internal/root"
)

// RunReport is what a `run` or `rerun` reports to other commands. It answers no requests, so it writes this to a file about once a
// second.
type RunReport struct {
	Holder   root.Holder      `json:"holder"` // of the root's lock, when it was written
	Written  time.Time        `json:"written"`
	Snapshot control.Snapshot `json:"snapshot"`
	// Problems is what is wrong; nil in reports of earlier versions.
	Problems *problems.Report `json:"problems,omitempty"`
	// Kept has, for each sweep, the results that the run did not have to compute.
	Kept map[string]KeptResults `json:"kept"`
}

// KeptResults counts results that a run found.
type KeptResults struct {
	Reused int `json:"reused"` // in place before
	Linked int `json:"linked"` // of another sweep
}

// NewKept are the results that a plan keeps.
func NewKept(p *control.Plan) map[string]KeptResults {
	out := map[string]KeptResults{}
	for i := range p.Sweeps {
		s := &p.Sweeps[i]
		out[s.Name] = KeptResults{s.Done, s.Linked}
	}
	return out
}

func runReportPath(r *root.Root) string { return r.Private("run.json") }

// maxRunReport bounds the size of the file, in bytes: a sweep and a running task take some hundred of them each.
const maxRunReport = 16 << 20

// WriteRunReport writes the file. This process must hold the root's lock.
func WriteRunReport(r *root.Root, report *RunReport) error {
	text, err := json.Marshal(report)
	if err == nil {
		err = atomicfile.Write(runReportPath(r), append(text, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("write report of the run: %w", err)
	}
	return nil
}

// RemoveRunReport removes the file. A missing one is no error.
func RemoveRunReport(r *root.Root) error {
	if err := os.Remove(runReportPath(r)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove report of the run: %w", err)
	}
	return nil
}

// ReadRunReport returns the last report of the `run` that holds the root's lock; nil if none runs, or if it has not reported yet.
func ReadRunReport(r *root.Root) *RunReport {
	h, held, err := r.Holder()
	if err != nil || !held || IsCoordinator(h) {
		return nil
	}
	return readReportOf(r, h)
}

// Report is the last report of the `run` that holds the root's lock; nil if none runs, or if it has not reported yet.
func (a *AbsentError) Report(r *root.Root) *RunReport {
	if !a.HasRun() {
		return nil
	}
	return readReportOf(r, a.Holder)
}

// readReportOf returns the report of a process. That of another one was left behind by a crash.
func readReportOf(r *root.Root, h root.Holder) *RunReport {
	text, err := atomicfile.Read(runReportPath(r), maxRunReport)
	var out RunReport
	if err != nil || json.Unmarshal(text, &out) != nil || out.Written.IsZero() || !out.Holder.Is(h) {
		return nil
	}
	return &out
}

// Running are the tasks that run; none without a report.
func (x *RunReport) Running() []control.RunningTask {
	if x == nil {
		return nil
	}
	return x.Snapshot.Running
}

// reportLate is the age from which a report is late. One is written each second, but storage may be slow.
const reportLate = 15 * time.Second

// Note notes which process works on the sweeps, and whether it has stopped reporting. A clock of another machine may differ, so the
// age of its report is not examined.
func (x *RunReport) Note(e *cli.Env, now time.Time) {
	h := x.Holder
	host, _ := os.Hostname()
	switch age := now.Sub(x.Written); {
	case IsStopped(h):
		e.Notef("`%s` is stopped by SIGSTOP; continue it with `kill -CONT %d`. This is its last state, of %s", h.Command, h.PID,
			x.Written.Local().Format(time.TimeOnly))
	case h.Host == host && age > reportLate:
		e.Notef("`%s` (process %d) has not reported for %s: its storage may be slow; this is its last state", h.Command, h.PID,
			cli.Duration(age))
	default:
		e.Notef("these numbers are from `%s` (process %d on %s)", h.Command, h.PID, h.Host)
	}
}
