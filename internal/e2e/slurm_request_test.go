package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestSlurmIsAskedForWhatIsMeant submits jobs of a root whose path is no word of a shell's, with options that aren't
// either, and holds what Slurm has understood against them.
func TestSlurmIsAskedForWhatIsMeant(t *testing.T) {
	t.Parallel() // most of it is waiting
	n := newNetwork(t, t.TempDir())
	s := newSlurm(t, n, 2)
	at := *s.desk
	at.directory = filepath.Join(t.TempDir(), `it's 50% of "all" #1`)
	if err := os.Mkdir(at.directory, 0o755); err != nil {
		t.Fatal(err)
	}
	c := s.cluster()
	c.coordinator(&at)
	setup := []string{"--setup", "TOLD='two  words'", "--setup", `echo "setup: $TOLD"`}
	options := []string{"--", "-p", "urgent", "--account=abc", "--comment", `it's a "b" #c`}
	jobs := s.submit(
		c,
		&at,
		append(append([]string{"--workers", "2", "--time", "10m", "--mem-per-core", "100M", "--idle-timeout", "2m"}, setup...), options...)...)
	for _, element := range []string{"1", "2"} {
		jobs.worker(element, 1)
		if said := jobs.said(element); !strings.Contains(said, "setup: two  words\n") {
			t.Errorf("job %s says\n%s", jobs.id(element), said)
		}
		told := s.does("scontrol", "-o", "show", "job", jobs.id(element))
		for _, want := range []string{"JobName=" + jobs.Name, "Partition=urgent", "Account=abc", `Comment=it's a "b" #c`,
			"TimeLimit=00:10:00", "MinMemoryCPU=100M", "Requeue=1"} {
			if !strings.Contains(told+" ", " "+want+" ") {
				t.Errorf("of job %s Slurm doesn't know %s:\n%s", jobs.id(element), want, told)
			}
		}
	}
	for _, w := range events[struct {
		Job      string
		Deadline time.Time
	}](c, &at, "workers") {
		if !strings.HasPrefix(w.Job, "slurm "+jobs.Job+"_") || w.Deadline.IsZero() {
			t.Errorf("a worker has job %q and deadline %v", w.Job, w.Deadline)
		}
	}
	if p := c.start(&at, "slurm", "--workers", "5000"); p.end() != 2 ||
		!strings.Contains(p.output(), "nothing was submitted: the site's MaxArraySize") {
		t.Errorf("5000 jobs: exit code %d\n%s", p.code, p.output())
	}
	c.does(&at, "drain", "--all")
	await(t, "the end of all jobs", func() bool { return len(s.jobs(jobs.Name)) == 0 })

	c.does(&at, "launch", sweepFile(t, "never", 1, 2, 2, ""))
	s.submit(c, &at, "--time", "2h") // an hour is the most there
	said := ""
	await(t, "the reason why a job waits", func() bool {
		said = c.does(&at, "explain", "never")
		return strings.Contains(said, "PartitionTimeLimit")
	})
	if !strings.Contains(said, "Slurm does not start jobs that are pending for such a reason") {
		t.Errorf("explain says:\n%s", said)
	}
	s.does("scancel", "--name="+jobs.Name)

	script := filepath.Join(t.TempDir(), "workers.sbatch")
	write(t, script, c.does(&at, "slurm", append(append([]string{"--print", "--workers", "2"}, setup...), options...)...))
	jobs.Job = s.does("sbatch", "--parsable", script)
	jobs.worker("1", 1)
	jobs.worker("2", 1)
	c.does(&at, "drain", "--all")
	await(t, "the end of all jobs", func() bool { return len(s.jobs(jobs.Name)) == 0 })

	// A controller that hangs while it is asked has jobs that nobody knows of.
	s.ctld.signal(syscall.SIGSTOP)
	p := c.start(&at, "slurm")
	code := p.end()
	s.ctld.signal(syscall.SIGCONT)
	if code != 5 || !strings.Contains(p.output(), "the jobs may be there all the same") {
		t.Errorf("exit code %d while nobody answers\n%s", code, p.output())
	}
	await(t, "a job that nobody was told of", func() bool { return len(s.jobs(jobs.Name)) == 1 })
}
