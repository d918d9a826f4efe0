package worker

import (
	"context"
	"os"
	"time"

	"eisweep/internal/protocol"
	"eisweep/sim"
)

// presenceInterval is the time between two words of a worker on itself.
const presenceInterval = 5 * time.Second

// present tells of the worker until ctx ends, and then that it is gone.
func (w *Worker) present(ctx context.Context) {
	tick := time.NewTicker(presenceInterval)
	defer tick.Stop()
	draining := w.intake.Done()
	for {
		w.tell(false)
		select {
		case <-tick.C:
		case <-draining:
			draining = nil // it is told once
		case <-ctx.Done():
			w.tell(true)
			return
		}
	}
}

func (w *Worker) tell(gone bool) {
	tasks, done := w.load.counts()
	unfit, full := w.load.lack(w.Memory)
	w.Queue.PublishPresence(protocol.Presence{
		Name: w.Name, Host: w.Host, PID: os.Getpid(), Version: w.Version,
		Slots: w.Slots, Busy: len(tasks), Memory: w.Memory, Since: w.since, State: w.state(), Unfit: unfit, Full: full,
		Deadline: w.Deadline, Job: w.Job, Done: done, Tasks: tasks, Kernels: sim.Kernels(), Gone: gone,
	})
}

// state is what the worker does, or why it takes no tasks.
func (w *Worker) state() string {
	if w.Err() != nil {
		return protocol.GaveUp + w.Err().Error()
	}
	if reason := w.Reason(); reason != nil {
		return "draining: " + reason.Error()
	}
	if err := w.Queue.Unkept(); err != nil {
		return "cannot hand over results: " + err.Error()
	}
	return w.load.state()
}

// obey listens for orders.
func (w *Worker) obey() (stop func(), err error) {
	return w.Queue.Commands(w.Name, func(verb string) {
		if verb != protocol.Drain {
			w.Log.Warn("an order that this worker doesn't know", "order", verb)
			return
		}
		w.drain(errOrdered)
	})
}
