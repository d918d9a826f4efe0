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

// Batch is the batch system, for the jobs of one root.
type Batch interface {
	// Jobs lists those that wait or run. An incomplete list is an error.
	Jobs(ctx context.Context) ([]slurm.Job, error)
	// Submit submits so many as one array, once; its elements are numbered from 1. After
	// an error they may be there unless that is a refusal (slurm.CommandError).
	Submit(ctx context.Context, n int) (job string, err error)
	// Cancel cancels those of the jobs that wait. It is no error if they are gone.
	Cancel(ctx context.Context, ids ...string) error
}

// Config says what jobs there may be.
type Config struct {
	Batch Batch
	// Most is how many jobs there are at most, whoever submitted them; 0 submits none, but
	// cancels those that wait when nothing is left to do.
	Most int
	// Cores is how many tasks a job takes at a time.
	Cores int
	// Output is what the name of a job's output begins with, for people.
	Output string
	// Doubtful is when a submission by an earlier coordinator began of which nobody knows
	// what became; zero is never.
	Doubtful time.Time
	// Backlog tells what there is to do. It is called often.
	Backlog func() Backlog
	Log     *slog.Logger
}

// Times between two looks: at what there is to do, and at the batch system, which is
// looked at more often when something is to be decided.
const (
	lookEvery = time.Second
	askEvery  = 30 * time.Second
	askSoon   = 3 * time.Second
)

// Scaler is the loop. Its methods are safe for concurrent use.
type Scaler struct {
	config Config
	stop   context.CancelFunc
	done   chan struct{}
	wake   chan struct{}

	mu       sync.Mutex
	decision *decision
	asked    time.Time
	silent   bool // the batch system doesn't answer, which was told
}

// Start starts the loop.
func Start(c Config) *Scaler {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Scaler{config: c, stop: cancel, done: make(chan struct{}), wake: make(chan struct{}, 1), decision: newDecision(c.Most, max(1, c.Cores), c.Output)}
	if !c.Doubtful.IsZero() {
		s.decision.doubtful = c.Doubtful.Add(doubtRest)
	}
	go s.loop(ctx)
	return s
}

// Stop ends the loop and waits for it. Jobs stay. It is idempotent.
func (s *Scaler) Stop() {
	s.stop()
	<-s.done
}

func (s *Scaler) loop(ctx context.Context) {
	defer close(s.done)
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		s.look(ctx, time.Now())
		select {
		case <-look.C:
		case <-s.wake:
		case <-ctx.Done():
			return
		}
	}
}

// look asks the batch system if something hangs on it, and does what follows.
func (s *Scaler) look(ctx context.Context, now time.Time) {
	b := s.config.Backlog()
	if !s.curious(now, &b) {
		return
	}
	jobs, err := s.config.Batch.Jobs(ctx)
	if err != nil {
		s.unanswered(ctx, err)
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

// curious says whether it is time to ask which jobs there are.
func (s *Scaler) curious(now time.Time, b *Backlog) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.decision
	d.hear(now, b)
	every := askEvery
	switch {
	case d.leaving(b), d.overdue(now), d.most > 0 && d.needs(now, b) > 0:
		if !s.silent {
			every = askSoon
		}
	case len(d.jobs)+len(d.mine) == 0:
		return false
	}
	if now.Sub(s.asked) < every {
		return false
	}
	s.asked = now
	return true
}

// decide says how many jobs are to be submitted, and which are to be cancelled.
func (s *Scaler) decide(now time.Time, b *Backlog, jobs []slurm.Job) (n int, ids []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.decision
	s.silent = false
	stopped := d.stopped
	d.take(now, jobs)
	s.tellStop(stopped)
	if ids = d.needless(now); len(ids) == 0 && d.overdue(now) {
		d.busy = false
	}
	return d.needs(now, b), ids
}

func (s *Scaler) unanswered(ctx context.Context, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.decision.most == 0 && errors.Is(err, slurm.ErrAbsent) {
		s.decision.busy = false // there can't be any
		return
	}
	if !s.silent && ctx.Err() == nil {
		s.config.Log.Warn("the batch system doesn't say which jobs there are; none is submitted or cancelled until it does", "error", err)
	}
	s.silent = true
}

func (s *Scaler) submit(ctx context.Context, now time.Time, n int) {
	job, err := s.config.Batch.Submit(ctx, n)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.decision.submitted(now, job, n)
		s.config.Log.Info("jobs were submitted for the tasks that wait", "job", job, "jobs", n)
		return
	}
	var failed *slurm.CommandError
	r := refusal{why: err.Error()}
	if errors.As(err, &failed) {
		r.certain, r.tooMany = failed.Refused(), failed.TooMany()
	}
	stopped := s.decision.stopped
	s.decision.refused(time.Now(), n, r)
	s.config.Log.Warn("jobs were not submitted", "jobs", n, "error", err)
	s.tellStop(stopped)
}

// tellStop says it when nothing is submitted any more.
func (s *Scaler) tellStop(before string) {
	if now := s.decision.stopped; now != "" && before == "" {
		s.config.Log.Error("no more jobs are submitted until `eisweep slurm --go-on` says so", "why", now)
	}
}

func (s *Scaler) cancel(ctx context.Context, ids []string) {
	err := s.config.Batch.Cancel(ctx, ids...)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.config.Log.Warn("jobs that wait although nothing is left to do were not cancelled", "error", err)
	} else {
		s.config.Log.Info("jobs that waited were cancelled: nothing is left to do", "jobs", len(ids))
	}
	s.decision.cancelled(ids)
}

// Scaled answers requests about the jobs.
func (s *Scaler) Scaled(_ context.Context, r control.Scaling) (control.Scaled, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.decision
	if d.most == 0 {
		return control.Scaled{}, &control.Refusal{Kind: control.Unknown, Text: "this coordinator submits no jobs by itself; start it with --slurm, or submit some: eisweep slurm"}
	}
	if r.GoOn {
		d.goOn()
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
	return control.Scaled{Most: d.most, Jobs: len(d.jobs), Failures: d.failures, Stopped: d.stopped, NotUntil: d.notUntil, Trouble: d.trouble}, nil
}
