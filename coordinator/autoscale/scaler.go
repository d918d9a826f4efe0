package autoscale

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"eisweep/internal/control"
	"eisweep/internal/slurm"
)

// Batch is a batch system, restricted to the jobs of one root.
type Batch interface {
	// Jobs lists the pending and running jobs. It returns an error rather than an incomplete list.
	Jobs(ctx context.Context) ([]slurm.Job, error)
	// Submit submits n jobs as one array, whose elements are numbered from 1, and does not retry. After an error the jobs may
	// exist, unless the error is a refusal (slurm.CommandError.Refused).
	Submit(ctx context.Context, n int) (job string, err error)
	// Cancel cancels those of the jobs that are pending. Jobs that have ended are no error.
	Cancel(ctx context.Context, ids ...string) error
}

// Config configures a Scaler.
type Config struct {
	Batch Batch
	// MaxJobs limits the number of jobs, whoever submitted them. With 0, none are submitted, but pending ones are cancelled
	// when all tasks have settled.
	MaxJobs int
	// Cores is how many tasks a job runs at a time.
	Cores int
	// Output is the prefix of the names of the jobs' logs, for messages.
	Output string
	// UnansweredSince is when an earlier coordinator began a submission whose outcome is unknown; zero: there is none.
	UnansweredSince time.Time
	// Backlog returns the current backlog. It is called every second.
	Backlog func() Backlog
	Log     *slog.Logger
}

const (
	stepInterval      = time.Second
	listInterval      = 30 * time.Second // between two lists of jobs
	shortListInterval = 3 * time.Second  // while a decision depends on it
)

// Scaler submits and cancels jobs in a loop. Its methods are safe for concurrent use.
type Scaler struct {
	config Config
	stop   context.CancelFunc
	done   chan struct{}
	wake   chan struct{}

	mu       sync.Mutex
	decision *decision
	listedAt time.Time
	silent   bool // the batch system did not list its jobs last time, which was logged
}

// Start starts the loop.
func Start(c Config) *Scaler {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Scaler{
		config: c, stop: cancel, done: make(chan struct{}), wake: make(chan struct{}, 1),
		decision: newDecision(c.MaxJobs, max(1, c.Cores), c.Output),
	}
	if !c.UnansweredSince.IsZero() {
		s.decision.unansweredUntil = c.UnansweredSince.Add(unansweredWait)
	}
	go s.loop(ctx)
	return s
}

// Stop ends the loop and waits for it. The jobs continue. It is idempotent.
func (s *Scaler) Stop() {
	s.stop()
	<-s.done
}

func (s *Scaler) loop(ctx context.Context) {
	defer close(s.done)
	look := time.NewTicker(stepInterval)
	defer look.Stop()
	for {
		s.step(ctx, time.Now())
		select {
		case <-look.C:
		case <-s.wake:
		case <-ctx.Done():
			return
		}
	}
}

// step lists the jobs if a decision depends on it, then submits or cancels.
func (s *Scaler) step(ctx context.Context, now time.Time) {
	b := s.config.Backlog()
	if !s.shouldListJobs(now, &b) {
		return
	}
	jobs, err := s.config.Batch.Jobs(ctx)
	if err != nil {
		s.listFailed(ctx, err)
		return
	}
	n, ids := s.decide(now, &b, jobs)
	if len(ids) > 0 {
		s.cancel(ctx, ids)
	}
	if n > 0 {
		s.submit(ctx, now, n)
	}
}

// shouldListJobs reports whether it is time to list the jobs.
func (s *Scaler) shouldListJobs(now time.Time, b *Backlog) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.decision
	d.observeWorkers(now, b)
	every := listInterval
	switch {
	case d.hasDepartedWorker(b), d.isIdleTooLong(now), d.maxJobs > 0 && d.jobsToSubmit(now, b) > 0:
		if !s.silent {
			every = shortListInterval
		}
	case len(d.jobs)+len(d.submitted) == 0:
		return false
	}
	if now.Sub(s.listedAt) < every {
		return false
	}
	s.listedAt = now
	return true
}

// decide returns how many jobs to submit, and the ids of those to cancel.
func (s *Scaler) decide(now time.Time, b *Backlog, jobs []slurm.Job) (n int, ids []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.decision
	s.silent = false
	stopped := d.stopped
	d.observeJobs(now, jobs)
	s.logStop(stopped)
	if ids = d.jobsToCancel(now); len(ids) == 0 && d.isIdleTooLong(now) {
		d.busy = false
	}
	return d.jobsToSubmit(now, b), ids
}

func (s *Scaler) listFailed(ctx context.Context, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.decision.maxJobs == 0 && errors.Is(err, slurm.ErrAbsent) {
		s.decision.busy = false // there can be no jobs
		return
	}
	if !s.silent && ctx.Err() == nil {
		s.config.Log.Warn("the batch system does not list its jobs; none are submitted or cancelled until it does", "error", err)
	}
	s.silent = true
}

func (s *Scaler) submit(ctx context.Context, now time.Time, n int) {
	job, err := s.config.Batch.Submit(ctx, n)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.decision.recordSubmission(now, job, n)
		s.config.Log.Info("submitted jobs for queued tasks", "job", job, "jobs", n)
		return
	}
	var failed *slurm.CommandError
	r := refusal{why: err.Error()}
	if errors.As(err, &failed) {
		r.certain, r.tooMany = failed.Refused(), failed.TooMany()
	}
	stopped := s.decision.stopped
	s.decision.recordRefusal(time.Now(), n, r)
	s.config.Log.Warn("jobs could not be submitted", "jobs", n, "error", err)
	s.logStop(stopped)
}

// logStop logs that nothing is submitted any more.
func (s *Scaler) logStop(before string) {
	if now := s.decision.stopped; now != "" && before == "" {
		s.config.Log.Error("no more jobs are submitted until `eisweep slurm --resume`", "why", now)
	}
}

func (s *Scaler) cancel(ctx context.Context, ids []string) {
	err := s.config.Batch.Cancel(ctx, ids...)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.config.Log.Warn("pending jobs could not be cancelled, although all tasks have settled", "error", err)
	} else {
		s.config.Log.Info("cancelled pending jobs: all tasks have settled", "jobs", len(ids))
	}
	s.decision.recordCancelled(ids)
}

// Scaled reports on the jobs, and resumes submissions if the request says so.
func (s *Scaler) Scaled(_ context.Context, r control.Scaling) (control.Scaled, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.decision
	if d.maxJobs == 0 {
		return control.Scaled{}, &control.Refusal{Kind: control.Unknown,
			Text: "this coordinator submits no jobs; start it with --slurm, or submit jobs with `eisweep slurm`"}
	}
	if r.Resume {
		d.resume()
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
	return control.Scaled{
		Max: d.maxJobs, Jobs: len(d.jobs), Failures: d.failures, Stopped: d.stopped, RetryAt: d.retryAt, Error: d.lastError,
	}, nil
}
