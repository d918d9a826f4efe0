package autoscale

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"eisweep/internal/slurm"
)

// Backlog is the work to do and the workers that can do it, at one moment.
type Backlog struct {
	Queued     int      // tasks that a worker could fetch, none has fetched, and that fit into a job's memory
	Unsettled  int      // tasks that are neither done nor failed, of sweeps that are open or paused
	Settled    int      // tasks that are done or failed; a change shows that tasks settled since the last observation
	FreeSlots  int      // slots of the connected workers that could run further tasks
	WorkerJobs []string // ids of the jobs that the connected workers run in
}

const (
	cancelAfterIdle  = 30 * time.Second // without unsettled tasks, after which pending jobs are cancelled
	initialBackoff   = 5 * time.Second  // after a failure; it doubles with each further failure
	limitBackoff     = time.Minute      // after a refusal while jobs exist: the site allows no more of them
	unansweredWait   = 2 * time.Minute  // for the jobs of an unanswered submission to be listed
	listDelay        = 15 * time.Second // by which a list of jobs may be out of date
	maxFailures      = 3                // in a row, after which nothing is submitted
	maxBatch         = 500              // jobs per submission: sites limit the size of an array
	silentJobTimeout = 5 * time.Minute  // after which a running job whose worker has not connected no longer counts
)

// decision holds what is known about jobs and derives what to submit and to cancel. It has no clock and does no I/O: Scaler
// calls it.
type decision struct {
	maxJobs, cores int
	log            string // prefix of the names of the jobs' logs: log.ID.log

	jobs            []slurm.Job          // the batch system's last list, and what was submitted since
	submitted       map[string]time.Time // jobs that were submitted here and have not ended, and when
	connected       map[string]struct{}  // those of submitted whose worker has connected
	silentSince     map[string]time.Time // running jobs whose worker is not connected, and since when
	cancelled       map[string]struct{}  // those of submitted that were cancelled here
	failures        int                  // in a row
	lastError       string
	stopped         string    // why nothing is submitted any more; "" while jobs are submitted
	retryAt         time.Time // nothing is submitted before
	unansweredUntil time.Time // nor before this time: jobs of an unanswered submission may still be listed
	batchSize       int       // jobs of the next submission, at most; less after a refusal
	maxArray        int       // the largest array that the site accepts, as far as is known
	busy            bool      // there were unsettled tasks since pending jobs were last cancelled
	settled         int       // Backlog.Settled of the last observation; -1 before the first
	idleSince       time.Time // when the last task settled; zero while there are unsettled tasks
}

func newDecision(maxJobs, cores int, log string) *decision {
	return &decision{
		maxJobs:     maxJobs,
		cores:       cores,
		log:         log,
		batchSize:   maxBatch,
		maxArray:    maxBatch,
		busy:        maxJobs > 0,
		settled:     -1,
		submitted:   map[string]time.Time{},
		connected:   map[string]struct{}{},
		silentSince: map[string]time.Time{},
		cancelled:   map[string]struct{}{},
	}
}

// observeWorkers records which jobs have a connected worker, and since when no task is unsettled.
func (d *decision) observeWorkers(now time.Time, b *Backlog) {
	for _, id := range b.WorkerJobs {
		delete(d.silentSince, id)
		_, ours := d.submitted[id]
		if _, before := d.connected[id]; ours && !before {
			d.connected[id] = struct{}{}
			d.failures, d.lastError = 0, ""
		}
	}
	for i := range d.jobs {
		if j := &d.jobs[i]; j.Pending() && slices.Contains(b.WorkerJobs, j.ID) {
			j.State = "RUNNING" // the list is out of date
		}
	}
	passed := d.settled >= 0 && b.Settled != d.settled
	d.settled = b.Settled
	switch {
	case b.Unsettled > 0:
		d.busy, d.idleSince = true, time.Time{}
	case passed:
		d.busy, d.idleSince = true, now
	case d.idleSince.IsZero():
		d.idleSince = now
	}
}

// observeJobs takes a list of all jobs. A job submitted here that is not listed has failed, unless its worker connected or it
// was cancelled here; one that was submitted a moment ago counts as pending.
func (d *decision) observeJobs(now time.Time, jobs []slurm.Job) {
	d.jobs = jobs
	listed, silent := map[string]bool{}, map[string]time.Time{}
	for i := range jobs {
		j := &jobs[i]
		listed[j.ID] = true
		if since, ok := d.silentSince[j.ID]; ok && j.Running() {
			silent[j.ID] = since
		} else if j.Running() {
			silent[j.ID] = now
		}
	}
	d.silentSince = silent
	var lost []string
	for id, since := range d.submitted {
		if listed[id] {
			continue
		}
		_, connected := d.connected[id]
		_, cancelled := d.cancelled[id]
		if !connected && !cancelled {
			if now.Sub(since) < listDelay {
				d.jobs = append(d.jobs, slurm.Job{ID: id, State: "PENDING"})
				continue
			}
			lost = append(lost, id)
		}
		delete(d.submitted, id)
		delete(d.connected, id)
		delete(d.cancelled, id)
	}
	if len(lost) > 0 {
		slices.Sort(lost)
		d.recordFailure(now, fmt.Sprintf("job %s ended before its worker connected; its log says why, if it was started: %s.%s.log",
			lost[0], d.log, lost[0]))
	}
}

