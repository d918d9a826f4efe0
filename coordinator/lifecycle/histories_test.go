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
const histories = 3000

// TestHistories plays random histories of launches, workers, failures, lost files and people's
// requests against the machine, with a queue, a register, workers and manifests that follow the
// protocol. After every step its counts are true; at the end every sweep is finished, its manifest
// says of every task that it wants what its counts say, and no run was settled twice.
func TestHistories(t *testing.T) {
	first, n := rand.Uint64(), uint64(histories)
	if *historySeed != 0 {
		first, n = *historySeed, 1
	}
	for seed := range n {
		if h, problem := playHistory(first + seed); problem != "" {
			t.Fatalf("%s\nreplay with: go test ./coordinator/lifecycle -run TestHistories -history %d\n%s", problem, first+seed,
				strings.Join(h.log, "\n"))
		}
	}
}

// runKey is one run of a task.
type runKey struct {
	id  sweeps.ID
	run int
}

func (k runKey) String() string { return fmt.Sprintf("%d.%d", k.id[15], k.run) }

// registered is the last event of a run in the register.
type registered struct {
	seq   int
	event string // started, returned or ended
	token string
}

// order is what the queue holds of a run.
type order struct {
	runKey
	after int // the register's last sequence when it was published
}

// world is a machine with its workers, queue and register.
type world struct {
	random   *rand.Rand
	machine  *Machine
	orders   map[runKey]order
	fetched  []order // by workers that have not claimed them yet
	register map[runKey]registered
	seq      int
	working  map[string]runKey               // by token: attempts whose workers are alive
	copies   map[sweeps.ID]map[string]bool   // sweeps that have the result
	last     map[sweeps.ID]map[string]string // the last line by sweep: "done", or a class
	runs     map[sweeps.ID]int               // the highest in a line
	held     map[runKey]OutcomeCommitted     // outcomes that are not acknowledged
	acked    map[runKey]bool
	deferred []sweeps.ID // until the next filling
	waiting  []Place     // that could not be carried out
	launches map[string][]sweeps.ID
	most     map[string]int // tasks of a sweep at a time
	log      []string
	problem  string
}

func newWorld(seed uint64) *world {
	return &world{random: rand.New(rand.NewPCG(seed, 1)), machine: New(), orders: map[runKey]order{}, register: map[runKey]registered{},
		working: map[string]runKey{}, copies: map[sweeps.ID]map[string]bool{}, last: map[sweeps.ID]map[string]string{}, runs: map[sweeps.ID]int{},
		held: map[runKey]OutcomeCommitted{}, acked: map[runKey]bool{}, launches: map[string][]sweeps.ID{}, most: map[string]int{}}
}

func playHistory(seed uint64) (h *world, problem string) {
	h = newWorld(seed)
	defer func() {
		if p := recover(); p != nil {
			problem = fmt.Sprint("panic: ", p)
			panic(strings.Join(h.log, "\n") + fmt.Sprint(p, seed))
		}
	}()
	for range 80 {
		h.happen()
		if problem := h.check(); problem != "" {
			return h, problem
		}
	}
	return h, h.finish()
}

var historySweeps = []string{"a", "b", "p"} // p starts from what the others make

// happen lets one thing happen.
func (h *world) happen() {
	sweep := historySweeps[h.random.IntN(3)]
	status := h.machine.Status(sweep)
	open := status != "" && !h.machine.IsFinished(sweep)
	switch n := h.random.IntN(26); {
	case n < 2:
		h.launch(sweep)
	case n < 5:
		h.fill()
	case n < 8:
		h.fetch()
	case n < 11:
		h.claim()
	case n < 15:
		h.end(true)
	case n < 16 && open && status == Open:
		h.step(SweepPaused{sweep})
	case n < 18 && open && status == Paused:
		h.step(SweepResumed{sweep})
	case n < 19 && open && status != Cancelled && h.random.IntN(2) == 0:
		h.step(SweepCancelled{sweep})
	case n < 20:
		h.endSilent()
	case n < 21:
		h.reappear()
	case n < 23:
		h.retry()
	case n < 24 && h.machine.Launches() == 0:
		h.step(Compacted{})
	case n < 25:
		h.withdraw()
	case h.random.IntN(3) == 0:
		id := task(1 + h.random.IntN(5))
		h.say("the result of %d is removed", id[15])
		delete(h.copies, id)
	}
}

