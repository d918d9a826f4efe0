package slurmjobs

import (
	"strconv"

	"eisweep/internal/hostlimits"
)

// Allotment reads the environment of a Slurm job: what the job may use, and which job this is ("" outside of jobs).
func Allotment(getenv func(string) string) (given hostlimits.Allotment, job string) {
	id := getenv("SLURM_JOB_ID")
	if id == "" {
		return hostlimits.Allotment{}, ""
	}
	if array, task := getenv("SLURM_ARRAY_JOB_ID"), getenv("SLURM_ARRAY_TASK_ID"); array != "" && task != "" {
		id = array + "_" + task
	}
	number := func(name string) int64 {
		n, err := strconv.ParseInt(getenv(name), 10, 64)
		if err != nil || n < 0 {
			return 0
		}
		return n
	}
	given = hostlimits.Allotment{By: "Slurm", Cores: int(number("SLURM_CPUS_PER_TASK")), Memory: number("SLURM_MEM_PER_NODE") << 20}
	if each := number("SLURM_MEM_PER_CPU") << 20; given.Memory == 0 && each > 0 {
		given.Memory = each * max(1, number("SLURM_CPUS_ON_NODE"), number("SLURM_CPUS_PER_TASK"))
	}
	return given, jobPrefix + id
}
