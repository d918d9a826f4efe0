package worker

import (
	"context"
	"os"
	"time"

	"eisweep/internal/protocol"
	"eisweep/sim"
)

// sendHeartbeats reports on the worker until ctx ends, and then that it is gone.
func (w *Worker) sendHeartbeats(ctx context.Context) {
	tick := time.NewTicker(w.Presence)
	defer tick.Stop()
	draining := w.fetchCtx.Done()
	for {
		w.sendHeartbeat(false)
		select {
		case <-tick.C:
		case <-w.asked:
			w.attempts.checkAll()
		case <-draining:
			draining = nil // reported once
		case <-ctx.Done():
			w.sendHeartbeat(true)
			return
		}
	}
}

func (w *Worker) sendHeartbeat(gone bool) {
	p := protocol.Presence{
		At: time.Now(), Name: w.Name, Host: w.Host, PID: os.Getpid(), Version: w.Version, Slots: w.Slots, Since: w.since,
		Deadline: w.Deadline, Job: w.Job, Attempts: w.attempts.names(), Kernels: sim.Kernels(), Gone: gone,
	}
	w.load.describe(&p)
	if err := w.Queue.Unkept(); err != nil {
		p.State = "cannot commit results: " + err.Error()
	}
	if reason := w.Reason(); reason != nil {
		p.State = protocol.Draining + reason.Error()
	}
	if err := w.Err(); err != nil {
		p.State = protocol.GaveUp + err.Error()
	}
	w.Queue.PublishPresence(p)
}

// listenCommands follows the coordinator's commands and answers when it asks for the worker's state.
func (w *Worker) listenCommands() (stop func(), err error) {
	stopCommands, err := w.Queue.Commands(w.Name, w.handleCommand)
	if err != nil {
		return nil, err
	}
	stopHellos, err := w.Queue.Hellos(func() {
		select {
		case w.asked <- struct{}{}:
		default: // it is about to answer
		}
	})
	if err != nil {
		stopCommands()
		return nil, err
	}
	return func() {
		stopCommands()
		stopHellos()
	}, nil
}

func (w *Worker) handleCommand(c protocol.Command) {
	switch c.Verb {
	case protocol.Drain:
		w.drain(errOrdered)
	case protocol.Stop:
		w.attempts.stop(protocol.Attempt{ID: c.ID, Run: c.Run, Token: c.Token})
	}
}
