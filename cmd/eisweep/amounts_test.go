package main

import (
	"testing"
	"time"
)

func TestSizesAreRead(t *testing.T) {
	for text, want := range map[string]int64{"16G": 16 << 30, "500M": 500 << 20, "1.5T": 3 << 39, "2048k": 2 << 20, "2GiB": 2 << 30, "3gb": 3 << 30, "1048576": 1 << 20} {
		if got, err := parseSize(text); err != nil || got != want {
			t.Errorf("%s is %d (%v), want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "much", "-1G", "0", "G", "1e30T", "nan", "1", "4096", "1023k"} {
		if got, err := parseSize(text); err == nil {
			t.Errorf("%q is %d", text, got)
		}
	}
}

func TestDeadlinesAreRead(t *testing.T) {
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2h30m":                now.Add(150 * time.Minute),
		"2026-01-31T18:00:00Z": now.Add(6 * time.Hour),
		"1769860800":           now,
	} {
		if got, err := parseDeadline(text, now); err != nil || !got.Equal(want) {
			t.Errorf("%s is %v (%v), want %v", text, got, err, want)
		}
	}
	if _, err := parseDeadline("tomorrow", now); err == nil {
		t.Error("tomorrow is a time")
	}
}

func TestSeedsAreToldAsTheyAreGiven(t *testing.T) {
	for want, seeds := range map[string][]uint32{
		"": nil, "3": {3}, "1-3,7": {7, 1, 3, 2}, "1-2,4-5": {1, 2, 4, 5, 5}, "0,4294967294-4294967295": {0, 1<<32 - 1, 1<<32 - 2},
	} {
		if got := seedsText(seeds); got != want {
			t.Errorf("%v is %q, want %q", seeds, got, want)
		}
	}
}

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
		given, job := batchSystem(func(v string) string { return test.variables[v] })
		if given.Cores != test.cores || given.Memory != test.memory || job != test.job {
			t.Errorf("%s: %+v, %q", name, given, job)
		}
	}
}
