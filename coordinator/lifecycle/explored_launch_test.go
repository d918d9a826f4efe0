package lifecycle

import "slices"

// launch plans a launch of sweeps, or a rerun of one task of one sweep, and begins it. The other
// steps follow.
func (w *exploredWorld) launch(names []string, rerun int) {
	w.spent.launches++
	w.step(Compacted{})
	coming := map[int]bool{}
	for _, sweep := range names {
		for _, task := range tasksOf[sweep] {
			if rerun >= 0 && task != rerun {
				continue
			}
			w.steps = append(w.steps, launchStep{sweep, w.plan(sweep, task, rerun >= 0, coming)})
		}
		if rerun >= 0 {
			w.steps = append(w.steps, launchStep{sweep, nil})
		}
		w.steps = append(w.steps, launchStep{sweep, LaunchCompleted{sweep}})
	}
	for _, sweep := range names {
		if rerun >= 0 && w.machine.Status(sweep) != "" {
			w.step(LaunchExtended{sweep})
		} else {
			w.step(LaunchBegan{sweep})
		}
	}
}

// plan decides what a launch does about a task by manifests and files, and adds the task to those
// that are coming if it is to run.
func (w *exploredWorld) plan(sweep string, task int, isRerun bool, coming map[int]bool) Event {
	own := w.lines[task][sweepIndex(sweep)]
	hasFile := w.files[task] != [2]bool{}
	e := TaskRequested{Sweep: sweep, ID: exploredID(task), Run: w.runs[task]}
	if source, ok := sourcesOf[task]; ok {
		e.Source = exploredID(source)
	}
	if !isRerun {
		switch {
		case own.isDone && w.files[task][sweepIndex(sweep)]:
			return TaskReused{sweep, 1}
		case hasFile && !(own.isFailure() && w.files[task][sweepIndex(sweep)]):
			return e
		}
		if failure, ok := w.finalFailure(task); ok {
			e.Class, e.IsRecorded = failure.class, own == failure
			return e
		}
	}
	e.Execute, e.HasResult = true, hasFile
	coming[task] = true
	if source, ok := sourcesOf[task]; ok {
		known, isKnown := w.machine.Task(e.Source)
		e.Orphan = !coming[source] && !(isKnown && !known.IsSettled()) && w.files[source] == [2]bool{}
	}
	return e
}

// finalFailure returns the line of the failure that keeps a task from being run by a launch.
func (w *exploredWorld) finalFailure(task int) (manifestLine, bool) {
	newest := manifestLine{}
	for _, l := range w.lines[task] {
		if l.run > newest.run || l.run == newest.run && l.isDone {
			newest = l
		}
	}
	return newest, newest.isFailure() && newest.class.Repeats()
}

// launchOn does the next step of the launch under way.
func (w *exploredWorld) launchOn() {
	s := w.steps[0]
	if _, isEnd := s.event.(LaunchCompleted); !isEnd && w.machine.Status(s.sweep) == Cancelled {
		for w.steps[0].event != (LaunchCompleted{s.sweep}) {
			w.steps = w.steps[1:]
		}
		s = w.steps[0]
	}
	w.steps = w.steps[1:]
	if s.event == nil {
		w.leaveRest(s.sweep)
		return
	}
	w.step(s.event)
	if _, isEnd := s.event.(LaunchCompleted); isEnd {
		w.endOf(s.sweep)
	}
}

// abandon ends the launch under way at one of its sweeps.
func (w *exploredWorld) abandon() {
	sweep := w.steps[0].sweep
	w.steps = slices.DeleteFunc(w.steps, func(s launchStep) bool { return s.sweep == sweep })
	w.step(LaunchAbandoned{sweep})
	w.dropAllRecorded()
}

// leaveRest counts what a rerun leaves alone.
func (w *exploredWorld) leaveRest(sweep string) {
	rest := RerunRemainder{Sweep: sweep}
	for _, task := range tasksOf[sweep] {
		if t, ok := w.machine.Task(exploredID(task)); ok && t.IsIn(sweep) {
			continue
		}
		switch own := w.lines[task][sweepIndex(sweep)]; {
		case own.isDone:
			rest.Done++
		case own.isFailure():
			e := TaskRequested{Sweep: sweep, ID: exploredID(task), Run: w.runs[task], Class: own.class, IsRecorded: true}
			if source, ok := sourcesOf[task]; ok {
				e.Source = exploredID(source)
			}
			w.step(e)
		default:
			rest.Dropped++
		}
	}
	w.step(rest)
}

// endOf passes on the outcomes that came before their tasks were requested.
func (w *exploredWorld) endOf(sweep string) {
	for _, o := range slices.Clone(w.held) {
		if t, ok := w.machine.Task(o.key.ID); ok && t.Run == o.key.Run && w.heldAt(o.key) >= 0 {
			w.step(OutcomeCommitted{o.key.ID, o.key.Run, 1, o.class})
		}
	}
	if len(w.steps) == 0 {
		w.dropAllRecorded()
	}
}

func (w *exploredWorld) dropAllRecorded() {
	for _, o := range slices.Clone(w.held) {
		w.dropRecorded(o.key)
	}
}
