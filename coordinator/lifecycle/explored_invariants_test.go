package lifecycle

import "slices"

// check holds what must be true of a world whatever happened.
func (w *exploredWorld) check() string {
	for _, sweep := range exploredSweeps {
		if w.machine.Status(sweep) != "" {
			w.checkSweep(sweep)
		}
	}
	for task := range explored {
		if t, ok := w.machine.Task(exploredID(task)); ok && len(t.Sweeps) > 0 {
			w.checkTask(task, t)
		}
		w.checkQueue(task)
	}
	return w.problem
}

// checkSweep holds a sweep's counts against the tasks.
func (w *exploredWorld) checkSweep(sweep string) {
	counts := w.machine.Counts(sweep)
	var has Counts
	for _, t := range w.machine.Tasks() {
		if t.IsIn(sweep) {
			has.add(t.Phase)
		}
	}
	isLaunching := slices.ContainsFunc(w.steps, func(s launchStep) bool { return s.sweep == sweep })
	unsettled := counts.Waiting + counts.Queued + counts.Running + counts.Placing
	switch settled := counts.Done + counts.Failed + counts.Dropped; {
	case counts.Total != unsettled+settled:
		w.fail("sweep %s has other tasks than by phase: %+v", sweep, counts)
	case counts.Waiting != has.Waiting || counts.Queued != has.Queued || counts.Running != has.Running || counts.Placing != has.Placing:
		w.fail("sweep %s counts %+v, and has %+v", sweep, counts, has)
	case min(counts.Done, counts.Failed, counts.Dropped) < 0, counts.Done+counts.Failed < has.Done+has.Failed:
		w.fail("sweep %s counts %+v, and has %+v", sweep, counts, has) // it may have had more: settled tasks are forgotten
	case !isLaunching && w.machine.IsLaunched(sweep) && w.machine.Status(sweep) != Cancelled && counts.Total != len(tasksOf[sweep]):
		w.fail("sweep %s has %d tasks and counts %+v", sweep, len(tasksOf[sweep]), counts)
	case w.machine.IsFinished(sweep) != (w.machine.IsLaunched(sweep) && unsettled == 0):
		w.fail("sweep %s is finished: %v, and counts %+v", sweep, w.machine.IsFinished(sweep), counts)
	case w.machine.Status(sweep) == Cancelled && counts.Waiting+counts.Queued > 0:
		w.fail("sweep %s is cancelled, and counts %+v", sweep, counts)
	}
}

func (c *Counts) add(p Phase) {
	switch p {
	case Waiting:
		c.Waiting++
	case Queued:
		c.Queued++
	case Running:
		c.Running++
	case Placing:
		c.Placing++
	case Done:
		c.Done++
	case Failed:
		c.Failed++
	}
}

// checkTask holds the phase of a task that a sweep wants against the queue, the workers and the manifests.
func (w *exploredWorld) checkTask(task int, t Task) {
	switch t.Phase {
	case Waiting:
		source, ok := w.machine.Task(w.machine.Source(exploredID(task)))
		if !ok || source.IsSettled() {
			w.fail("task %d waits for no source", task+1)
		}
	case Queued:
		isOpen := func(s string) bool { return w.machine.Status(s) == Open }
		if slices.ContainsFunc(t.Sweeps, isOpen) && !isOpen(t.QueuedFor) {
			w.fail("task %d is queued for %s, whose tasks workers don't get", task+1, t.QueuedFor)
		}
		if w.queue[task][sweepIndex(t.QueuedFor)].run != t.Run && !w.lost[task] {
			w.fail("run %d of task %d is not in the queue of %s", t.Run, task+1, t.QueuedFor)
		}
	case Running:
		key := runKey{exploredID(task), t.Run}
		if w.heldAt(key) < 0 && !slices.ContainsFunc(w.attempts, func(a exploredAttempt) bool { return a.task == task && a.run == t.Run }) {
			w.fail("run %d of task %d is running, and no worker has it", t.Run, task+1)
		}
	case Placing:
		if key := (runKey{exploredID(task), t.Run}); w.heldAt(key) < 0 || !slices.Contains(w.delayed, key) {
			w.fail("nothing will place run %d of task %d", t.Run, task+1)
		}
	case Done, Failed:
		for _, sweep := range t.Sweeps {
			isDelayed := slices.Contains(w.links, Link{exploredID(task), sweep})
			if l := w.lines[task][sweepIndex(sweep)]; !isDelayed && (l.run == 0 || l.isDone != (t.Phase == Done)) {
				w.fail("the manifest of %s says %+v of task %d, which is %v", sweep, l, task+1, t)
			}
		}
	}
}

// checkQueue holds a task's orders against the machine: there is at most the one that it wants, and one whose run was ended
// by an attempt whose worker had become silent.
func (w *exploredWorld) checkQueue(task int) {
	t, ok := w.machine.Task(exploredID(task))
	for i, sweep := range exploredSweeps {
		slot := w.queue[task][i]
		isWanted := ok && t.IsOrdered() && t.QueuedFor == sweep && t.Run == slot.run
		key := runKey{exploredID(task), slot.run}
		if slot.run > 0 && len(w.steps) == 0 && !isWanted && w.heldAt(key) < 0 && !slices.Contains(w.acked, key) {
			w.fail("the queue of %s has run %d of task %d, which is %+v", sweep, slot.run, task+1, t)
		}
	}
}