func (h *world) say(format string, args ...any) { h.log = append(h.log, fmt.Sprintf(format, args...)) }

func (h *world) step(e Event) {
	h.say("%T%+v", e, e)
	h.do(h.machine.Step(e))
}

// do does what the machine commands, as the coordinator does.
func (h *world) do(list []Command) {
	for _, c := range list {
		h.say("    %s", describe(c))
		switch c := c.(type) {
		case Place:
			h.place(c)
		case Link:
			if len(h.copies[c.ID]) == 0 {
				h.step(ResultLost(c))
				continue
			}
			h.line(c.ID, c.Sweep, "done", h.runs[c.ID])
		case RecordFailure:
			h.line(c.ID, c.Sweep, string(c.Class), c.Run)
		case Acknowledge:
			h.acknowledge(runKey{c.ID, c.Run})
		case Discard:
			h.acknowledge(runKey{c.ID, c.Run})
		}
	}
}

func (h *world) acknowledge(k runKey) {
	delete(h.held, k)
	h.acked[k] = true
}

// place places a result, now or later, or finds that it is damaged.
func (h *world) place(c Place) {
	switch h.random.IntN(10) {
	case 0:
		h.step(ResultPlaced{c.ID, c.Run, protocol.Storage})
		return
	case 1:
		h.say("    which must wait")
		h.waiting = append(h.waiting, c)
		return
	}
	for _, s := range c.Sweeps {
		h.line(c.ID, s, "done", c.Run)
	}
	h.step(ResultPlaced{c.ID, c.Run, ""})
}

// retry tries again what had to wait.
func (h *world) retry() {
	list := h.waiting
	h.waiting = nil
	for _, c := range list {
		h.step(PlacementRetried{c.ID, c.Run})
	}
}

