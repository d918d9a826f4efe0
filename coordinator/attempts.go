package coordinator

import (
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/control"
	"eisweep/internal/protocol"
)

// atWork is an attempt that a worker announced.
type atWork struct {
	control.RunningTask
	run   int
	heard time.Time // last
	quiet int       // ticks of the watch since then
	cost  float64
}

// attempt takes a worker's word that it started a task or handed it back.
func (k *Coordinator) attempt(e protocol.AttemptEvent) {
	k.mu.Lock()
	defer k.mu.Unlock()
	t, ok := k.machine.Task(e.ID)
	if !ok || t.Run != e.Run {
		return
	}
	if e.Event == protocol.EventReturned {
		delete(k.running, e.ID)
		k.do(k.machine.Step(lifecycle.AttemptReturned{ID: e.ID, Run: e.Run}))
		k.flush()
		return
	}
	k.do(k.machine.Step(lifecycle.AttemptStarted{ID: e.ID, Run: e.Run}))
	if t, ok = k.machine.Task(e.ID); !ok || t.Phase != lifecycle.Running || len(t.Sweeps) == 0 {
		return
	}
	k.pace.wake(time.Now(), k.isWorkHeard)
	sweep := t.Sweeps[0]
	task := k.task(e.ID, sweep)
	k.running[e.ID] = &atWork{RunningTask: control.RunningTask{ID: e.ID, Sweep: sweep, File: task.File,
		Worker: e.Worker, Host: e.Host, Attempt: e.Attempt, Since: e.At}, run: e.Run, heard: time.Now(), cost: cost(task)}
}

// isWorkHeard tells whether any running task was heard since.
func (k *Coordinator) isWorkHeard(since time.Time) bool {
	for _, r := range k.running {
		if r.heard.After(since) {
			return true
		}
	}
	return false
}

// progress takes a running attempt's word on how far it has come.
func (k *Coordinator) progress(p protocol.Progress) {
	k.mu.Lock()
	defer k.mu.Unlock()
	r := k.running[p.ID]
	if r == nil || r.run != p.Run || r.Attempt != p.Attempt {
		return
	}
	r.heard, r.quiet, r.Progress = time.Now(), 0, p.Sim
	if p.Seconds <= 0 || p.Sim.Done == 0 {
		return
	}
	r.StepsPerSecond = float64(p.Sim.Steps) / p.Seconds
	r.Left, r.LeftKnown = seconds(float64(p.Sim.Total-p.Sim.Done)/float64(p.Sim.Done)*p.Seconds), p.Seconds >= 1
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// workDone is the part of a running task's cost that is behind it.
func (r *atWork) workDone() float64 {
	if r.Progress.Total == 0 {
		return 0
	}
	return r.cost * float64(r.Progress.Done) / float64(r.Progress.Total)
}
