package coordinator

import (
	"slices"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/control"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/sim"
)

// attempt is a running attempt, according to the register.
type attempt struct {
	control.RunningTask
	run    int
	token  string
	seq    uint64    // of its event in the register
	heard  time.Time // last
	quiet  int       // ticks since a presence listed it
	absent int       // presences of its worker, in a row, that did not list it
	upTo   uint64    // the sequence of the last outcome when the attempt was missed; 0 before
	cost   float64
	memory int64 // bytes that the task takes
}

func (a *attempt) name() protocol.Attempt {
	return protocol.Attempt{ID: a.ID, Run: a.run, Token: a.token}
}

// registered handles the last event of a run in the register.
func (k *Coordinator) registered(e queue.Entry) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := runKey{e.ID, e.Run}
	if e.Sequence <= k.register[key].Sequence {
		return
	}
	k.register[key] = e
	delete(k.window.scarce, key)
	switch e.Event {
	case protocol.EventStarted:
		if t, ok := k.machine.Task(e.ID); !ok || t.Phase != lifecycle.Placing && !t.IsSettled() { // else its outcome came first
			k.leftovers.add(e.ID, e.Token)
		}
		k.startAttempt(e)
		k.wakeWindow()
		return
	case protocol.EventReturned:
		k.endReturned(e)
	case protocol.EventRefused:
		k.workers.refused(e.Worker, e.Error)
		k.step(lifecycle.AttemptStarted{ID: e.ID, Run: e.Run, Token: e.Token})
		k.delayed[e.ID] = time.Now().Add(acknowledged)
		k.step(lifecycle.AttemptReturned{ID: e.ID, Run: e.Run, Token: e.Token})
	case protocol.EventUnreadable:
		k.reasons[e.ID] = e.Error
		k.step(lifecycle.OrderUnreadable{ID: e.ID, Run: e.Run})
	}
	k.flush()
	k.wakeWindow()
}

// startAttempt handles a claim. An attempt at a task that no sweep wants, or that is settled, is ended once a presence
// of its worker shows that it still runs: the attempt's outcome may have arrived first.
func (k *Coordinator) startAttempt(e queue.Entry) {
	k.step(lifecycle.AttemptStarted{ID: e.ID, Run: e.Run, Token: e.Token})
	t, ok := k.machine.Task(e.ID)
	if !ok || t.Phase != lifecycle.Running || t.Run != e.Run || len(t.Sweeps) == 0 {
		return
	}
	k.pace.wake(time.Now(), k.isWorkHeard)
	sweep := t.Sweeps[0]
	task := k.task(e.ID, sweep)
	k.running[e.ID] = &attempt{RunningTask: control.RunningTask{ID: e.ID, Sweep: sweep, File: task.File,
		Worker: e.Worker, Host: e.Host, Attempt: e.Attempt, Since: e.At}, run: e.Run, token: e.Token, seq: e.Sequence, heard: time.Now(),
		cost: cost(task), memory: sim.Memory(task.Experiment, task.Parameters)}
}

// startCommitted handles the claim of an attempt whose outcome arrives before the register's event. An attempt that was
// known before, and has ended, is not the one that took the order out of the queue.
func (k *Coordinator) startCommitted(o *protocol.Outcome) {
	if t, ok := k.machine.Task(o.ID); ok && t.Phase == lifecycle.Queued && !slices.Contains(k.leftovers[o.ID], o.Token) {
		k.step(lifecycle.AttemptStarted{ID: o.ID, Run: o.Run, Token: o.Token})
	}
}

// endReturned handles an attempt that its worker gave up. With a class, the attempt has failed: it counts, and
// the task is tried again after a pause that grows.
func (k *Coordinator) endReturned(e queue.Entry) {
	if r := k.running[e.ID]; r != nil && r.token == e.Token {
		delete(k.running, e.ID)
	}
	t, ok := k.machine.Task(e.ID)
	if !ok || t.Phase != lifecycle.Running || t.Run != e.Run || t.Token != e.Token {
		// Of an attempt that this coordinator has not seen start.
		k.step(lifecycle.AttemptStarted{ID: e.ID, Run: e.Run, Token: e.Token})
	}
	if e.Class == "" {
		k.delayed[e.ID] = time.Now().Add(acknowledged)
		k.step(lifecycle.AttemptReturned{ID: e.ID, Run: e.Run, Token: e.Token})
		return
	}
	if !k.hasCheckpoint(e.ID, e.Token) {
		if err := k.losses.add(lossOf(e, e.Class, e.Error)); err != nil {
			k.config.Log.Warn("a failed attempt is not on record: it does not count after a restart", "error", err)
		}
	}
	k.config.Log.Warn("an attempt failed, and its task is executed again", "task", e.ID, "attempt", e.Attempt, "worker", e.Worker, "error", e.Error)
	k.delayed[e.ID] = time.Now().Add(k.config.RetryDelay << min(e.Attempt-1, 6))
	k.stepEnded(e.AttemptEvent, e.Class, e.Error)
}

// acknowledged is how long after a worker gave a task up its order has certainly left the queue: the
// acknowledgement follows the claim.
const acknowledged = 500 * time.Millisecond

// stepEnded reports to the machine an attempt that has ended without an outcome. It counts if it is recorded
// and was not reported to the machine before.
func (k *Coordinator) stepEnded(e protocol.AttemptEvent, class protocol.Class, reason string) {
	t, ok := k.machine.Task(e.ID)
	counts := ok && k.losses.of(e.ID, e.Run) > t.Losses
	k.reasons[e.ID] = reason
	k.step(lifecycle.AttemptEnded{ID: e.ID, Run: e.Run, Token: e.Token, Lost: counts, Class: class})
	if t, ok := k.machine.Task(e.ID); ok && !t.IsSettled() {
		delete(k.reasons, e.ID)
	}
}

// isWorkHeard reports whether any running task was heard from since a given time.
func (k *Coordinator) isWorkHeard(since time.Time) bool {
	for _, r := range k.running {
		if r.heard.After(since) {
			return true
		}
	}
	return false
}

// progress handles a running attempt's report of how far it has come.
func (k *Coordinator) progress(p protocol.Progress) {
	k.mu.Lock()
	defer k.mu.Unlock()
	r := k.running[p.ID]
	if r == nil || r.run != p.Run || r.token != p.Token {
		return
	}
	r.heard, r.Progress = time.Now(), p.Sim
	if p.Seconds <= 0 || p.Sim.Done == 0 {
		return
	}
	r.StepsPerSecond = float64(p.Sim.Steps) / p.Seconds
	r.Left, r.LeftKnown = seconds(float64(p.Sim.Total-p.Sim.Done)/float64(p.Sim.Done)*p.Seconds), p.Seconds >= 1
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// workDone is the part of a running task's cost that is behind it.
func (a *attempt) workDone() float64 {
	if a.Progress.Total == 0 {
		return 0
	}
	return a.cost * float64(a.Progress.Done) / float64(a.Progress.Total)
}
