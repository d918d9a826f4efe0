package slurmjobs

import (
	"context"
	"fmt"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/control"
	"eisweep/internal/problems"
	"eisweep/internal/slurm"
)

// Problems lists what is wrong with the submission of jobs by this process.
func (s *Scaling) Problems() []problems.Problem {
	if s.scaler == nil {
		return nil
	}
	now, err := s.scaler.Scaled(context.Background(), control.Scaling{})
	if err != nil {
		return nil // it submits no jobs
	}
	p := problems.Problem{Kind: problems.SlurmStopped, Severity: problems.Warning, Subject: "Slurm"}
	switch {
	case now.Stopped != "":
		p.Severity, p.Text = problems.Error, "the coordinator submits no more Slurm jobs: "+now.Stopped
		p.Remedy = "once the cause is fixed: `eisweep slurm --resume`; or start workers yourself: `eisweep worker`"
	case now.Error != "":
		p.Text = "the coordinator's last submission of Slurm jobs failed: " + now.Error
		p.Remedy = "the coordinator submits again by itself; check Slurm if this lasts"
	default:
		return nil
	}
	return []problems.Problem{p}
}

// Problems lists the jobs that Slurm will not start.
func (v *View) Problems() (out []problems.Problem) {
	var stuck []slurm.Job
	for _, j := range v.pending() {
		if j.Stuck() {
			stuck = append(stuck, j)
		}
	}
	if len(stuck) > 0 {
		out = append(out, problems.Problem{Kind: problems.SlurmHeld, Severity: problems.Warning, Subject: "Slurm",
			Text: fmt.Sprintf("Slurm does not start %s%s", cli.Count(len(stuck), "pending job"), reasonsOf(stuck)),
			Remedy: "scancel them and submit others (eisweep slurm), or remove the reason (scontrol release JOB for held jobs); " +
				"or start workers yourself: `eisweep worker`"})
	}
	return out
}
