// Package slurm is what a site's Slurm is asked for: jobs that run workers, why they
// wait, and their end. It speaks by Slurm's own commands, sbatch, squeue and scancel.
//
// It guarantees that a request is one array job of exactly as many elements as it
// says, submitted at most once, whose name ties it to a root; that the words that the
// person has for sbatch reach it untouched; that workers in it know when Slurm will
// end them; and that Cancel ends only jobs that wait. It keeps no account of jobs:
// squeue is asked anew each time, and sacct never, which many sites lack. Whether a
// submission that was answered by an error took place, only squeue tells.
//
// Start reading at request.go; script.go is the job, limit.go its time, options.go what the
// person may add, job.go what squeue says.
package slurm
