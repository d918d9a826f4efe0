package slurm

import (
	"fmt"
	"strings"
	"time"
)

// warning is how long before its end a job is told at the earliest; Slurm may do it up
// to a minute earlier. Of a short time it is a quarter.
const warning = 2 * time.Minute

// deadline is what tells a worker when Slurm will end its job, in seconds since 1970.
// Slurm before 23.02 tells jobs nothing, so squeue is asked, for the element: one of an
// array has the id of the whole. Where squeue has no time to tell, or doesn't answer,
// the warning that Slurm sends is left.
const deadline = `EISWEEP_DEADLINE=${SLURM_JOB_END_TIME:-$(SLURM_TIME_FORMAT=%s squeue -h -j "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" -o %e)}
case $EISWEEP_DEADLINE in *[!0-9]*) EISWEEP_DEADLINE= ;; esac
export EISWEEP_DEADLINE
`

// Script is the job, as sbatch takes it.
func (r *Request) Script() string {
	var b strings.Builder
	b.WriteString("#!/bin/bash\n# Workers of eisweep, each of which takes tasks until there are none: `eisweep slurm --print` wrote it, sbatch submits it.\n")
	for _, line := range lines(r.options()) {
		b.WriteString("#SBATCH " + line + "\n")
	}
	b.WriteString("\n" + deadline)
	for _, line := range r.Setup {
		b.WriteString(line + "\n")
	}
	b.WriteString("exec " + r.Worker + "\n")
	return b.String()
}

// options are those for sbatch, the person's last.
func (r *Request) options() []string {
	out := []string{
		"--job-name=" + r.Name,
		fmt.Sprintf("--array=1-%d", r.Workers),
		"--ntasks=1",
		fmt.Sprintf("--cpus-per-task=%d", r.Cores),
	}
	if r.MemoryPerCore > 0 {
		out = append(out, fmt.Sprintf("--mem-per-cpu=%dM", (r.MemoryPerCore+1<<20-1)>>20))
	}
	if r.Time > 0 {
		out = append(out, "--time="+limit(r.Time))
	}
	out = append(out,
		fmt.Sprintf("--signal=B:TERM@%d", int(r.warning().Seconds())),
		"--requeue",
		"--open-mode=append",
		"--output="+strings.ReplaceAll(r.Log, "%", "%%")+".%A_%a.log",
	)
	return append(out, r.Options...)
}

func (r *Request) warning() time.Duration {
	if r.Time > 0 {
		return min(warning, r.Time/4)
	}
	return warning
}
