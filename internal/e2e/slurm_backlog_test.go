package e2e

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestJobsFollowTheBacklog has the coordinator submit jobs, at first to a partition that takes none.
func TestJobsFollowTheBacklog(t *testing.T) {
	t.Parallel() // most of it is waiting
	n := newNetwork(t, t.TempDir())
	s := newSlurm(t, n, 3)
	s.does("scontrol", "create", "PartitionName=later", "Nodes=ALL", "MaxTime=60", "State=INACTIVE")
	file := sweepFile(t, "backlog", 12, 2, 3, "")
	want := undisturbed(t, file)["backlog"]
	c := s.cluster("pace=20ms")
	k := c.coordinator(s.desk, "--slurm", "max=3,idle-timeout=5s", "--", "--partition=later")
	c.does(s.desk, "launch", file)
	k.await("no more jobs are submitted")
	if tried := strings.Count(k.output(), "jobs could not be submitted"); tried != 3 {
		t.Errorf("%d submissions were tried, want 3", tried)
	}
	for _, command := range [][]string{{"explain", "backlog"}, {"status"}} {
		said := c.does(s.desk, command[0], command[1:]...)
		if !strings.Contains(said, "partition") || !strings.Contains(said, "--resume") {
			t.Errorf("%s doesn't tell why there are no jobs:\n%s", command[0], said)
		}
	}
	s.does("scontrol", "update", "PartitionName=later", "State=UP")
	c.does(s.desk, "slurm", "--resume")
	most := 0
	await(t, "the end of the sweep and of its jobs", func() bool {
		now := len(strings.Fields(s.does("squeue", "-h", "-r", "-o", "%i")))
		most = max(most, now)
		return now == 0 && c.status(s.desk, "backlog").Done == len(want)
	})
	if most != 3 {
		t.Errorf("there were %d jobs at most, want 3", most)
	}
	verdict(t, c, c.root(s.desk), "backlog", want)
}

// TestTheCoordinatorMayBeAJob has one run as a job of Slurm's, and submit others from there.
func TestTheCoordinatorMayBeAJob(t *testing.T) {
	t.Parallel() // most of it is waiting
	file := sweepFile(t, "within", 4, 2, 2, "")
	want := undisturbed(t, file)["within"]
	n := newNetwork(t, t.TempDir())
	s := newSlurm(t, n, 2)
	c := s.cluster()
	root := c.root(s.desk)
	told := filepath.Join(s.desk.disk(), "coordinator.log")
	command := c.program + " coordinator -p " + root + " --slurm max=1,time=5m,idle-timeout=2s"
	job := s.does("env", "EISWEEP_FAILPOINTS=lease="+lease, "XDG_STATE_HOME="+s.desk.disk(), "sbatch", "--parsable", "--time=50",
		"--output="+told, "--wrap", command)
	await(t, "a coordinator in job "+job, func() bool { return strings.Contains(contents(told), "the coordinator is ready") })
	c.does(s.desk, "launch", "--follow", file)
	await(t, "the end of the worker's job", func() bool { return s.does("squeue", "-h", "-o", "%i") == job })
	verdict(t, c, root, "within", want)
	s.does("scancel", job)
	await(t, "the end of the coordinator", func() bool { return s.does("squeue", "-h") == "" })
	if said := contents(told); !strings.Contains(said, "stopping; workers continue") {
		t.Errorf("after scancel the coordinator says:\n%s", said)
	}
}