func (h *world) line(id sweeps.ID, sweep, what string, run int) {
	if h.last[id] == nil {
		h.last[id] = map[string]string{}
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

// launch launches a sweep with some of its tasks, as a plan of what there is has it.
func (h *world) launch(sweep string) {
	h.say("launch of %s", sweep)
	h.launches[sweep] = nil
	h.most[sweep] = []int{0, 0, 1, 2}[h.random.IntN(4)]
	h.step(LaunchBegan{sweep, h.random.IntN(2), h.most[sweep], []string{"", "u", "v"}[h.random.IntN(3)]})
	for n := 1; n <= 5; n++ {
		if h.random.IntN(4) == 0 {
			continue
		}
		number, source := n, sweeps.ID{}
		if sweep == "p" {
			number, source = n+10, task(n)
		}
		h.launches[sweep] = append(h.launches[sweep], task(number))
		h.request(sweep, task(number), source)
		if h.random.IntN(8) == 0 {
			h.claim()
		}
	}
	h.step(LaunchCompleted{Sweep: sweep})
	for _, k := range sortedKeys(h.held) {
		if t, ok := h.machine.Task(k.id); ok && t.Run == k.run {
			h.step(h.held[k])
		}
	}
}

func sortedKeys[V any](m map[runKey]V) []runKey {
	return slices.SortedFunc(maps.Keys(m), func(a, b runKey) int { return cmp.Or(cmp.Compare(a.id[15], b.id[15]), cmp.Compare(a.run, b.run)) })
}

func (h *world) request(sweep string, id, source sweeps.ID) {
	failure := ""
	for _, class := range []protocol.Class{protocol.Numeric, protocol.Invalid} {
		if slices.Contains(slices.Collect(maps.Values(h.last[id])), string(class)) {
			failure = string(class)
		}
	}
	e := TaskRequested{Sweep: sweep, ID: id, Run: h.runs[id], Source: source, Where: int32(id[15])}
	switch {
	case h.copies[id][sweep] && h.last[id][sweep] == "done":
		h.step(TaskReused{sweep, 1})
		return
	case len(h.copies[id]) > 0:
	case failure != "" && h.random.IntN(2) == 0: // else it is asked for, as by a rerun
		e.Class, e.IsRecorded = protocol.Class(failure), h.last[id][sweep] == failure
	default:
		e.Execute = true
		if source != (sweeps.ID{}) && len(h.copies[source]) == 0 {
			t, known := h.machine.Task(source)
			e.Orphan = !known || t.IsSettled()
		}
	}
	h.step(e)
}

// fill sends what is to be executed next.
func (h *world) fill() {
	if h.machine.Disturbed() {
		h.withdraw()
	}
	defer h.adopt()
	for _, id := range h.deferred {
		h.step(TaskReady{id})
	}
	h.deferred = nil
	list := h.machine.Choose(1+h.random.IntN(3), h)
	for _, c := range list {
		k := runKey{c.ID, c.Run}
		h.say("sends %v for %s", k, c.For)
		if h.machine.Status(c.For) != Open {
			h.problem = "a task was sent for a sweep that is not open"
		}
		n := h.machine.Counts(c.For) // several may be sent for sweeps that share tasks
		if most := h.most[c.For]; len(list) == 1 && c.For == c.Sweep && most > 0 && n.Queued+n.Running > most {
			h.problem = fmt.Sprintf("a task was sent for sweep %s, which may have %d at a time: %+v", c.For, most, n)
		}
		if _, ok := h.orders[k]; ok {
			h.say("it is in the queue already: the publication is refused")
			h.withdraw()
			return
		}
		h.orders[k] = order{k, h.register[k].seq}
	}
}

// delay decides whether a task must not be sent before the next filling.
func (h *world) delay(id sweeps.ID) bool {
	if h.random.IntN(2) == 0 {
		return false
	}
	h.deferred = append(h.deferred, id)
	return true
}

// HasRoom and Offer make world a Sender.
func (h *world) HasRoom(int64) bool { return h.random.IntN(2) == 0 }

func (h *world) Offer(c Candidate) Offer {
	if _, ok := h.held[runKey{c.ID, c.Run}]; ok || h.register[runKey{c.ID, c.Run}].event == "started" {
		return Offer{Answer: Later}
	}
	switch h.random.IntN(7) {
	case 0:
		return Offer{Answer: NoRoom, Bytes: int64(h.random.IntN(2))}
	case 1:
		return Offer{Answer: Later}
	case 2:
		h.deferred = append(h.deferred, c.ID)
		return Offer{Answer: Deferred}
	}
	return Offer{Seconds: float64(c.ID[15])}
}

// adopt tells the machine of attempts at tasks that it takes for pending: their sweeps did not want
// them for a while.
func (h *world) adopt() {
	for _, k := range sortedKeys(h.register) {
		t, ok := h.machine.Task(k.id)
		if r := h.register[k]; ok && t.Phase == Pending && t.Run == k.run && r.event == "started" {
			h.step(AttemptStarted{k.id, k.run, r.token})
		}
	}
}

func (h *world) withdraw() {
	h.say("withdraws")
	clear(h.orders)
	h.step(OrdersWithdrawn{})
}

func (h *world) fetch() {
	if keys := sortedKeys(h.orders); len(keys) > 0 {
		h.fetched = append(h.fetched, h.orders[keys[h.random.IntN(len(keys))]])
	}
}

// claim has a worker claim an order that it has fetched, which may have been withdrawn since.
func (h *world) claim() {
	if len(h.fetched) == 0 {
		h.fetch()
		if len(h.fetched) == 0 {
			return
		}
	}
	o := h.fetched[0]
	h.fetched = h.fetched[1:]
	if h.orders[o.runKey] == o {
		delete(h.orders, o.runKey)
	}
	if h.register[o.runKey].seq != o.after {
		h.say("the claim of %v is refused", o.runKey)
		return
	}
	token := fmt.Sprint("t", h.seq+1)
	h.set(o.runKey, "started", token)
	h.working[token] = o.runKey
	h.step(AttemptStarted{o.id, o.run, token})
}

func (h *world) set(k runKey, event, token string) {
	h.seq++
	h.register[k] = registered{h.seq, event, token}
}

// attempt picks one that a worker runs.
func (h *world) attempt() (token string, k runKey, ok bool) {
	tokens := slices.Sorted(maps.Keys(h.working))
	if len(tokens) == 0 {
		return "", k, false
	}
	token = tokens[h.random.IntN(len(tokens))]
	return token, h.working[token], true
}

// end has a worker end with a task, or with badly in some other way.
func (h *world) end(badly bool) {
	token, k, ok := h.attempt()
	if !ok {
		return
	}
	delete(h.working, token)
	class := protocol.Class("")
	if n := h.random.IntN(10); badly {
		switch {
		case n < 2:
			if h.register[k].token == token && h.register[k].event == "started" {
				h.set(k, "returned", token)
				h.step(AttemptReturned{k.id, k.run, token, h.delay(k.id)})
			}
			return
		case n < 4:
			class = []protocol.Class{protocol.Numeric, protocol.Lost, protocol.Storage}[h.random.IntN(3)]
		case n < 6:
			h.say("the worker of %v dies", k)
			return
		}
	}
	if _, ok := h.held[k]; ok {
		h.say("%s is not the first to end %v", token, k)
		return
	}
	o := OutcomeCommitted{ID: k.id, Run: k.run, Token: token, Class: class, Seconds: float64(h.random.IntN(5))}
	h.held[k] = o
	h.step(o)
}

// endSilent has the coordinator end an attempt that it no longer hears from, dead or not.
func (h *world) endSilent() {
	for _, k := range sortedKeys(h.register) {
		t, ok := h.machine.Task(k.id)
		r := h.register[k]
		if !ok || t.Phase != Running || t.Run != k.run || r.event != "started" || r.token != t.Token {
			continue
		}
		if _, alive := h.working[r.token]; alive && h.random.IntN(3) > 0 {
			continue
		}
		h.set(k, "ended", r.token)
		h.step(AttemptEnded{k.id, k.run, r.token, h.random.IntN(3) > 0, protocol.Lost, h.delay(k.id)})
	}
}

// reappear continues an attempt that was ended, if nobody has claimed its task since.
func (h *world) reappear() {
	token, k, ok := h.attempt()
	if !ok || h.register[k].event != "ended" || h.register[k].token != token {
		return
	}
	t, ok := h.machine.Task(k.id)
	if ok && t.Run == k.run && !t.IsSettled() && t.Phase != Placing {
		h.say("%s reappears", token)
		h.set(k, "started", token)
		h.step(AttemptStarted{k.id, k.run, token})
	}
}

// check holds the machine's counts against its tasks.
func (h *world) check() string {
	if h.problem != "" {
		return h.problem
	}
	return checkMachine(h.machine)
}

// finish has everything repaired and worked on, until nothing is left to do.
func (h *world) finish() string {
	h.say("finish")
	for _, sweep := range historySweeps {
		if h.machine.Status(sweep) == Paused {
			h.step(SweepResumed{sweep})
		}
	}
	for range 300 {
		h.endSilent()
		h.fill()
		h.claim()
		h.end(false)
		h.retry()
		if problem := h.check(); problem != "" {
			return problem
		}
	}
	for _, sweep := range historySweeps {
		if h.machine.Status(sweep) != "" {
			if problem := h.settledRight(sweep, h.machine.Counts(sweep)); problem != "" {
				return problem
			}
		}
	}
	return ""
}

// settledRight holds what became of a sweep against its manifest.
func (h *world) settledRight(sweep string, s Counts) string {
	if !h.machine.IsFinished(sweep) {
		return fmt.Sprintf("sweep %s is not finished: %+v; queued are %v", sweep, s, h.orders)
	}
	if h.machine.Status(sweep) == Cancelled {
		return ""
	}
	if s.Total != len(h.launches[sweep]) {
		return fmt.Sprintf("sweep %s wants %d tasks and counts %d", sweep, len(h.launches[sweep]), s.Total)
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
	if isDone != s.Done || isFailed != s.Failed {
		return fmt.Sprintf("the manifest of %s says %d done and %d failed, its counts %d and %d", sweep, isDone, isFailed, s.Done, s.Failed)
	}
	return ""
}

// task is a task by its number.
func task(n int) sweeps.ID {
	var id sweeps.ID
	id[15] = byte(n)
	return id
}

func describe(c Command) string { return fmt.Sprintf("%T%+v", c, c) }
