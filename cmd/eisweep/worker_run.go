package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"eisweep/cmd/eisweep/internal/display"
	"eisweep/cmd/eisweep/internal/slurmjobs"
	"eisweep/cmd/eisweep/internal/telemetry"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/internal/hostlimits"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/root"
	"eisweep/worker"
)

// returnTimeout is how long a worker may take after the first signal to save its tasks and return them.
const returnTimeout = 60 * time.Second

// run runs tasks until the worker ends or a signal comes.
func (w *workerCommand) run(ctx context.Context, e *cli.Env, r *root.Root) (err error) {
	cli.IgnoreBrokenPipe()
	log := display.NewServiceLog(e, w.asJSON)
	monitor, err := w.startMonitor(log)
	if err != nil {
		return err
	}
	defer monitor.Stop()
	q, err := w.connect(ctx, e, r, log)
	if err != nil {
		return client.UnlessStopped(ctx, log, err)
	}
	defer q.Close()
	c, limits, err := w.config(e)
	if err != nil {
		return err
	}
	if c.Prober, err = cli.NewProber(); err != nil {
		return err
	}
	c.Root, c.Queue, c.Log, c.OnMemoryChange = r, q, log, cli.TuneGC(e)
	at, err := worker.Start(context.WithoutCancel(ctx), c)
	if err != nil {
		return fmt.Errorf("start worker: %w", err)
	}
	process := &telemetry.Worker{State: at, Queue: q, Root: r, Meters: at.Meters, Slots: c.Slots, Memory: c.Memory, Version: c.Version}
	monitor.Serve(process, process.Registry())
	log.Info("the worker is ready", "worker", c.Name, "slots", c.Slots, "memory", cli.Size(c.Memory),
		"version", c.Version, "limits", limits.String())
	select {
	case <-at.Done():
		return endOfWorker(at)
	case <-ctx.Done():
	}
	log.Info("stopping: saving and returning the running tasks", "signal", context.Cause(ctx))
	drain, cancel := context.WithTimeout(context.Background(), returnTimeout)
	defer cancel()
	if err := at.Drain(drain); err != nil {
		return cli.Errorf(cli.ExitLost, "tasks could not be returned within %s; other workers continue them from their checkpoints: %w",
			cli.Duration(returnTimeout), err)
	}
	log.Info("stopped")
	return endOfWorker(at)
}

// startMonitor listens for requests of monitoring systems, if --http says so.
func (w *workerCommand) startMonitor(log *slog.Logger) (*telemetry.Server, error) {
	if w.http == "" {
		return telemetry.Nowhere(), nil
	}
	s, err := telemetry.Start(w.http, log)
	if err != nil {
		return nil, cli.Usagef("--http %s: %w", w.http, err)
	}
	return s, nil
}

// endOfWorker returns the error with which a worker ended; nil if it was told to end.
func endOfWorker(w *worker.Worker) error {
	err := w.Err()
	if errors.Is(err, worker.ErrStorage) {
		return cli.Errorf(cli.ExitStorage, "the worker takes no more tasks: %w; repair that, then start the worker again", err)
	}
	return err
}

// connect opens the queue. If a coordinator was started before, it waits for one, as long as for a task. If a `run` owns the root, which
// needs no workers, the error says so.
func (w *workerCommand) connect(ctx context.Context, e *cli.Env, r *root.Root, log *slog.Logger) (*queue.Queue, error) {
	e.NATSFlags = w.CommandLine()
	if err := w.CheckDirectory(ctx, e, r, protocol.Worker); err != nil {
		return nil, cli.OrInterrupted(ctx, err)
	}
	begun, wait := time.Now(), client.Retry{Message: "no coordinator is reachable; waiting for one", Log: log}
	for {
		if err := client.CheckVersion(r); err != nil {
			return nil, err
		}
		q, err := w.Connection.Open(ctx, r, protocol.Worker, log)
		if err == nil {
			return q, nil
		}
		passes := w.MayPass(err)
		if !wait.Waited() { // once: examining a lock holds it for a moment
			err = client.OrRun(e, r, &w.Connection, err)
		}
		if !passes {
			return nil, cli.OrInterrupted(ctx, err)
		}
		if waited := time.Since(begun); w.idle > 0 && waited > w.idle || !w.deadline.IsZero() && time.Now().After(w.deadline) {
			return nil, cli.Errorf(cli.ExitLost, "no coordinator was reachable for %s: %w", cli.Duration(waited), err)
		}
		if err := wait.Wait(ctx, err); err != nil {
			return nil, err
		}
	}
}

// config is the worker's configuration, by the options and the limits of this process.
func (w *workerCommand) config(e *cli.Env) (c worker.Config, limits hostlimits.Limits, err error) {
	host, err := os.Hostname()
	if err != nil {
		return c, limits, cli.Errorf(cli.ExitInternal, "name host: %w", err)
	}
	given, job := slurmjobs.Allotment(e.Getenv)
	limits = hostlimits.Find(given)
	c = worker.Config{
		Name: fmt.Sprintf("%s-%d", host, os.Getpid()), Host: host, Version: cli.Version(), Slots: w.slots, Checkpoint: w.checkpoint,
		Memory: w.memory, MaxTasks: w.maxTasks, IdleTimeout: w.idle, Deadline: w.deadline, Job: job,
	}
	if c.Slots == 0 {
		c.Slots = limits.Cores
	}
	if c.Memory == 0 {
		c.Memory = limits.ForTasks()
	}
	return c, limits, cli.ApplyWorkerFailpoints(e, &c)
}
