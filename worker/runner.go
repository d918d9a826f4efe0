package worker

import (
	"context"
	"time"

	"eisweep/internal/results"
	"eisweep/sim"
)

// Runner executes tasks. Run leaves the result at job.Path, durably, and returns its receipt; after an error
// nothing is there. When ctx ends, Run soon returns ctx's error. It calls observe, from the goroutine that
// called Run, when it has made progress. For a state that is to survive this worker, it calls job.Checkpoints'
// Resume before the first step, MaybeSave whenever the state could be saved, and SaveFinal when ctx has ended. An error
// is final when it wraps sim.ErrNumeric or sim.ErrInvalid; any other is one of storage, which is tried again.
// Run is called by several goroutines.
type Runner interface {
	Run(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error)
}

// model runs the model. What tasks have in common is computed once.
type model struct{ shared sim.Cache }

// Model returns the Runner that runs the model.
func Model() Runner { return new(model) }

func (m *model) Run(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
	task, err := prepare(ctx, job)
	if err != nil {
		return results.Receipt{}, err
	}
	task.Cache, task.Cores = &m.shared, job.Cores
	if task.Experiment == sim.Perturb {
		spool, err := newSpool(job.Path)
		if err != nil {
			return results.Receipt{}, err
		}
		defer spool.remove()
		task.Spool = spool
	}
	simulation, err := sim.New(task)
	if err != nil {
		return results.Receipt{}, err
	}
	if err := run(ctx, simulation, job, observe); err != nil {
		return results.Receipt{}, err
	}
	receipt, err := results.Write(ctx, job.Path, job.Task, simulation.Result())
	if err != nil {
		job.Checkpoints.SaveFinal(ctx, simulation)
	}
	return receipt, err
}

// run takes the simulation to its end, from wherever an earlier attempt left it.
func run(ctx context.Context, s *sim.Simulation, job *Job, observe func(sim.Progress)) error {
	kept := job.Checkpoints
	kept.Resume(s)
	observe(s.Progress())
	trained := trialReports{to: job.Trained, last: time.Now(), trial: s.Progress().Trial}
	err := s.Run(ctx, func(p sim.Progress) {
		observe(p)
		kept.MaybeSave(s)
		trained.progress(s, &p)
	})
	if err != nil {
		kept.SaveFinal(ctx, s)
	}
	return err
}

// trialReports passes on trials that ended, but not all of them if they are many: a log has to stay small.
type trialReports struct {
	to    func(sim.TrialCourse)
	last  time.Time
	trial int // that was under way last
}

// trialInterval is the shortest time between two reports.
const trialInterval = 2 * time.Second

func (r *trialReports) progress(s *sim.Simulation, p *sim.Progress) {
	if r.to == nil || p.Trial == r.trial {
		return
	}
	r.trial = p.Trial
	if time.Since(r.last) < trialInterval {
		return
	}
	if t, ok := s.LastTrial(); ok {
		r.last = time.Now()
		r.to(t)
	}
}

// prepare reads the files that the task starts from.
func prepare(ctx context.Context, job *Job) (task *sim.Task, err error) {
	task = &sim.Task{Experiment: job.Task.Experiment, Seed: job.Task.Seed, Parameters: job.Task.Parameters}
	if job.Source != "" {
		// The result records the seed of its source if the source file has one.
		info, err := results.Inspect(job.Source)
		if err != nil {
			return nil, err
		}
		job.Task.Source.SeedKnown, job.Task.Source.Seed = info.HasTask, info.Seed
		if task.Source, err = results.ReadSource(ctx, job.Source); err != nil {
			return nil, err
		}
	}
	if job.Initial != "" {
		if task.Initial, err = results.ReadInitial(ctx, job.Initial, job.Task.Initial.Take); err != nil {
			return nil, err
		}
	}
	return task, nil
}
