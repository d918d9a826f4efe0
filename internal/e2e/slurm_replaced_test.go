package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"
)

// byWorker finds the process of an attempt's worker in the attempt's log.
var byWorker = regexp.MustCompile(` by \S+-(\d+),`)

// TestAJobIsReplaced kills the worker of a job in the middle of a task: the coordinator submits another job, which continues the
// task.
func TestAJobIsReplaced(t *testing.T) {
	t.Parallel() // most of it is waiting
	n := newNetwork(t, t.TempDir())
	s := newSlurm(t, n, 1)
	file := sweepFile(t, "replaced", 2, 2, 60, "")
	want := undisturbed(t, file)["replaced"]
	c := s.cluster()
	root := c.root(s.desk)
	c.hold(root, everyTask)
	c.coordinator(s.desk, "--slurm", "max=1,idle-timeout=5s")
	c.does(s.desk, "launch", file)
	log, pid := "", 0
	await(t, "a task in a job", func() bool {
		for name, said := range attemptLogs(t, root) {
			if by := byWorker.FindStringSubmatch(said); by != nil && begun(said) {
				log = name
				pid, _ = strconv.Atoi(by[1])
			}
		}
		return log != ""
	})
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	await(t, "another attempt in another job", func() bool { return begun(nextLog(t, root, log)) })
	c.release(root)
	c.does(s.desk, "watch", "replaced")
	logs, err := filepath.Glob(filepath.Join(root, ".eisweep", "processes", strconv.Itoa(os.Geteuid()), "slurm.*.log"))
	if err != nil || len(logs) != 2 {
		t.Errorf("jobs have the logs %q, want 2 (%v)", logs, err)
	}
	verdict(t, c, root, "replaced", want)
}