// jobsToSubmit is how many jobs to submit: enough for the queued tasks that neither the connected workers nor jobs whose worker
// has yet to connect can take.
func (d *decision) jobsToSubmit(now time.Time, b *Backlog) int {
	if d.stopped != "" || now.Before(d.retryAt) || now.Before(d.unansweredUntil) {
		return 0
	}
	known, coming := map[string]struct{}{}, 0
	for i := range d.jobs {
		j := &d.jobs[i]
		known[j.ID] = struct{}{}
		if !slices.Contains(b.WorkerJobs, j.ID) && d.willTakeTasks(now, j) {
			coming++
		}
	}
	for _, id := range b.WorkerJobs {
		known[id] = struct{}{} // even if it isn't listed
	}
	excess := b.Queued - b.FreeSlots - coming*d.cores
	return max(0, min((excess+d.cores-1)/d.cores, d.maxJobs-len(known), d.batchSize, d.maxArray))
}

// willTakeTasks reports whether the worker of a job, which has not connected, is expected to take tasks. A job that is suspended
// or ends takes none, and one that has run for long without a worker may never.
func (d *decision) willTakeTasks(now time.Time, j *slurm.Job) bool {
	if j.Running() {
		since, ok := d.silentSince[j.ID]
		return !ok || now.Sub(since) < silentJobTimeout
	}
	return j.Pending() || j.Configuring()
}

// hasDepartedWorker reports whether a job is listed as running although its worker has disconnected: its place may soon be free.
func (d *decision) hasDepartedWorker(b *Backlog) bool {
	return slices.ContainsFunc(d.jobs, func(j slurm.Job) bool {
		_, connected := d.connected[j.ID]
		return connected && !j.Pending() && !slices.Contains(b.WorkerJobs, j.ID)
	})
}

// jobsToCancel lists the pending jobs once no task has been unsettled for a while.
func (d *decision) jobsToCancel(now time.Time) (ids []string) {
	if !d.isIdleTooLong(now) {
		return nil
	}
	for i := range d.jobs {
		if d.jobs[i].Pending() {
			ids = append(ids, d.jobs[i].ID)
		}
	}
	return ids
}

// isIdleTooLong reports whether no task has been unsettled for a while, and jobs may still be pending.
func (d *decision) isIdleTooLong(now time.Time) bool {
	return d.busy && !d.idleSince.IsZero() && now.Sub(d.idleSince) >= cancelAfterIdle
}

// recordCancelled records that these jobs were cancelled here.
func (d *decision) recordCancelled(ids []string) {
	for _, id := range ids {
		if _, ok := d.submitted[id]; ok {
			d.cancelled[id] = struct{}{}
		}
	}
	d.busy = false
}

// recordSubmission records an array of n jobs.
func (d *decision) recordSubmission(now time.Time, job string, n int) {
	for k := range n {
		id := fmt.Sprintf("%s_%d", job, k+1)
		d.submitted[id] = now
		d.jobs = append(d.jobs, slurm.Job{ID: id, State: "PENDING"})
	}
	d.batchSize = maxBatch
}

// refusal describes a failed submission.
type refusal struct {
	why     string
	certain bool // no job was submitted
	tooMany bool // the array has more elements than the site accepts
}

// recordRefusal records that a submission of n jobs failed. While jobs exist, the cause is taken to be a limit of the site, which
// no longer applies when they end.
func (d *decision) recordRefusal(now time.Time, n int, r refusal) {
	switch {
	case !r.certain:
		d.unansweredUntil = now.Add(unansweredWait)
	case r.tooMany && n > 1:
		d.maxArray = n / 2
		d.lastError, d.retryAt = r.why, now.Add(initialBackoff)
		return
	case len(d.jobs) > 0:
		d.batchSize = max(1, n/2)
		d.lastError, d.retryAt = r.why, now.Add(limitBackoff)
		return
	default:
		d.batchSize = max(1, n/8) // a limit may allow a few, and there are few attempts
	}
	d.recordFailure(now, r.why)
}

// recordFailure counts a failure. After maxFailures in a row, nothing is submitted until resume.
func (d *decision) recordFailure(now time.Time, why string) {
	d.failures++
	d.lastError, d.retryAt = why, now.Add(initialBackoff<<(d.failures-1))
	if d.failures >= maxFailures {
		d.stopped = fmt.Sprintf("%d failures in a row; the last: %s", d.failures, strings.TrimSuffix(why, "."))
	}
}

// resume forgets all failures. It does not shorten the wait for the jobs of an unanswered submission.
func (d *decision) resume() {
	d.failures, d.stopped, d.lastError, d.batchSize, d.maxArray, d.retryAt = 0, "", "", maxBatch, maxBatch, time.Time{}
}
