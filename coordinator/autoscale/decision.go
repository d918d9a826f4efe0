package autoscale

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"eisweep/internal/slurm"
)

// Backlog is what there is to do, and who does it, at one time.
type Backlog struct {
	Queued  int      // tasks that workers may have and none has, and that a job has the memory for
	Left    int      // tasks that are not settled, of sweeps that are not given up
	Settled int      // tasks that are: by its change, those are noticed that were done between two looks
	Free    int      // tasks that the workers which are heard could take besides
	Jobs    []string // ids of those that these workers run in
}

// Times of the decisions.
const (
	calmTime  = 30 * time.Second // nothing is left for so long: jobs that wait are cancelled
	firstRest = 5 * time.Second  // after a failure; it doubles with each
	longRest  = time.Minute      // after a refusal beside jobs that are there: as many as the site allows
	doubtRest = 2 * time.Minute  // after a submission without an answer, for it to show
	lag       = 15 * time.Second // that a list of jobs may be behind
	tries     = 3                // failures in a row, after which nothing is submitted
	atOnce    = 500              // jobs in a submission: sites bound the size of an array
	unheard   = 5 * time.Minute  // a job that runs for so long without a word of its worker is taken to bring none
)

// decision is what is known of jobs, and what follows from it. It has no clock and does
// nothing: scaling.go feeds it.
type decision struct {
	most, cores int
	log         string // where a job's output is: log.ID.log

	jobs     []slurm.Job          // as the batch system told last
	mine     map[string]time.Time // elements that were submitted here and not seen to end, and when
	heard    map[string]struct{}  // of mine, those whose worker was heard
	mute     map[string]time.Time // jobs that run and whose worker is not heard, and since when
	quit     map[string]struct{}  // of mine, those that were cancelled here
	failures int                  // in a row
	trouble  string
	stopped  string
	notUntil time.Time // no job is submitted before
	doubtful time.Time // until when a submission that was not answered may show: no job before, either
	portion  int       // of a submission, less after a refusal
	largest  int       // array that the site takes, as far as is known
	busy     bool      // there was something to do since jobs were cancelled last
	settled  int       // tasks, as was heard last; -1 before
	calm     time.Time // since when nothing is left
}

func newDecision(most, cores int, log string) *decision {
	return &decision{
		most: most, cores: cores, log: log, portion: atOnce, largest: atOnce, busy: most > 0, settled: -1,
		mine: map[string]time.Time{}, heard: map[string]struct{}{}, mute: map[string]time.Time{}, quit: map[string]struct{}{},
	}
}

// hear notes whose workers are there, and since when nothing is left.
func (d *decision) hear(now time.Time, b *Backlog) {
	for _, id := range b.Jobs {
		delete(d.mute, id)
		_, submitted := d.mine[id]
		if _, before := d.heard[id]; submitted && !before {
			d.heard[id] = struct{}{}
			d.failures, d.trouble = 0, ""
		}
	}
	for i := range d.jobs {
		if j := &d.jobs[i]; j.Waits() && slices.Contains(b.Jobs, j.ID) {
			j.State = "RUNNING" // the list is older
		}
	}
	passed := d.settled >= 0 && b.Settled != d.settled
	d.settled = b.Settled
	switch {
	case b.Left > 0:
		d.busy, d.calm = true, time.Time{}
	case passed:
		d.busy, d.calm = true, now
	case d.calm.IsZero():
		d.calm = now
	}
}

// take takes the list of jobs. One of ours that is gone although its worker was never
// heard has failed; one that was submitted a moment ago counts as there.
func (d *decision) take(now time.Time, jobs []slurm.Job) {
	d.jobs = jobs
	there, mute := map[string]bool{}, map[string]time.Time{}
	for i := range jobs {
		j := &jobs[i]
		there[j.ID] = true
		if since, ok := d.mute[j.ID]; ok && j.Runs() {
			mute[j.ID] = since
		} else if j.Runs() {
			mute[j.ID] = now
		}
	}
	d.mute = mute
	var lost []string
	for id, since := range d.mine {
		if there[id] {
			continue
		}
		_, heard := d.heard[id]
		_, quit := d.quit[id]
		if !heard && !quit {
			if now.Sub(since) < lag {
				d.jobs = append(d.jobs, slurm.Job{ID: id, State: "PENDING"})
				continue
			}
			lost = append(lost, id)
		}
		delete(d.mine, id)
		delete(d.heard, id)
		delete(d.quit, id)
	}
	if len(lost) > 0 {
		slices.Sort(lost)
		d.fail(now, fmt.Sprintf("job %s ended before its worker was heard: %s.%s.log tells why, if it was started", lost[0], d.log, lost[0]))
	}
}

