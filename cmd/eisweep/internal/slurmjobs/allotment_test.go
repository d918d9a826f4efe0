package slurmjobs

import "testing"

func TestSlurmTellsWhatItGave(t *testing.T) {
	for name, test := range map[string]struct {
		variables map[string]string
		cores     int
		memory    int64
		job       string
	}{
		"none":     {map[string]string{"SLURM_CPUS_PER_TASK": "4"}, 0, 0, ""},
		"job":      {map[string]string{"SLURM_JOB_ID": "7", "SLURM_CPUS_PER_TASK": "4", "SLURM_MEM_PER_NODE": "2048"}, 4, 2 << 30, "slurm 7"},
		"per core": {map[string]string{"SLURM_JOB_ID": "7", "SLURM_CPUS_ON_NODE": "3", "SLURM_MEM_PER_CPU": "1024"}, 0, 3 << 30, "slurm 7"},
		"array":    {map[string]string{"SLURM_JOB_ID": "9", "SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "2"}, 0, 0, "slurm 7_2"},
		"odd":      {map[string]string{"SLURM_JOB_ID": "7", "SLURM_CPUS_PER_TASK": "-1", "SLURM_MEM_PER_NODE": "lots"}, 0, 0, "slurm 7"},
	} {
		given, job := Allotment(func(v string) string { return test.variables[v] })
		if given.Cores != test.cores || given.Memory != test.memory || job != test.job {
			t.Errorf("%s: %+v, %q", name, given, job)
		}
	}
}
