package lifecycle

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

var historySeed = flag.Uint64("history", 0, "the seed of the one history to play, as a failure names it")

// histories is how many random histories TestHistories plays.
const histories = 2000

// TestHistories plays random histories of launches, workers, failures, lost files and people's
// requests against the machine, with a queue and manifests that do as it commands. After every
// step its counts are true; at the end every sweep is finished, and its manifest says of every
// task that it wants what its counts say.
func TestHistories(t *testing.T) {
	first, n := rand.Uint64(), uint64(histories)
	if *historySeed != 0 {
		first, n = *historySeed, 1
	}
	for seed := range n {
		if h, problem := playHistory(first + seed); problem != "" {
			t.Fatalf("%s\nreplay with: go test ./coordinator/lifecycle -run TestHistories -history %d\n%s", problem, first+seed, strings.Join(h.log, "\n"))
		}
	}
}

// historyWorld is a machine with all around it.
type historyWorld struct {
	random   *rand.Rand
	machine  *Machine
	queue    map[queuedFor]int               // orders: their run numbers
	working  map[queuedFor]int               // at work
	copies   map[sweeps.ID]map[string]bool   // sweeps that have the result
	last     map[sweeps.ID]map[string]string // the last line by sweep: "done", or a class
	runs     map[sweeps.ID]int               // the highest in a line
	held     map[runKey]protocol.Class       // outcomes that are not acknowledged
	waiting  []Place                         // that could not be carried out
	launches map[string][]sweeps.ID          // what each sweep wants
	log      []string
	problem  string
}

// runKey is a run of a task.
type runKey struct {
	ID  sweeps.ID
	Run int
}

func (k runKey) compare(other runKey) int { return cmp.Or(k.ID.Compare(other.ID), k.Run-other.Run) }

// queuedFor is where an order is queued.
type queuedFor struct {
	id    sweeps.ID
	sweep string
}

func playHistory(seed uint64) (h *historyWorld, problem string) {
	h = &historyWorld{random: rand.New(rand.NewPCG(seed, 1)), machine: New(), queue: map[queuedFor]int{}, working: map[queuedFor]int{},
		copies: map[sweeps.ID]map[string]bool{}, last: map[sweeps.ID]map[string]string{}, runs: map[sweeps.ID]int{}, held: map[runKey]protocol.Class{},
		launches: map[string][]sweeps.ID{}}
	defer func() {
		if p := recover(); p != nil {
			problem = fmt.Sprint("panic: ", p)
		}
	}()
	for range 60 {
		h.happen()
		if problem := h.check(); problem != "" {
			return h, problem
		}
	}
	return h, h.finish()
}

var historySweeps = []string{"a", "b", "p"} // p starts from what the others make

// happen lets one thing happen.
func (h *historyWorld) happen() {
	sweep := historySweeps[h.random.IntN(3)]
	tally := h.machine.sweeps[sweep]
	open := tally != nil && !tally.finished
	switch n := h.random.IntN(21); {
	case n < 2:
		h.launch(sweep)
	case n < 8:
		h.start()
	case n < 14:
		h.end(true)
	case n < 15 && open && tally.status == Open:
		h.Step(SweepPaused{sweep})
	case n < 17 && open && tally.status == Paused:
		h.Step(SweepResumed{sweep})
	case n < 18 && open && tally.status != Cancelled && h.random.IntN(2) == 0:
		h.Step(SweepCancelled{sweep})
	case n < 19:
		h.reconcile()
	case n < 20:
		h.retry()
	case h.random.IntN(3) == 0:
		id := task(fmt.Sprint(1 + h.random.IntN(5)))
		h.say("the result of %d is removed", id[15])
		delete(h.copies, id)
	}
}

func (h *historyWorld) say(format string, args ...any) {
	h.log = append(h.log, fmt.Sprintf(format, args...))
}

func (h *historyWorld) Step(e Event) {
	h.say("%T%+v", e, e)
	h.do(h.machine.Step(e))
}

// do does what the machine commands, as the coordinator does.
func (h *historyWorld) do(list []Command) {
	for _, c := range list {
		h.say("    %s", describe(c))
		switch c := c.(type) {
		case Publish:
			h.publish(c)
		case Unqueue:
			delete(h.queue, queuedFor{c.ID, c.Sweep})
		case Purge:
			maps.DeleteFunc(h.queue, func(o queuedFor, _ int) bool { return o.sweep == c.Sweep })
		case Place:
			h.place(c)
		case Link:
			if len(h.copies[c.ID]) == 0 {
				h.do(h.machine.Step(ResultLost(c)))
				continue
			}
			h.line(c.ID, c.Sweep, "done", h.runs[c.ID])
		case RecordFailure:
			h.line(c.ID, c.Sweep, string(c.Class), c.Run)
		case Acknowledge:
			delete(h.held, runKey(c))
		case Discard:
			delete(h.held, runKey{c.ID, c.Run})
		}
	}
}