// needs is how many jobs are to be submitted for what waits: as many as there are tasks
// that neither workers nor the jobs which are on their way could take.
func (d *decision) needs(now time.Time, b *Backlog) int {
	if d.stopped != "" || now.Before(d.notUntil) || now.Before(d.doubtful) {
		return 0
	}
	there, coming := map[string]struct{}{}, 0
	for i := range d.jobs {
		j := &d.jobs[i]
		there[j.ID] = struct{}{}
		if !slices.Contains(b.Jobs, j.ID) && d.comes(now, j) {
			coming++
		}
	}
	for _, id := range b.Jobs {
		there[id] = struct{}{} // even if it isn't listed
	}
	over := b.Queued - b.Free - coming*d.cores
	return max(0, min((over+d.cores-1)/d.cores, d.most-len(there), d.portion, d.largest))
}

// comes reports whether the worker of a job that is not heard will take tasks: one of a job that is
// suspended or ends takes none, and one of a job that has run for long without a word may never.
func (d *decision) comes(now time.Time, j *slurm.Job) bool {
	if j.Runs() {
		since, ok := d.mute[j.ID]
		return !ok || now.Sub(since) < unheard
	}
	return j.Waits() || j.Starts()
}

// leaving says that a job runs, as far as is known, whose worker has gone: others may
// soon take its place.
func (d *decision) leaving(b *Backlog) bool {
	return slices.ContainsFunc(d.jobs, func(j slurm.Job) bool {
		_, heard := d.heard[j.ID]
		return heard && !j.Waits() && !slices.Contains(b.Jobs, j.ID)
	})
}

// needless are the jobs that wait although nothing is left to do.
func (d *decision) needless(now time.Time) (ids []string) {
	if !d.overdue(now) {
		return nil
	}
	for i := range d.jobs {
		if d.jobs[i].Waits() {
			ids = append(ids, d.jobs[i].ID)
		}
	}
	return ids
}

// overdue says that nothing has been left for a while, and jobs may still wait.
func (d *decision) overdue(now time.Time) bool {
	return d.busy && !d.calm.IsZero() && now.Sub(d.calm) >= calmTime
}

// cancelled notes that jobs are gone by our own will.
func (d *decision) cancelled(ids []string) {
	for _, id := range ids {
		if _, ok := d.mine[id]; ok {
			d.quit[id] = struct{}{}
		}
	}
	d.busy = false
}

// submitted notes an array of so many jobs.
func (d *decision) submitted(now time.Time, job string, n int) {
	for k := range n {
		id := fmt.Sprintf("%s_%d", job, k+1)
		d.mine[id] = now
		d.jobs = append(d.jobs, slurm.Job{ID: id, State: "PENDING"})
	}
	d.portion = atOnce
}

// refusal is how a submission failed.
type refusal struct {
	why     string
	certain bool // that there is no job
	tooMany bool // for one array
}

// refused notes that a submission of so many failed. If jobs are there it is taken for
// a limit of the site's, which ends when they do.
func (d *decision) refused(now time.Time, n int, r refusal) {
	switch {
	case !r.certain:
		d.doubtful = now.Add(doubtRest)
	case r.tooMany && n > 1:
		d.largest = n / 2
		d.trouble, d.notUntil = r.why, now.Add(firstRest)
		return
	case len(d.jobs) > 0:
		d.portion = max(1, n/2)
		d.trouble, d.notUntil = r.why, now.Add(longRest)
		return
	default:
		d.portion = max(1, n/8) // there may be a limit of some, and there are few tries
	}
	d.fail(now, r.why)
}

// fail counts a failure; the last one is the end.
func (d *decision) fail(now time.Time, why string) {
	d.failures++
	d.trouble, d.notUntil = why, now.Add(firstRest<<(d.failures-1))
	if d.failures >= tries {
		d.stopped = fmt.Sprintf("%d failures in a row; the last: %s", d.failures, strings.TrimSuffix(why, "."))
	}
}

// goOn forgets all failures. A submission that was not answered is waited for all the
// same.
func (d *decision) goOn() {
	d.failures, d.stopped, d.trouble, d.portion, d.largest, d.notUntil = 0, "", "", atOnce, atOnce, time.Time{}
}
