package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// slurmJobs are what `eisweep slurm` submitted: workers as elements of an array job.
type slurmJobs struct {
	s         *slurmSite
	root      string // on this machine
	Job, Name string
}

// submit has workers run as jobs.
func (s *slurmSite) submit(c *cluster, at place, args ...string) *slurmJobs {
	s.t.Helper()
	own := []string{"--json", "--idle-timeout", "5s", "--checkpoint", "200ms"}
	j := &slurmJobs{s: s, root: c.root(at)}
	if told := c.does(at, "slurm", append(own, args...)...); json.Unmarshal([]byte(told), j) != nil {
		s.t.Fatalf("eisweep slurm --json says %q", told)
	}
	return j
}

// id is an element's.
func (j *slurmJobs) id(element string) string { return j.Job + "_" + element }

// said is what an element has written.
func (j *slurmJobs) said(element string) string {
	return contents(filepath.Join(j.root, ".eisweep", "processes", strconv.Itoa(os.Geteuid()), "slurm."+j.id(element)+".log"))
}

// workerIsReady finds the workers that a job has run, by what they say at first.
var workerIsReady = regexp.MustCompile(`"the worker is ready" worker=(\S+)-(\d+) `)

// worker is the one that an element runs since it was started for the nth time, once it is there.
func (j *slurmJobs) worker(element string, nth int) (m poolWorker) {
	j.s.t.Helper()
	await(j.s.t, "a worker in job "+j.id(element), func() bool {
		ready := workerIsReady.FindAllStringSubmatch(j.said(element), -1)
		if len(ready) < nth {
			return false
		}
		for _, h := range j.s.nodes {
			if h.hostname == ready[nth-1][1] {
				m = poolWorker{&process{pid: ready[nth-1][2]}, h}
			}
		}
		return true
	})
	return m
}

// wait counts the jobs of this name that Slurm has not started.
func (j *slurmJobs) wait() int {
	j.s.t.Helper()
	return len(strings.Fields(j.s.does("squeue", "-h", "-r", "-n", j.Name, "-t", "PENDING", "-o", "%i")))
}
