package autoscale

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"eisweep/internal/slurm"
)

var start = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }

func jobs(state string, ids ...string) (out []slurm.Job) {
	for _, id := range ids {
		out = append(out, slurm.Job{ID: id, State: state})
	}
	return out
}

func TestJobsGrowWithTheBacklog(t *testing.T) {
	for _, c := range []struct {
		queued, free int
		jobs         []slurm.Job
		heard        []string
		want         int
	}{
		{0, 0, nil, nil, 0},
		{1, 0, nil, nil, 1},
		{9, 0, nil, nil, 3},
		{9, 1, nil, nil, 2},
		{1000, 0, nil, nil, 5},
		{9, 0, jobs("PENDING", "1_1"), nil, 2},
		{9, 0, jobs("RUNNING", "1_1"), nil, 2}, // its worker takes four soon
		{9, 0, jobs("RUNNING", "1_1"), []string{"1_1"}, 3},
		{9, 0, jobs("CONFIGURING", "1_1"), nil, 2},
		{9, 0, jobs("SUSPENDED", "1_1"), nil, 3}, // takes no tasks until somebody resumes it
		{9, 0, jobs("COMPLETING", "1_1"), nil, 3},
		{1000, 0, jobs("SUSPENDED", "1_1", "1_2"), nil, 3}, // but they are jobs
		{1000, 0, jobs("RUNNING", "1_1", "1_2", "1_3", "1_4", "1_5"), []string{"1_1", "1_2", "1_3", "1_4", "1_5"}, 0},
		{1000, 0, jobs("PENDING", "1_1", "1_2", "1_3", "1_4", "1_5", "9_1"), nil, 0}, // somebody submitted more
	} {
		d := newDecision(5, 4, "log")
		d.observeJobs(at(0), c.jobs)
		if got := d.jobsToSubmit(at(0), &Backlog{Queued: c.queued, Unsettled: c.queued, FreeSlots: c.free, WorkerJobs: c.heard}); got != c.want {
			t.Errorf("%+v: %d jobs, want %d", c, got, c.want)
		}
	}
}

// TestAJobThatStaysMuteBringsNoWorker has a job whose worker has never reported, or no longer does.
func TestAJobThatStaysMuteBringsNoWorker(t *testing.T) {
	const long = int(silentJobTimeout / time.Second)
	d, b := newDecision(5, 1, "log"), &Backlog{Queued: 1, Unsettled: 1}
	step := func(now int, state string, heard ...string) int {
		d.observeJobs(at(now), jobs(state, "1_1"))
		b.WorkerJobs = heard
		d.observeWorkers(at(now), b)
		return d.jobsToSubmit(at(now), b)
	}
	for _, s := range []struct {
		now   int
		state string
		heard []string
		want  int
	}{
		{0, "PENDING", nil, 0},
		{long, "PENDING", nil, 0},
		{long + 1, "RUNNING", nil, 0},
		{2 * long, "RUNNING", nil, 0},
		{2*long + 1, "RUNNING", nil, 1},
		{2*long + 2, "RUNNING", []string{"1_1"}, 1}, // it is full
		{2*long + 3, "RUNNING", nil, 0},
		{3*long + 2, "RUNNING", nil, 0},
		{3*long + 3, "RUNNING", nil, 1},
		{3*long + 4, "PENDING", nil, 0}, // put back into the queue
		{3*long + 5, "RUNNING", nil, 0},
	} {
		if got := step(s.now, s.state, s.heard...); got != s.want {
			t.Errorf("after %d s, %s, heard %v: %d jobs, want %d", s.now, s.state, s.heard, got, s.want)
		}
	}
}

func TestRefusalsStopIt(t *testing.T) {
	d := newDecision(3, 1, "log")
	b := &Backlog{Queued: 10, Unsettled: 10}
	now := 0
	for try := range maxFailures {
		d.observeJobs(at(now), nil)
		if d.jobsToSubmit(at(now), b) == 0 {
			t.Fatalf("try %d was not made", try+1)
		}
		d.recordRefusal(at(now), 3, refusal{why: "Invalid partition name specified", certain: true})
		if d.jobsToSubmit(at(now), b) != 0 {
			t.Error("it submits again at once")
		}
		now += 60
	}
	if d.jobsToSubmit(at(now+100000), b) != 0 || !strings.Contains(d.stopped, "Invalid partition name") {
		t.Errorf("after %d refusals it continues; stopped: %q", maxFailures, d.stopped)
	}
	d.resume()
	if d.jobsToSubmit(at(now), b) != 3 {
		t.Error("it does not resume when told to")
	}
}

