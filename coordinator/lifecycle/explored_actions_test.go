package lifecycle

import (
	"fmt"
	"slices"

	"eisweep/internal/protocol"
)

// action is something that can happen next in an explored world.
type action struct {
	name string
	do   func(*exploredWorld)
}

// limits bound how often things happen that could go on forever, and how many there are at a time.
type limits struct {
	budget
	atomicLaunches bool // nothing happens while a launch is under way
	attempts       int
	delayed        int // results that could not be placed
	links          int // that could not be made
}

// actions lists what can happen next.
func (w *exploredWorld) actions(l limits) []action {
	if len(w.steps) > 0 && l.atomicLaunches {
		return []action{{"launch goes on", (*exploredWorld).launchOn}}
	}
	var out []action
	out = append(out, w.launchActions(l)...)
	out = append(out, w.controlActions()...)
	out = append(out, w.workerActions(l)...)
	out = append(out, w.outcomeActions(l)...)
	return append(out, w.queueActions(l)...)
}

func (w *exploredWorld) launchActions(l limits) []action {
	if len(w.steps) > 0 {
		return []action{{"launch goes on", (*exploredWorld).launchOn}, {"launch is abandoned", (*exploredWorld).abandon}}
	}
	if w.spent.launches == l.launches {
		return nil
	}
	var out []action
	for _, names := range [][]string{{"a"}, {"b"}, {"a", "b"}} {
		out = append(out, action{fmt.Sprintf("launch %v", names), func(w *exploredWorld) { w.launch(names, -1) }})
		if l.atomicLaunches && len(w.links) < l.links {
			out = append(out, action{fmt.Sprintf("launch %v, whose links must wait", names), func(w *exploredWorld) {
				w.placing = placedLater
				w.launch(names, -1)
			}})
		}
	}
	for _, sweep := range exploredSweeps {
		for _, task := range tasksOf[sweep] {
			if w.machine.Status(sweep) != "" {
				out = append(out, action{fmt.Sprintf("rerun task %d of %s", task+1, sweep), func(w *exploredWorld) { w.launch([]string{sweep}, task) }})
			}
		}
	}
	return out
}

func (w *exploredWorld) controlActions() []action {
	var out []action
	for _, sweep := range exploredSweeps {
		status := w.machine.Status(sweep)
		if status == "" || status == Cancelled || w.machine.IsFinished(sweep) {
			continue
		}
		if status == Paused {
			out = append(out, action{"resume " + sweep, func(w *exploredWorld) { w.step(SweepResumed{sweep}) }})
		} else {
			out = append(out, action{"pause " + sweep, func(w *exploredWorld) { w.step(SweepPaused{sweep}) }})
		}
		out = append(out, action{"cancel " + sweep, func(w *exploredWorld) { w.step(SweepCancelled{sweep}) }})
	}
	return out
}

func (w *exploredWorld) workerActions(l limits) []action {
	var out []action
	for task := range explored {
		for i, sweep := range exploredSweeps {
			slot := w.queue[task][i]
			if slot.run == 0 || slot.delivered || w.machine.Status(sweep) != Open || len(w.attempts) == l.attempts {
				continue
			}
			out = append(out, action{fmt.Sprintf("task %d starts", task+1), func(w *exploredWorld) { w.start(task, i) }})
		}
	}
	for i, a := range w.attempts {
		name := fmt.Sprintf("attempt at run %d of task %d ", a.run, a.task+1)
		if !a.silent {
			out = append(out, action{name + "is returned", func(w *exploredWorld) { w.giveBack(i) }})
			if w.spent.silences < l.silences {
				out = append(out, action{name + "becomes silent", func(w *exploredWorld) { w.silence(i) }})
			}
		}
		out = append(out, action{name + "fails", func(w *exploredWorld) { w.end(i, protocol.Numeric) }})
		for _, p := range w.placements(l) {
			out = append(out, action{name + "is done, and " + string(p), func(w *exploredWorld) {
				w.placing = p
				w.end(i, "")
			}})
		}
	}
	return out
}

// placements lists what can become of a result.
func (w *exploredWorld) placements(l limits) []placement {
	out := []placement{placedNow}
	if len(w.delayed) < l.delayed {
		out = append(out, placedLater)
	}
	if w.spent.damages < l.damages {
		out = append(out, notAsWritten)
	}
	return out
}

