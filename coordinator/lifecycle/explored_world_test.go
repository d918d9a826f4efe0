package lifecycle

import (
	"cmp"
	"fmt"
	"slices"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// explored is the number of tasks.
const explored = 3

// Sweep b shares a task with a, and its other task starts from a result of a.
var (
	exploredSweeps = [2]string{"a", "b"}
	tasksOf        = map[string][]int{"a": {0, 1}, "b": {1, 2}}
	sourcesOf      = map[int]int{2: 0}
)

func exploredID(task int) sweeps.ID { return sweeps.ID{15: byte(task + 1)} }

func indexOf(id sweeps.ID) int { return int(id[15]) - 1 }

func sweepIndex(name string) int { return slices.Index(exploredSweeps[:], name) }

// exploredWorld is a machine and everything around it: the coordinator, the queue, the workers,
// the manifests and the files.
type exploredWorld struct {
	machine  *Machine
	queue    [explored][2]queueSlot
	lost     [explored]bool // the queue lost the order, and nobody has noticed
	attempts []exploredAttempt
	held     []heldOutcome // in the order of their commits
	delayed  []runKey      // results that could not be placed
	links    []Link        // that could not be made
	lines    [explored][2]manifestLine
	files    [explored][2]bool
	runs     [explored]int // the highest in a manifest
	resultOf [explored]int // the run that made the files
	acked    []runKey      // runs whose outcome was acknowledged
	steps    []launchStep  // of the launch under way, if there is one
	spent    budget
	placing  placement // what becomes of results in this step
	finished []string  // in this step
	problem  string
	log      func(format string, args ...any)
}

// queueSlot is the order of a task in a sweep's queue. Run 0 is none.
type queueSlot struct {
	run       int
	delivered bool
}

type exploredAttempt struct {
	task, sweep, run int
	silent           bool // its worker is dead, or cut off and will finish the task
}

func (a exploredAttempt) compare(b exploredAttempt) int {
	silent := map[bool]int{true: 1}
	return cmp.Or(a.task-b.task, a.sweep-b.sweep, a.run-b.run, silent[a.silent]-silent[b.silent])
}

type heldOutcome struct {
	key   runKey
	class protocol.Class
}

// manifestLine is the last line of a task in a sweep's manifest.
type manifestLine struct {
	class  protocol.Class
	run    int // 0: there is no line
	isDone bool
}

func (l manifestLine) isFailure() bool { return l.run > 0 && !l.isDone }

// budget counts what could happen any number of times.
type budget struct{ launches, silences, losses, damages int }

// placement is what becomes of a result that is to be placed.
type placement string

const (
	placedNow    placement = "it is placed"
	placedLater  placement = "its placement must wait"
	notAsWritten placement = "its file is damaged"
)

// launchStep is a part of a launch: an event of a sweep, or the count of what a rerun leaves alone.
type launchStep struct {
	sweep string
	event Event // nil: the rest of a rerun
}

func newExploredWorld() *exploredWorld {
	return &exploredWorld{machine: New(), placing: placedNow, log: func(string, ...any) {}}
}

func (w *exploredWorld) clone() *exploredWorld {
	c := *w
	c.machine = cloneMachine(w.machine)
	c.attempts, c.held, c.delayed = slices.Clone(w.attempts), slices.Clone(w.held), slices.Clone(w.delayed)
	c.links = slices.Clone(w.links)
	c.acked, c.steps, c.finished = slices.Clone(w.acked), slices.Clone(w.steps), nil
	return &c
}

// step passes an event to the machine and does what follows.
func (w *exploredWorld) step(e Event) {
	w.log("%T%+v", e, e)
	commands := w.machine.Step(e)
	if o, ok := e.(OutcomeCommitted); ok && slices.Contains(w.acked, runKey{o.ID, o.Run}) {
		w.expectNothing(o, commands)
	}
	w.do(commands)
	for _, sweep := range w.finished {
		if w.machine.IsFinished(sweep) {
			w.purge(sweep)
		}
	}
	w.finished = nil
}

// do carries commands out as the coordinator does.
func (w *exploredWorld) do(commands []Command) {
	for _, c := range commands {
		w.log("    %s", describe(c))
		w.do(w.carryOut(c))
	}
}

func (w *exploredWorld) carryOut(c Command) []Command {
	switch c := c.(type) {
	case OpenSweep:
		w.refuseCancelled(c.Sweep, c)
	case Publish:
		return w.publish(c)
	case Unqueue:
		w.queue[indexOf(c.ID)][sweepIndex(c.Sweep)] = queueSlot{}
	case Purge:
		w.purge(c.Sweep)
	case Place:
		return w.place(c)
	case Link:
		return w.link(c)
	case RecordFailure:
		w.write(c.ID, c.Sweep, manifestLine{class: c.Class, run: c.Run})
	case RetractFailure:
		w.refuseCancelled(c.Sweep, c)
	case Acknowledge:
		w.acknowledge(runKey(c))
	case Discard:
		w.release(runKey{c.ID, c.Run})
	case Hold:
		w.dropRecorded(runKey(c))
	case FinishSweep:
		w.finished = append(w.finished, c.Sweep)
	}
	return nil
}

// expectNothing checks that a second outcome of a run has no effect.
func (w *exploredWorld) expectNothing(o OutcomeCommitted, commands []Command) {
	for _, c := range commands {
		switch c.(type) {
		case Discard, Hold:
		default:
			w.fail("a second outcome of run %d of task %d leads to: %s", o.Run, o.ID[15], describe(c))
		}
	}
}

// fail notes the first problem.
func (w *exploredWorld) fail(format string, args ...any) {
	if w.problem == "" {
		w.problem = fmt.Sprintf(format, args...)
	}
}

// refuseCancelled checks that a command is not for a cancelled sweep.
func (w *exploredWorld) refuseCancelled(sweep string, c Command) {
	if w.machine.Status(sweep) == Cancelled {
		w.fail("sweep %s is cancelled, and the machine commands: %s", sweep, describe(c))
	}
}

func (w *exploredWorld) purge(sweep string) {
	for task := range explored {
		w.queue[task][sweepIndex(sweep)] = queueSlot{}
	}
}

func (w *exploredWorld) publish(c Publish) []Command {
	w.refuseCancelled(c.Sweep, c)
	task := indexOf(c.ID)
	if i := w.heldAt(runKey{c.ID, c.Run}); i >= 0 {
		return w.machine.Step(OutcomeCommitted{c.ID, c.Run, 1, w.held[i].class})
	}
	if source, ok := sourcesOf[task]; ok && w.files[source] == [2]bool{} {
		return w.machine.Step(OutcomeCommitted{c.ID, c.Run, 1, protocol.Source})
	}
	if w.machine.IsCurrent(c) {
		w.queue[task][sweepIndex(c.Sweep)], w.lost[task] = queueSlot{run: c.Run}, false
	}
	return nil
}

func (w *exploredWorld) place(c Place) []Command {
	w.log("    %s", w.placing)
	switch w.placing {
	case notAsWritten:
		w.spent.damages++
		return w.machine.Step(ResultPlaced{c.ID, c.Run, protocol.Storage})
	case placedLater:
		w.delayed = append(w.delayed, runKey{c.ID, c.Run})
		return nil
	}
	w.resultOf[indexOf(c.ID)] = c.Run
	for _, sweep := range c.Sweeps {
		w.write(c.ID, sweep, manifestLine{run: c.Run, isDone: true})
	}
	return w.machine.Step(ResultPlaced{c.ID, c.Run, ""})
}

func (w *exploredWorld) link(c Link) []Command {
	task := indexOf(c.ID)
	if w.placing == placedLater {
		w.log("    it must wait")
		w.links = append(w.links, c)
		return nil
	}
	if w.files[task] == [2]bool{} {
		return w.machine.Step(ResultLost(c))
	}
	w.write(c.ID, c.Sweep, manifestLine{run: w.resultOf[task], isDone: true})
	return nil
}

func (w *exploredWorld) write(id sweeps.ID, sweep string, l manifestLine) {
	task := indexOf(id)
	w.lines[task][sweepIndex(sweep)] = l
	w.runs[task] = max(w.runs[task], l.run)
	if l.isDone {
		w.files[task][sweepIndex(sweep)] = true
	}
}

func (w *exploredWorld) heldAt(key runKey) int {
	return slices.IndexFunc(w.held, func(o heldOutcome) bool { return o.key == key })
}

func (w *exploredWorld) release(key runKey) {
	w.held = slices.DeleteFunc(w.held, func(o heldOutcome) bool { return o.key == key })
}

// acknowledge follows the outcome that settled a run. There must be no second one.
func (w *exploredWorld) acknowledge(key runKey) {
	if slices.Contains(w.acked, key) {
		w.fail("run %d of task %d was settled twice", key.Run, key.ID[15])
	}
	w.acked = append(w.acked, key)
	w.release(key)
}

// dropRecorded lets go of an outcome that the manifests have already.
func (w *exploredWorld) dropRecorded(key runKey) {
	if t, ok := w.machine.Task(key.ID); w.runs[indexOf(key.ID)] >= key.Run && (!ok || t.Run > key.Run) {
		w.release(key)
	}
}