func TestALimitOfTheSitesIsNoFailure(t *testing.T) {
	d := newDecision(40, 1, "log")
	b := &Backlog{Queued: 100, Unsettled: 100}
	for k := range 10 {
		now := at(100 * k)
		d.observeJobs(now, jobs("RUNNING", "1_1", "1_2"))
		d.recordRefusal(now, d.jobsToSubmit(now, b), refusal{why: "job submit limit", certain: true})
	}
	if d.stopped != "" || d.batchSize != 1 {
		t.Errorf("stopped: %q; it would submit %d", d.stopped, d.batchSize)
	}
}

func TestTheLargestArrayIsFound(t *testing.T) {
	d := newDecision(400, 1, "log")
	b := &Backlog{Queued: 400, Unsettled: 400}
	now, there := 0, []slurm.Job(nil)
	for ; now < 1000; now += 10 {
		d.observeJobs(at(now), there)
		n := d.jobsToSubmit(at(now), b)
		switch {
		case n > 60:
			d.recordRefusal(at(now), n, refusal{"Invalid job array specification", true, true})
		case n > 0:
			d.recordSubmission(at(now), fmt.Sprint(now), n)
			there = d.jobs
		}
	}
	if len(there) != 400 || d.failures != 0 || d.stopped != "" {
		t.Errorf("%d jobs, want 400; %d failures, stopped: %q", len(there), d.failures, d.stopped)
	}
	d.observeJobs(at(now), nil)
	d.recordRefusal(at(now), 1, refusal{"Invalid job array specification", true, true})
	if d.failures == 0 {
		t.Error("that not even one job is taken is no failure")
	}
}

func TestAWorkerThatIsNotListedCounts(t *testing.T) {
	d := newDecision(2, 1, "log")
	d.observeJobs(at(0), jobs("RUNNING", "1_1"))
	if n := d.jobsToSubmit(at(0), &Backlog{Queued: 10, Unsettled: 10, WorkerJobs: []string{"1_1", "7"}}); n != 0 {
		t.Errorf("%d more than there may be", n)
	}
}

func TestJobsThatEndUnheardStopIt(t *testing.T) {
	d := newDecision(2, 1, "logs/slurm")
	b := &Backlog{Queued: 10, Unsettled: 10}
	now := 0
	for k := range maxFailures {
		d.recordSubmission(at(now), fmt.Sprint(k+1), 2)
		now += 100
		d.observeJobs(at(now), nil)
		now += 100
	}
	if !strings.Contains(d.stopped, "logs/slurm.3_1.log") || d.jobsToSubmit(at(now), b) != 0 {
		t.Errorf("stopped: %q", d.stopped)
	}
}

func TestAWorkerThatIsHeardMakesUpForFailures(t *testing.T) {
	d := newDecision(2, 1, "log")
	d.recordRefusal(at(0), 2, refusal{why: "no", certain: true})
	d.recordSubmission(at(100), "7", 1)
	d.observeWorkers(at(110), &Backlog{Unsettled: 1, WorkerJobs: []string{"7_1"}})
	d.observeJobs(at(200), nil)
	if d.failures != 0 || d.lastError != "" {
		t.Errorf("%d failures (%s)", d.failures, d.lastError)
	}
}

func TestAJobWhoseWorkerHasGoneIsLeaving(t *testing.T) {
	d := newDecision(1, 1, "log")
	d.recordSubmission(at(0), "7", 1)
	departed := func(state string, heard ...string) bool {
		d.observeJobs(at(1), jobs(state, "7_1"))
		b := &Backlog{WorkerJobs: heard}
		d.observeWorkers(at(1), b)
		return d.hasDepartedWorker(b)
	}
	if departed("PENDING") || departed("RUNNING") || departed("RUNNING", "7_1") {
		t.Error("it leaves before it was there")
	}
	if departed("PENDING", "7_1") || !d.hasDepartedWorker(&Backlog{}) {
		t.Error("what is heard runs, whatever the list says")
	}
	if !departed("RUNNING") || !departed("COMPLETING") || departed("PENDING") {
		t.Error("it leaves when its worker has gone, unless it waits again")
	}
}

func TestWhatWasSubmittedCountsBeforeItShows(t *testing.T) {
	d := newDecision(3, 1, "log")
	b := &Backlog{Queued: 10, Unsettled: 10}
	d.observeJobs(at(0), nil)
	d.recordSubmission(at(0), "7", 3)
	d.observeJobs(at(1), nil) // a list from before
	if n := d.jobsToSubmit(at(1), b); n != 0 {
		t.Errorf("%d more than there may be", n)
	}
	d.observeJobs(at(2), jobs("PENDING", "7_1", "7_2", "7_3"))
	if n := d.jobsToSubmit(at(2), b); n != 0 || len(d.jobs) != 3 {
		t.Errorf("%d more than there may be, of %v", n, d.jobs)
	}
}

