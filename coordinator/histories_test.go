package coordinator

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"eisweep/internal/control"
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
			t.Fatalf("%s\nreplay with: go test ./coordinator -run TestHistories -history %d\n%s", problem, first+seed, strings.Join(h.log, "\n"))
		}
	}
}

// historyWorld is a machine with all around it.
type historyWorld struct {
	random   *rand.Rand
	machine  *machine
	queue    map[queuedFor]int               // orders: their run numbers
	working  map[queuedFor]int               // at work
	copies   map[sweeps.ID]map[string]bool   // sweeps that have the result
	last     map[sweeps.ID]map[string]string // the last line by sweep: "done", or a class
	runs     map[sweeps.ID]int               // the highest in a line
	held     map[order]protocol.Class        // outcomes that are not acknowledged
	waiting  []place                         // that could not be carried out
	launches map[string][]sweeps.ID          // what each sweep wants
	log      []string
	problem  string
}

// queuedFor is where an order is queued.
type queuedFor struct {
	id    sweeps.ID
	sweep string
}

func playHistory(seed uint64) (h *historyWorld, problem string) {
	h = &historyWorld{random: rand.New(rand.NewPCG(seed, 1)), machine: newMachine(), queue: map[queuedFor]int{}, working: map[queuedFor]int{},
		copies: map[sweeps.ID]map[string]bool{}, last: map[sweeps.ID]map[string]string{}, runs: map[sweeps.ID]int{}, held: map[order]protocol.Class{},
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
	case n < 15 && open && tally.stand == control.Open:
		h.step(paused{sweep})
	case n < 17 && open && tally.stand == control.Paused:
		h.step(resumed{sweep})
	case n < 18 && open && tally.stand != control.Cancelled && h.random.IntN(2) == 0:
		h.step(cancelled{sweep})
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

func (h *historyWorld) step(e event) {
	h.say("%T%+v", e, e)
	h.do(h.machine.step(e))
}

// do does what the machine commands, as the coordinator does.
func (h *historyWorld) do(list []command) {
	for _, c := range list {
		h.say("    %s", describe(c))
		switch c := c.(type) {
		case publish:
			h.publish(c)
		case unqueue:
			delete(h.queue, queuedFor{c.id, c.sweep})
		case purge:
			maps.DeleteFunc(h.queue, func(o queuedFor, _ int) bool { return o.sweep == c.sweep })
		case place:
			h.place(c)
		case link:
			if len(h.copies[c.id]) == 0 {
				h.do(h.machine.step(vanished(c)))
				continue
			}
			h.line(c.id, c.sweep, "done", h.runs[c.id])
		case record:
			h.line(c.id, c.sweep, string(c.class), c.run)
		case acknowledge:
			delete(h.held, order(c))
		case discard:
			delete(h.held, order{c.id, c.run})
		}
	}
}

func (h *historyWorld) publish(c publish) {
	if c.sweep == "" {
		h.problem = "a task was published for no sweep"
	}
	if class, ok := h.held[order{c.id, c.run}]; ok {
		h.do(h.machine.step(outcome{c.id, c.run, 1, class}))
		return
	}
	if h.machine.isCurrent(c) {
		h.queue[queuedFor{c.id, c.sweep}] = c.run
	}
}

// place places a result, now or later, or finds that it is damaged.
func (h *historyWorld) place(c place) {
	switch h.random.IntN(10) {
	case 0:
		h.do(h.machine.step(placed{c.id, c.run, protocol.Storage}))
		return
	case 1:
		h.say("    which must wait")
		h.waiting = append(h.waiting, c)
		return
	}
	for _, s := range c.sweeps {
		h.line(c.id, s, "done", c.run)
	}
	h.do(h.machine.step(placed{c.id, c.run, ""}))
}

// retry tries again what had to wait.
func (h *historyWorld) retry() {
	list := h.waiting
	h.waiting = nil
	for _, c := range list {
		h.step(retried{c.id, c.run})
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
	h.step(opened{sweep})
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
		if h.random.IntN(8) == 0 {
			h.start()
		}
	}
	h.step(launched{sweep})
	for _, o := range h.outcomes() {
		if t := h.machine.tasks[o.id]; t != nil && int(t.run) == o.run {
			h.step(outcome{o.id, o.run, 1, h.held[o]})
		}
	}
}

// outcomes are those that are held, in an order that doesn't depend on chance.
func (h *historyWorld) outcomes() []order {
	return slices.SortedFunc(maps.Keys(h.held), func(a, b order) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
}

func (h *historyWorld) want(sweep string, n int) {
	id := task(fmt.Sprint(n))
	failure := ""
	for _, class := range []protocol.Class{protocol.Numeric, protocol.Invalid} {
		if slices.Contains(slices.Collect(maps.Values(h.last[id])), string(class)) {
			failure = string(class)
		}
	}
	e := wanted{sweep: sweep, id: id, run: h.runs[id], source: sourceOf(n)}
	switch {
	case h.copies[id][sweep] && h.last[id][sweep] == "done":
		h.step(kept{sweep, 1})
		return
	case len(h.copies[id]) > 0:
	case failure != "" && h.random.IntN(2) == 0: // else it is asked for, as by a rerun
		e.class, e.here = protocol.Class(failure), h.last[id][sweep] == failure
	default:
		e.execute = true
		if from := e.source; from != (sweeps.ID{}) && len(h.copies[from]) == 0 {
			t := h.machine.tasks[from]
			e.orphan = t == nil || t.settled()
		}
	}
	h.step(e)
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
		return t != nil && t.stand == control.Open && h.working[o] == 0
	})
	if ok {
		h.working[o] = h.queue[o]
		h.step(started{o.id, h.queue[o]})
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
			h.step(returned{o.id, run})
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
	h.held[order{o.id, run}] = class
	h.step(outcome{o.id, run, 1, class})
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
		if !there[id] && (t.phase == queued || t.phase == running) {
			ids = append(ids, id)
		}
	}
	for _, id := range inOrder(ids) {
		h.step(missed{id, int(h.machine.tasks[id].run)})
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
				if t.phase == phase(p) && h.machine.lists.has(t.wants, name) {
					has++
				}
			}
			// What is settled may be known no more, or be another order's by now.
			settled := slices.Contains([]phase{done, failed, dropped}, phase(p))
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
		if t := h.machine.sweeps[sweep]; t != nil && t.stand == control.Paused {
			h.step(resumed{sweep})
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
func (h *historyWorld) settledRight(sweep string, t *tally) string {
	if !t.finished {
		return fmt.Sprintf("sweep %s is not finished: %+v; queued are %v", sweep, *t, h.queue)
	}
	if t.stand == control.Cancelled {
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
	if isDone != t.phases[done] || isFailed != t.phases[failed] {
		return fmt.Sprintf("the manifest of %s says %d done and %d failed, its counts %d and %d", sweep, isDone, isFailed, t.phases[done], t.phases[failed])
	}
	return ""
}
