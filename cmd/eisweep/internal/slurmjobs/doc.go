// Package slurmjobs connects commands to Slurm: the jobs that run workers, what Slurm allocates to a job, the coordinator's automatic
// submissions, and a view of pending jobs for people.
//
// It guarantees that a job's worker gets the options that it needs to find the root and its NATS server, whatever characters they
// contain. How jobs are submitted and listed is up to package slurm; when, up to package autoscale.
//
// Start reading at jobs.go; scaling.go is `coordinator --slurm`, view.go what status, explain and workers show.
package slurmjobs