func (w *exploredWorld) outcomeActions(l limits) []action {
	var out []action
	for i, key := range w.delayed {
		for _, p := range w.placements(l) {
			out = append(out, action{fmt.Sprintf("run %d of task %d is placed again, and %s", key.Run, key.ID[15], p), func(w *exploredWorld) {
				w.delayed = slices.Delete(w.delayed, i, i+1)
				w.placing = p
				w.step(PlacementRetried(key))
			}})
		}
	}
	for i, c := range w.links {
		out = append(out, action{fmt.Sprintf("task %d is linked into %s", c.ID[15], c.Sweep), func(w *exploredWorld) {
			w.links = slices.Delete(w.links, i, i+1)
			if t, ok := w.machine.Task(c.ID); ok && t.Phase == Done && t.IsIn(c.Sweep) {
				w.do(w.carryOut(c))
			}
		}})
	}
	for _, o := range w.held {
		name := fmt.Sprintf("the outcome of run %d of task %d is delivered again", o.key.Run, o.key.ID[15])
		out = append(out, action{name, func(w *exploredWorld) {
			w.step(OutcomeCommitted{o.key.ID, o.key.Run, 1, o.class})
		}})
	}
	return out
}

// queueActions are losses of orders and files, and the discovery that an order is missing.
func (w *exploredWorld) queueActions(l limits) []action {
	var out []action
	for task := range explored {
		if w.spent.losses < l.losses {
			if w.queue[task] != [2]queueSlot{} {
				out = append(out, action{fmt.Sprintf("the order of task %d is lost", task+1), func(w *exploredWorld) {
					w.spent.losses++
					w.queue[task], w.lost[task] = [2]queueSlot{}, true
				}})
			}
			if w.files[task] != [2]bool{} {
				out = append(out, action{fmt.Sprintf("the files of task %d are removed", task+1), func(w *exploredWorld) {
					w.spent.losses++
					w.files[task] = [2]bool{}
				}})
			}
		}
		if t, ok := w.machine.Task(exploredID(task)); ok && w.isMissing(task, t) {
			out = append(out, action{fmt.Sprintf("the order of task %d is missed", task+1), func(w *exploredWorld) {
				w.step(OrderMissing{exploredID(task), t.Run})
			}})
		}
	}
	return out
}

// isMissing reports whether a comparison with the queue would find that a task's order is missing.
func (w *exploredWorld) isMissing(task int, t Task) bool {
	isRunning := slices.ContainsFunc(w.attempts, func(a exploredAttempt) bool { return a.task == task && a.run == t.Run && !a.silent })
	return len(w.steps) == 0 && t.IsOrdered() && w.queue[task] == [2]queueSlot{} && !isRunning
}

func (w *exploredWorld) start(task, sweep int) {
	run := w.queue[task][sweep].run
	w.queue[task][sweep].delivered = true
	w.attempts = append(w.attempts, exploredAttempt{task, sweep, run, false})
	w.step(AttemptStarted{exploredID(task), run})
}

// redeliver has the queue deliver the order of an attempt again.
func (w *exploredWorld) redeliver(a exploredAttempt) {
	if slot := &w.queue[a.task][a.sweep]; slot.run == a.run {
		slot.delivered = false
	}
}

func (w *exploredWorld) giveBack(i int) {
	a := w.attempts[i]
	w.attempts = slices.Delete(w.attempts, i, i+1)
	w.redeliver(a)
	w.step(AttemptReturned{exploredID(a.task), a.run})
}

func (w *exploredWorld) silence(i int) {
	w.spent.silences++
	w.attempts[i].silent = true
	w.redeliver(w.attempts[i])
	w.step(AttemptLost{exploredID(w.attempts[i].task), w.attempts[i].run})
}

// end commits the outcome of an attempt. The queue ignores a second outcome of a run while it has the first.
func (w *exploredWorld) end(i int, class protocol.Class) {
	a := w.attempts[i]
	key := runKey{exploredID(a.task), a.run}
	w.attempts = slices.Delete(w.attempts, i, i+1)
	if w.queue[a.task][a.sweep].run == a.run {
		w.queue[a.task][a.sweep] = queueSlot{}
	}
	if w.heldAt(key) >= 0 {
		return
	}
	w.held = append(w.held, heldOutcome{key, class})
	w.step(OutcomeCommitted{key.ID, key.Run, 1, class})
}
