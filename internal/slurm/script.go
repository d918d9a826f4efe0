package slurm

import (
	"fmt"
	"strings"
	"time"
)

// warning is how long before its end a job gets SIGTERM; Slurm may send it up to a minute earlier. A job with a short time limit gets
// it after three quarters of it.
const warning = 2 * time.Minute

// deadline sets the Unix time at which Slurm will end the job. Slurm before 23.02 sets no variable with it, so the script asks squeue,
// by the id of the array's element. If squeue knows no time, or does not answer, the worker still gets Slurm's SIGTERM.
const deadline = `EISWEEP_DEADLINE=${SLURM_JOB_END_TIME:-` +
	`$(SLURM_TIME_FORMAT=%s squeue -h -j "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" -o %e)}
case $EISWEEP_DEADLINE in *[!0-9]*) EISWEEP_DEADLINE= ;; esac
export EISWEEP_DEADLINE
`

// Script is the job's script for sbatch.
func (r *Request) Script() string {
	var b strings.Builder
	b.WriteString("#!/bin/bash\n" +
		"# Runs eisweep workers, which take tasks until there are none. Written by `eisweep slurm --print`; submit it with sbatch.\n")
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

// options are the options for sbatch, the user's last.
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