func (h *historyWorld) publish(c Publish) {
	if c.Sweep == "" {
		h.problem = "a task was published for no sweep"
	}
	if class, ok := h.held[runKey{c.ID, c.Run}]; ok {
		h.do(h.machine.Step(OutcomeCommitted{c.ID, c.Run, 1, class}))
		return
	}
	if h.machine.IsCurrent(c) {
		h.queue[queuedFor{c.ID, c.Sweep}] = c.Run
	}
}

// place places a result, now or later, or finds that it is damaged.
func (h *historyWorld) place(c Place) {
	switch h.random.IntN(10) {
	case 0:
		h.do(h.machine.Step(ResultPlaced{c.ID, c.Run, protocol.Storage}))
		return
	case 1:
		h.say("    which must wait")
		h.waiting = append(h.waiting, c)
		return
	}
	for _, s := range c.Sweeps {
		h.line(c.ID, s, "done", c.Run)
	}
	h.do(h.machine.Step(ResultPlaced{c.ID, c.Run, ""}))
}

// retry tries again what had to wait.
func (h *historyWorld) retry() {
	list := h.waiting
	h.waiting = nil
	for _, c := range list {
		h.Step(PlacementRetried{c.ID, c.Run})
	}
}

func (h *historyWorld) line(id sweeps.ID, sweep, what string, run int) {
	if h.last[id] == nil {
		h.last[id], h.copies[id] = map[string]string{}, map[string]bool{}
	}
	if h.copies[id] == nil {
		h.copies[id] = map[string]bool{}
	}
	h.last[id][sweep] = what
	h.runs[id] = max(h.runs[id], run)
	if what == "done" {
		h.copies[id][sweep] = true
	}
}

// sourceOf is the task whose result a task of sweep p needs.
func sourceOf(n int) sweeps.ID {
	if n > 10 {
		return task(fmt.Sprint(n - 10))
	}
	return sweeps.ID{}
}

// launch launches a sweep with some of its tasks, as a plan of what there is has it.
func (h *historyWorld) launch(sweep string) {
	h.say("launch of %s", sweep)
	h.launches[sweep] = nil
	h.Step(LaunchBegan{sweep})
	for n := 1; n <= 5; n++ {
		if h.random.IntN(4) == 0 {
			continue
		}
		number := n
		if sweep == "p" {
			number += 10
		}
		h.launches[sweep] = append(h.launches[sweep], task(fmt.Sprint(number)))
		h.want(sweep, number)
		switch h.random.IntN(8) {
		case 0:
			h.start()
		case 1:
			h.end(true)
		}
	}
	h.Step(LaunchCompleted{sweep})
	for _, o := range h.outcomes() {
		if t := h.machine.tasks[o.ID]; t != nil && int(t.run) == o.Run {
			h.Step(OutcomeCommitted{o.ID, o.Run, 1, h.held[o]})
		}
	}
}

// outcomes are those that are held, in an order that doesn't depend on chance.
func (h *historyWorld) outcomes() []runKey {
	return slices.SortedFunc(maps.Keys(h.held), runKey.compare)
}

func (h *historyWorld) want(sweep string, n int) {
	id := task(fmt.Sprint(n))
	failure := ""
	for _, class := range []protocol.Class{protocol.Numeric, protocol.Invalid} {
		if slices.Contains(slices.Collect(maps.Values(h.last[id])), string(class)) {
			failure = string(class)
		}
	}
	e := TaskRequested{Sweep: sweep, ID: id, Run: h.runs[id], Source: sourceOf(n)}
	switch {
	case h.copies[id][sweep] && h.last[id][sweep] == "done":
		h.Step(TaskReused{sweep, 1})
		return
	case len(h.copies[id]) > 0:
	case failure != "" && h.random.IntN(2) == 0: // else it is asked for, as by a rerun
		e.Class, e.IsRecorded = protocol.Class(failure), h.last[id][sweep] == failure
	default:
		e.Execute = true
		if from := e.Source; from != (sweeps.ID{}) && len(h.copies[from]) == 0 {
			t := h.machine.tasks[from]
			e.Orphan = t == nil || t.phase.isSettled()
		}
	}
	h.Step(e)
}

