package slurm

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// site puts commands of Slurm's on the PATH that do what these texts say, as shell
// scripts; each leaves its arguments, a line each, in a file of its name.
func site(t *testing.T, scripts map[string]string) (c *Commands, dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{"sbatch", "squeue", "scancel"} {
		text := "#!/bin/sh\nprintf '%s\\n' \"$@\" >" + filepath.Join(dir, name+".args") + "\n" + scripts[name]
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	c, err := Find(
		append(os.Environ(), "SBATCH_WAIT=1", "SLURM_MEM_PER_NODE=5", "EISWEEP_DEADLINE=3", "SQUEUE_FORMAT=%i",
			"SLURM_CONF=/etc/slurm.conf", "SLURM_JWT=token", "SBATCH_CLUSTERS=east", "LC_ALL=de_DE"),
	)
	if err != nil {
		t.Fatal(err)
	}
	return c, dir
}

func written(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func request() *Request {
	return &Request{Name: "eisweep-abc", Workers: 3, Cores: 2, Time: 90 * time.Minute, MemoryPerCore: 1<<30 + 1, Log: "/r/50%/logs/slurm",
		Setup: []string{"module load gcc"}, Worker: "eisweep worker -p /r", Options: []string{"--partition=short", "--comment=it's a \"b#c\""}}
}

func TestSubmitIsOneArrayJob(t *testing.T) {
	c, dir := site(t, map[string]string{"sbatch": "cat >" + "\"$0.stdin\"\nenv >\"$0.env\"\necho '4711;cluster'\n"})
	id, err := c.Submit(t.Context(), request())
	if id != "4711" || err != nil {
		t.Fatalf("job %q, %v", id, err)
	}
	want := []string{
		"--parsable",
		"--job-name=eisweep-abc",
		"--array=1-3",
		"--ntasks=1",
		"--cpus-per-task=2",
		"--mem-per-cpu=1025M",
		"--time=0-01:30:00",
		"--signal=B:TERM@120",
		"--requeue",
		"--open-mode=append",
		"--output=/r/50%%/logs/slurm.%A_%a.log",
		"--partition=short",
		"--comment=it's a \"b#c\"",
	}
	if got := strings.Split(strings.TrimSpace(written(t, filepath.Join(dir, "sbatch.args"))), "\n"); !reflect.DeepEqual(got, want) {
		t.Errorf("sbatch had\n%q, want\n%q", got, want)
	}
	script := written(t, filepath.Join(dir, "sbatch.stdin"))
	for _, part := range []string{"#!/bin/bash\n", "#SBATCH --array=1-3\n", "#SBATCH \"--comment=it's a \\\"b#c\\\"\"\n",
		"\nmodule load gcc\nexec eisweep worker -p /r\n"} {
		if !strings.Contains(script, part) {
			t.Errorf("the script lacks %q:\n%s", part, script)
		}
	}
	environment := "\n" + written(t, filepath.Join(dir, "sbatch.env"))
	if !strings.Contains(environment, "\nSLURM_CLUSTERS=east\n") {
		t.Error("squeue would look for jobs on another cluster than sbatch submits to")
	}
	for name, there := range map[string]bool{"SLURM_CONF": true, "SLURM_JWT": true, "SLURM_TIME_FORMAT": false, "LC_ALL": true,
		"SBATCH_WAIT": false, "SLURM_MEM_PER_NODE": false, "EISWEEP_DEADLINE": false, "SQUEUE_FORMAT": false} {
		if strings.Contains(environment, "\n"+name+"=") != there {
			t.Errorf("whether sbatch has %s: %v, want %v", name, !there, there)
		}
	}
}

func TestShortJobsAreWarnedLater(t *testing.T) {
	r := request()
	r.Time = 2 * time.Minute
	if !strings.Contains(r.Script(), "--signal=B:TERM@30\n") {
		t.Error(r.Script())
	}
}

func TestRefusalsDifferFromUnknownOutcomes(t *testing.T) {
	const refusal = "sbatch: error: Batch job submission failed: "
	for said, refused := range map[string]bool{
		"sbatch: error: invalid partition specified: nope\n" + refusal + "Invalid partition name specified": true,
		refusal + "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)":   true,
		refusal + "Invalid job array specification":                                                         true,
		refusal + "Socket timed out on send/recv operation":                                                 false,
		refusal + "Unable to contact slurm controller (connect failure)":                                    false,
		refusal + "Unexpected message received; Zero Bytes were transmitted or received":                    false,
		"": false,
	} {
		c, _ := site(
			t,
			map[string]string{"sbatch": "cat >/dev/null; printf '%s\\n' '" + strings.ReplaceAll(said, "'", `'\''`) + "' >&2; exit 1\n"},
		)
		_, err := c.Submit(t.Context(), request())
		var failed *CommandError
		if !errors.As(err, &failed) || failed.Refused() != refused || failed.TooMany() != strings.Contains(said, "array") {
			t.Errorf("%q: %v, want refused: %v", said, err, refused)
		}
	}
	c, _ := site(t, map[string]string{"sbatch": "cat >/dev/null; echo hello\n"})
	_, err := c.Submit(t.Context(), request())
	var failed *CommandError
	if !errors.As(err, &failed) || failed.Refused() {
		t.Errorf("an answer without a job: %v", err)
	}
}

func TestJobsAreReadOrRefused(t *testing.T) {
	c, dir := site(
		t,
		map[string]string{
			"squeue": "test \"$LC_ALL$SLURM_TIME_FORMAT\" = C%s || exit 1\n" +
				"printf '%s\\n' 'CLUSTER: one' '7_1|RUNNING|1795571825|1795575425|ana|None' " +
				"'7_2|PENDING|N/A|N/A|ana|(Nodes required for job are DOWN, DRAINED or reserved)' '8|PENDING|1795571825|1795575425|ben|Priority'\n",
		},
	)
	jobs, err := c.Jobs(t.Context(), "eisweep-abc")
	want := []Job{
		{ID: "7_1", State: "RUNNING", Start: time.Unix(1795571825, 0), End: time.Unix(1795575425, 0), User: "ana"},
		{ID: "7_2", State: "PENDING", User: "ana", Reason: "(Nodes required for job are DOWN, DRAINED or reserved)"},
		{ID: "8", State: "PENDING", Start: time.Unix(1795571825, 0), End: time.Unix(1795575425, 0), User: "ben", Reason: "Priority"},
	}
	if err != nil || !reflect.DeepEqual(jobs, want) {
		t.Errorf("%+v, %v", jobs, err)
	}
	if args := written(t, filepath.Join(dir, "squeue.args")); !strings.Contains(args, "--name=eisweep-abc\n") ||
		!strings.Contains(args, "--array\n") {
		t.Errorf("squeue had %q", args)
	}
	for name, script := range map[string]string{"a failure": "exit 1\n", "a notice": "echo maintenance tonight\n",
		"half a line": "echo '7_1|RUNNING'\n"} {
		c, _ := site(t, map[string]string{"squeue": script})
		if jobs, err := c.Jobs(t.Context(), "eisweep-abc"); err == nil {
			t.Errorf("%s counts as %d jobs", name, len(jobs))
		}
	}
}

func TestOnlyJobsThatWaitAreCancelled(t *testing.T) {
	c, dir := site(
		t,
		map[string]string{"scancel": "echo 'scancel: error: Kill job error on job id 7_1: Invalid job id specified' >&2; exit 1\n"},
	)
	if err := c.Cancel(t.Context(), "7_1", "7_2"); err != nil {
		t.Error(err)
	}
	if args := written(t, filepath.Join(dir, "scancel.args")); args != "--quiet\n--state=PENDING\n7_1\n7_2\n" {
		t.Errorf("scancel had %q", args)
	}
	c, _ = site(t, map[string]string{"scancel": "echo 'scancel: error: Access/permission denied' >&2; exit 1\n"})
	if err := c.Cancel(t.Context(), "7_1"); err == nil || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("a refusal is told as %v", err)
	}
}

func TestACommandThatHangsIsGivenUp(t *testing.T) {
	c, _ := site(t, map[string]string{"squeue": "exec sleep 600\n"})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.Jobs(ctx, "x"); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// TestWhatACommandLeavesBehindIsNotWaitedFor has scripts around Slurm's commands: one
// that hangs is ended without what it runs, and one that succeeded has left a process.
func TestWhatACommandLeavesBehindIsNotWaitedFor(t *testing.T) {
	const child = "sleep 1000 & echo $! >\"$0.pid\"\n"
	c, dir := site(t, map[string]string{"squeue": child + "echo >\"$0.there\"\nwait\n", "sbatch": child + "echo 7\n"})
	t.Cleanup(func() {
		for _, name := range []string{"squeue", "sbatch"} {
			if pid, err := strconv.Atoi(strings.TrimSpace(written(t, filepath.Join(dir, name+".pid")))); err == nil {
				syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	})
	type end struct {
		id  string
		err error
	}
	ends := make(chan end, 2)
	go func() {
		id, err := c.Submit(t.Context(), request())
		ends <- end{id, err}
	}()
	hung, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		_, err := c.Jobs(hung, "eisweep-abc")
		ends <- end{"", err}
	}()
	patience := time.After(3 * time.Minute) // a busy machine takes its time
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for there := false; !there; {
		select {
		case <-look.C:
			_, err := os.Stat(filepath.Join(dir, "squeue.there"))
			there = err == nil
		case <-patience:
			t.Fatal("squeue was not called")
		}
	}
	cancel()
	for range 2 {
		select {
		case e := <-ends:
			if e.id != "7" && !errors.Is(e.err, context.Canceled) || e.id == "7" && e.err != nil {
				t.Errorf("job %q, %v", e.id, e.err)
			}
		case <-patience:
			t.Fatal("it is waited for what a command left behind")
		}
	}
}

func TestWhyJobsAreStuck(t *testing.T) {
	for reason, is := range map[string]bool{
		"JobHeldUser": true, "launch_failed_requeued_held": true, "PartitionTimeLimit": true, "DependencyNeverSatisfied": true,
		"InvalidQOS": true, "QOSMaxWallDurationPerJobLimit": true,
		"Priority": false, "Resources": false, "QOSMaxJobsPerUserLimit": false, "AssocGrpCpuLimit": false,
		"ReqNodeNotAvail, Reserved for maintenance": false, "BeginTime": false, "": false,
	} {
		if j := (Job{State: "PENDING", Reason: reason}); j.Stuck() != is {
			t.Errorf("%q: stuck %v, want %v", reason, !is, is)
		}
	}
	if j := (Job{State: "RUNNING", Reason: "held"}); j.Stuck() {
		t.Error("a job that runs is stuck")
	}
}

func TestWithoutSlurmItIsSaid(t *testing.T) {
	c, _ := site(t, map[string]string{"squeue": "echo 'squeue: fatal: Could not establish a configuration source' >&2; exit 1\n"})
	if _, err := c.Jobs(t.Context(), "x"); !errors.Is(err, ErrAbsent) {
		t.Error(err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := Find(nil); !errors.Is(err, ErrAbsent) {
		t.Error(err)
	}
}
