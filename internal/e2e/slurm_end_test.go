package e2e

import (
	"strings"
	"testing"
)

// TestJobsOfSlurmEnd has jobs end in the middle of tasks: by scancel, a requeue, a preemption, their time limit, and
// with a node that is cut off. The last ones end for want of tasks.
func TestJobsOfSlurmEnd(t *testing.T) {
	t.Parallel() // most of it is waiting
	file := sweepFile(t, "jobs", 24, 2, 150, "")
	want := undisturbed(t, file)["jobs"]
	n := newNetwork(t, t.TempDir())
	s := newSlurm(t, n, 3)
	c := s.cluster()
	w := &workerPool{c: c, root: c.root(s.desk)}
	c.hold(w.root, everyTask)
	c.coordinator(s.desk)
	c.does(s.desk, "launch", file)
	limited := s.submit(c, s.desk, "--time", "1m", "--idle-timeout", "2m")
	limit := w.watch(limited.worker("1", 1))
	jobs := s.submit(c, s.desk, "--workers", "3", "--time", "10m", "--", "--partition=short")
	asked := func() {
		t.Helper()
		if there := s.jobs(jobs.Name); len(there) > 4 {
			t.Errorf("jobs %v, 4 were asked for", there)
		}
	}
	needless := needlessJobs(t, n, s)

	w.handsBack(jobs.worker("1", 1), func() { s.does("scancel", jobs.id("1")) })
	w.handsBack(jobs.worker("2", 1), func() { s.does("scontrol", "requeue", jobs.id("2")) })
	third := jobs.worker("3", 1)
	w.handsBack(third, func() { s.does("sbatch", "--partition=urgent", "--nodelist="+s.node(third.at), "--wrap=true") })
	asked()
	w.leaves(limit)
	said := limited.said("1")
	if !strings.Contains(said, "saving and returning the running tasks") && !strings.Contains(said, "its time is nearly up") {
		t.Errorf("of its time limit the job says:\n%s", said)
	}
	asked()
	second := jobs.worker("2", 2)
	far := second.at.(*host)
	late := w.lost(second, "jobs", func() { n.cut(far.link) }, func() { n.heal(far.link) })
	asked()
	c.does(s.desk, "watch", "jobs")
	await(t, "the end of all jobs", func() bool { return len(s.jobs(jobs.Name)) == 0 })
	w.changedNothing("jobs", late)
	w.continued()
	verdict(t, c, w.root, "jobs", want)
	await(t, "the end of jobs that wait for nothing", func() bool { return needless.wait() == 0 })
}

// needlessJobs are jobs that wait for an hour, of another root whose sweep is done sooner.
func needlessJobs(t testing.TB, n *network, s *slurmSite) *slurmJobs {
	t.Helper()
	at := *n.host()
	at.directory = t.TempDir()
	c := s.cluster()
	c.coordinator(&at)
	c.does(&at, "launch", sweepFile(t, "soon", 2, 2, 2, ""))
	jobs := s.submit(c, &at, "--workers", "2", "--", "--begin=now+1hour")
	said := ""
	await(t, "the reason why jobs wait", func() bool {
		said = c.does(&at, "explain", "soon")
		return strings.Contains(said, "BeginTime")
	})
	if !strings.Contains(said, "no worker is connected") ||
		!strings.Contains(said, "2 jobs wait: 2 (BeginTime, the first is expected to start ") {
		t.Errorf("explain says:\n%s", said)
	}
	if waiting := jobs.wait(); waiting != 2 {
		t.Errorf("%d jobs wait, want 2", waiting)
	}
	c.worker(&at, "--max-tasks", "2")
	c.does(&at, "watch", "soon")
	return jobs
}