func TestJobsThatWaitForNothingAreCancelled(t *testing.T) {
	d := newDecision(0, 1, "log")
	list := append(jobs("PENDING", "1_2", "1_3"), jobs("RUNNING", "1_1")...)
	look := func(now, left int) []string {
		d.observeWorkers(at(now), &Backlog{Unsettled: left})
		d.observeJobs(at(now), list)
		return d.jobsToCancel(at(now))
	}
	if ids := append(look(0, 0), look(1000, 0)...); ids != nil {
		t.Errorf("cancelled before there was anything to do: %v", ids)
	}
	look(1001, 5)
	if ids := append(look(1002, 0), look(1020, 0)...); ids != nil {
		t.Errorf("cancelled at once: %v", ids)
	}
	if look(1050, 1) != nil || look(1051, 0) != nil || look(1060, 0) != nil {
		t.Error("cancelled although there was something to do a moment ago")
	}
	ids := look(1200, 0)
	if !slices.Equal(ids, []string{"1_2", "1_3"}) {
		t.Errorf("cancelled %v, want those that wait", ids)
	}
	d.recordCancelled(ids)
	if ids := look(1300, 0); ids != nil {
		t.Errorf("what was submitted later is cancelled: %v", ids)
	}
}

// TestASweepMayPassBetweenTwoLooks has all tasks of one be launched and done before anybody looks.
func TestASweepMayPassBetweenTwoLooks(t *testing.T) {
	d := newDecision(0, 1, "log")
	list := jobs("PENDING", "1_1")
	look := func(now, settled int) []string {
		d.observeWorkers(at(now), &Backlog{Settled: settled})
		d.observeJobs(at(now), list)
		return d.jobsToCancel(at(now))
	}
	if ids := append(look(0, 7), look(1000, 7)...); ids != nil {
		t.Errorf("cancelled before there was anything to do: %v", ids)
	}
	if ids := append(look(1001, 9), look(1002, 9)...); ids != nil {
		t.Errorf("cancelled at once: %v", ids)
	}
	if ids := look(1100, 9); len(ids) != 1 {
		t.Errorf("cancelled %v, want the one that waits", ids)
	}
}

// TestNeverMoreThanAllowed has everything go wrong that can: lists that fail or are out of date,
// submissions that fail, or take place without an answer, some time later.
func TestNeverMoreThanAllowed(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 200 {
		most, cores := 1+r.IntN(6), 1+r.IntN(4)
		d := newDecision(most, cores, "log")
		type late struct {
			at, n int
		}
		var there []slurm.Job
		var coming []late
		number := 0
		add := func(n int) string {
			number++
			for k := range n {
				there = append(there, slurm.Job{ID: fmt.Sprintf("%d_%d", number, k+1), State: "PENDING"})
			}
			return fmt.Sprint(number)
		}
		for now := 0; now < 3600; now += 1 + r.IntN(20) {
			coming = slices.DeleteFunc(coming, func(l late) bool {
				if l.at <= now {
					add(l.n)
				}
				return l.at <= now
			})
			there = slices.DeleteFunc(there, func(slurm.Job) bool { return r.IntN(40) == 0 })
			b := &Backlog{Queued: r.IntN(100), Unsettled: 100}
			for i := range there {
				if r.IntN(3) == 0 {
					there[i].State = "RUNNING"
				}
				if there[i].State == "RUNNING" && r.IntN(2) == 0 {
					b.WorkerJobs = append(b.WorkerJobs, there[i].ID)
				}
			}
			d.observeWorkers(at(now), b)
			if r.IntN(100) == 0 {
				d.resume()
			}
			if r.IntN(4) == 0 {
				continue // no list
			}
			d.observeJobs(at(now), slices.Clone(there))
			n := d.jobsToSubmit(at(now), b)
			if n == 0 {
				continue
			}
			switch r.IntN(4) {
			case 0:
				d.recordRefusal(at(now), n, refusal{"refused", true, r.IntN(2) == 0})
			case 1:
				coming = append(coming, late{now + r.IntN(100), n})
				d.recordRefusal(at(now), n, refusal{why: "timed out"})
			default:
				d.recordSubmission(at(now), add(n), n)
			}
			if len(there) > most {
				t.Fatalf("%d jobs, allowed are %d", len(there), most)
			}
		}
	}
}