// choose picks one of those orders that are allowed; false when there is none.
func (h *historyWorld) choose(from map[queuedFor]int, allowed func(queuedFor) bool) (queuedFor, bool) {
	list := slices.DeleteFunc(slices.Collect(maps.Keys(from)), func(o queuedFor) bool { return !allowed(o) })
	if len(list) == 0 {
		return queuedFor{}, false
	}
	slices.SortFunc(list, func(a, b queuedFor) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return list[h.random.IntN(len(list))], true
}

// start has a worker take a task that it is offered.
func (h *historyWorld) start() {
	o, ok := h.choose(h.queue, func(o queuedFor) bool {
		t := h.machine.sweeps[o.sweep]
		return t != nil && t.status == Open && h.working[o] == 0
	})
	if ok {
		h.working[o] = h.queue[o]
		h.Step(AttemptStarted{o.id, h.queue[o]})
	}
}

// end has a worker end with a task, or with badly in some other way.
func (h *historyWorld) end(badly bool) {
	o, ok := h.choose(h.working, func(queuedFor) bool { return true })
	if !ok {
		return
	}
	run, class := h.working[o], protocol.Class("")
	delete(h.working, o)
	if n := h.random.IntN(10); badly {
		switch {
		case n < 2:
			h.Step(AttemptReturned{o.id, run})
			return
		case n < 4:
			class = []protocol.Class{protocol.Numeric, protocol.Lost, protocol.Storage}[h.random.IntN(3)]
		case n < 5:
			h.say("the worker of %d dies", o.id[15])
			return
		}
	}
	if h.queue[o] == run {
		delete(h.queue, o)
	}
	h.held[runKey{o.id, run}] = class
	h.Step(OutcomeCommitted{o.id, run, 1, class})
}

// reconcile misses the orders that are nowhere.
func (h *historyWorld) reconcile() {
	there := map[sweeps.ID]bool{}
	for _, m := range []map[queuedFor]int{h.queue, h.working} {
		for o := range m {
			there[o.id] = true
		}
	}
	var ids []sweeps.ID
	for id, t := range h.machine.tasks {
		if !there[id] && (t.phase.isOrdered()) {
			ids = append(ids, id)
		}
	}
	for _, id := range inOrder(ids) {
		h.Step(OrderMissing{id, int(h.machine.tasks[id].run)})
	}
}

// check holds the machine's counts against its tasks.
func (h *historyWorld) check() string {
	if h.problem != "" {
		return h.problem
	}
	for name, tally := range h.machine.sweeps {
		sum := 0
		for p, counted := range tally.phases {
			sum += counted
			has := 0
			for _, t := range h.machine.tasks {
				if t.phase == Phase(p) && h.machine.sets.has(t.sweeps, name) {
					has++
				}
			}
			// What is settled may be known no more, or be another order's by now.
			settled := slices.Contains([]Phase{Done, Failed, dropped}, Phase(p))
			if counted < has || counted != has && !settled {
				return fmt.Sprintf("sweep %s counts %d in phase %d, and has %d", name, counted, p, has)
			}
		}
		if sum != tally.total {
			return fmt.Sprintf("sweep %s counts %d by phase, and %d in all", name, sum, tally.total)
		}
	}
	return ""
}

// finish has everything repaired and worked on, until nothing is left to do.
func (h *historyWorld) finish() string {
	h.say("finish")
	for _, sweep := range historySweeps {
		if t := h.machine.sweeps[sweep]; t != nil && t.status == Paused {
			h.Step(SweepResumed{sweep})
		}
	}
	for range 300 {
		h.start()
		h.end(false)
		h.retry()
		if len(h.working) == 0 {
			h.reconcile()
		}
		if problem := h.check(); problem != "" {
			return problem
		}
	}
	for _, sweep := range historySweeps {
		if t := h.machine.sweeps[sweep]; t != nil {
			if problem := h.settledRight(sweep, t); problem != "" {
				return problem
			}
		}
	}
	return ""
}

// settledRight holds what became of a sweep against its manifest.
func (h *historyWorld) settledRight(sweep string, t *sweepState) string {
	if !t.finished {
		return fmt.Sprintf("sweep %s is not finished: %+v; queued are %v", sweep, *t, h.queue)
	}
	if t.status == Cancelled {
		return ""
	}
	if t.total != len(h.launches[sweep]) {
		return fmt.Sprintf("sweep %s wants %d tasks and counts %d", sweep, len(h.launches[sweep]), t.total)
	}
	isDone, isFailed := 0, 0
	for _, id := range h.launches[sweep] {
		switch h.last[id][sweep] {
		case "":
			return fmt.Sprintf("sweep %s has no line of %d", sweep, id[15])
		case "done":
			isDone++
		default:
			isFailed++
		}
	}
	if isDone != t.phases[Done] || isFailed != t.phases[Failed] {
		return fmt.Sprintf("the manifest of %s says %d done and %d failed, its counts %d and %d", sweep, isDone, isFailed, t.phases[Done], t.phases[Failed])
	}
	return ""
}
