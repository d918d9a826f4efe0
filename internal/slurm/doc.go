// Package slurm submits, lists and cancels jobs that run workers, by Slurm's own commands sbatch, squeue and scancel.
//
// It guarantees that a request is one array job of exactly the requested number of elements, submitted at most once, whose name ties it
// to a root; that the user's options reach sbatch unchanged; that a worker in a job knows when Slurm will end it; and that Cancel ends
// only pending jobs. It keeps no list of jobs: it asks squeue each time, and never sacct, which many sites lack. If sbatch fails without
// a clear refusal, only squeue shows whether the jobs exist.
//
// Start reading at request.go; script.go writes the job's script, limit.go parses time limits, options.go checks the user's options for
// sbatch, job.go reads the output of squeue.
package slurm
