package lifecycle

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestEveryHistoryOfThreeTasks explores all that can happen to three tasks of two sweeps: a wants 1 and 2, b wants 2
// and 3, which starts from 1. Workers claim orders, also such as were withdrawn since, die, hand back, commit, and
// come back after their attempts were ended; sweeps are paused and cancelled, and the coordinator starts anew. In every
// state the machine's counts add up, a run has one attempt at most, and from it everything comes to its end.
func TestEveryHistoryOfThreeTasks(t *testing.T) { exploreAll(t, nil) }

// TestEveryHistoryWithLimits is the same where only one task of a sweep may be queued or running at a time, or of both.
func TestEveryHistoryWithLimits(t *testing.T) {
	for _, most := range []map[string]int{{"b": 1}, {"a": 1, "b": 1}} {
		t.Run(fmt.Sprint(most), func(t *testing.T) { exploreAll(t, most) })
	}
}

func exploreAll(t *testing.T, most map[string]int) {
	seen := map[string]bool{}
	unexplored := []*explored{newExplored(most)}
	for len(unexplored) > 0 {
		x := unexplored[len(unexplored)-1]
		unexplored = unexplored[:len(unexplored)-1]
		for _, next := range x.successors() {
			if problem := next.check(); problem != "" {
				t.Fatalf("%s\n%s", problem, strings.Join(next.path, "\n"))
			}
			if key := next.key(); !seen[key] {
				seen[key] = true
				unexplored = append(unexplored, next)
				if end, problem := next.drain(); problem != "" {
					t.Fatalf("%s\n%s\n    and then\n%s", problem, strings.Join(next.path, "\n"), end)
				}
			}
		}
	}
	if len(seen) < 1000 {
		t.Errorf("only %d states", len(seen))
	}
	t.Logf("%d states", len(seen))
}

// exploredSweeps are the tasks of the sweeps, and exploredSource what task 3 starts from.
var exploredSweeps = map[string][]int{"a": {1, 2}, "b": {2, 3}}

const exploredTasks, exploredSource = 3, 1

// exploredTrouble is how much goes wrong, or is asked for, in one history: with EISWEEP_ACCEPTANCE=1 any two things, in
// some 290,000 states.
func exploredTrouble() int {
	if os.Getenv("EISWEEP_ACCEPTANCE") == "1" {
		return 2
	}
	return 1
}

// explored is a machine with a queue, a register, workers and manifests.
type explored struct {
	m       *Machine
	orders  map[int]int        // the queue: by task, the register's sequence when it was ordered
	fetched map[int]int        // by workers that have not claimed yet
	reg     map[int]registered // by task
	seq     int                // the register's last
	alive   map[string]int     // attempts whose workers run them
	stream  map[int]string     // outcomes that are not acknowledged: the token
	held    map[int]bool       // of these, those that nobody wants yet
	claims  map[int]int        // by task
	ends    map[int]int        // claims that are over, less those that were set back
	done    map[int]string     // the token of the result
	lines   map[string]bool    // task and sweep
	status  map[string]Status  // on record
	left    map[string]bool    // what may still happen once
	trouble int                // of which so many
	most    map[string]int     // tasks of a sweep at a time
	path    []string
	problem string
}

func newExplored(most map[string]int) *explored {
	x := &explored{
		most:    most,
		orders:  map[int]int{},
		fetched: map[int]int{},
		reg:     map[int]registered{},
		alive:   map[string]int{},
		stream:  map[int]string{},
		held:    map[int]bool{},
		claims:  map[int]int{},
		ends:    map[int]int{},
		done:    map[int]string{},
		lines:   map[string]bool{},
		status:  map[string]Status{"a": Open, "b": Open},
		left: map[string]bool{
			"end":     true,
			"return":  true,
			"die":     true,
			"purge":   true,
			"pause":   true,
			"cancel":  true,
			"restart": true,
		},
		trouble: exploredTrouble(),
	}
	x.start()
	return x
}

func (x *explored) clone() *explored {
	c := *x
	c.m = x.m.clone()
	c.orders, c.fetched, c.reg, c.alive = maps.Clone(x.orders), maps.Clone(x.fetched), maps.Clone(x.reg), maps.Clone(x.alive)
	c.stream, c.held, c.claims, c.ends = maps.Clone(x.stream), maps.Clone(x.held), maps.Clone(x.claims), maps.Clone(x.ends)
	c.done, c.lines, c.status, c.left = maps.Clone(x.done), maps.Clone(x.lines), maps.Clone(x.status), maps.Clone(x.left)
	c.path = slices.Clip(x.path)
	return &c
}

// clone copies a machine.
func (m *Machine) clone() *Machine {
	c := New()
	c.last, c.launches, c.queued, c.disturbed, c.floor = m.last, m.launches, m.queued, m.disturbed, m.floor
	c.sets = sweepSets{slices.Clone(m.sets.lists), maps.Clone(m.sets.numbers)}
	for n, s := range m.numbers {
		d := *s
		d.ids, d.where, d.states, d.spans = slices.Clone(s.ids), slices.Clone(s.where), slices.Clone(s.states), slices.Clone(s.spans)
		d.early, d.last, d.parked = slices.Clone(s.early), slices.Clone(s.last), maps.Clone(s.parked)
		c.numbers[n] = &d
	}
	for name, s := range m.sweeps {
		c.sweeps[name] = c.numbers[s.number]
	}
	for _, s := range m.order {
		c.order = append(c.order, c.numbers[s.number])
	}
	c.deferred, c.users = maps.Clone(m.deferred), maps.Clone(m.users)
	c.places.slots, c.places.used = slices.Clone(m.places.slots), m.places.used
	for id, t := range m.tasks {
		e := *t
		c.tasks[id] = &e
	}
	for id, list := range m.waiting {
		c.waiting[id] = slices.Clone(list)
	}
	return c
}

// start makes the machine that a coordinator has after its start: of what is on record, the register and the stream.
func (x *explored) start() {
	x.m = New()
	for _, name := range []string{"a", "b"} {
		if x.status[name] == Cancelled {
			continue
		}
		x.m.Step(LaunchBegan{Sweep: name, Most: x.most[name]})
		if x.status[name] == Paused {
			x.m.Step(SweepPaused{name})
		}
		for _, n := range exploredSweeps[name] {
			x.request(name, n)
		}
		x.step(LaunchCompleted{Sweep: name})
	}
	for n := 1; n <= exploredTasks; n++ {
		if r := x.reg[n]; r.event == "started" {
			x.step(AttemptStarted{task(n), 1, r.token})
		}
	}
	clear(x.held)
	x.withdraw()
}

func (x *explored) request(sweep string, n int) {
	if x.lines[line(n, sweep)] {
		x.step(TaskReused{sweep, 1})
		return
	}
	e := TaskRequested{Sweep: sweep, ID: task(n), Execute: x.done[n] == ""}
	if e.Run = 0; !e.Execute {
		e.Run = 1
	}
	if n == exploredTasks {
		e.Source = task(exploredSource)
		_, known := x.m.Task(e.Source)
		e.Orphan = x.done[exploredSource] == "" && !known
	}
	x.step(e)
}

func line(n int, sweep string) string { return fmt.Sprint(n, sweep) }

// step has an event happen, and what is commanded done.
func (x *explored) step(e Event) {
	for _, c := range x.m.Step(e) {
		switch c := c.(type) {
		case Place:
			for _, s := range c.Sweeps {
				x.lines[line(int(c.ID[15]), s)] = true
			}
			x.step(ResultPlaced{c.ID, c.Run, ""})
		case Link:
			x.lines[line(int(c.ID[15]), c.Sweep)] = true
		case RecordFailure:
			x.lines[line(int(c.ID[15]), c.Sweep)] = true // for want of its source
		case Acknowledge:
			n := int(c.ID[15])
			if x.done[n] != "" {
				x.problem = fmt.Sprintf("task %d has two results", n)
			}
			x.done[n] = x.stream[n]
			delete(x.stream, n)
		case Discard:
			delete(x.stream, int(c.ID[15]))
		case Hold:
			x.held[int(c.ID[15])] = true
		}
	}
}

// then is a successor by what f does.
func (x *explored) then(bound, what string, f func(*explored)) *explored {
	if bound != "" && (!x.left[bound] || x.trouble == 0) {
		return nil
	}
	c := x.clone()
	if bound != "" {
		c.left[bound] = false
		c.trouble--
	}
	c.path = append(c.path, what)
	f(c)
	return c
}

// successors are the states after any one thing that can happen.
func (x *explored) successors() (out []*explored) {
	add := func(next *explored) {
		if next != nil {
			out = append(out, next)
		}
	}
	add(x.then("", "fill", (*explored).fill))
	add(x.then("purge", "purge", (*explored).withdraw))
	add(x.then("restart", "restart", (*explored).start))
	for _, name := range []string{"a", "b"} {
		add(x.steer(name))
		add(x.cancel(name))
	}
	for n := 1; n <= exploredTasks; n++ {
		if _, is := x.orders[n]; is && x.fetched[n] == 0 {
			add(x.then("", fmt.Sprint("fetch ", n), func(c *explored) { c.fetched[n] = c.orders[n] + 1 }))
		}
		if x.fetched[n] > 0 {
			add(x.then("", fmt.Sprint("claim ", n), func(c *explored) { c.claim(n) }))
		}
		if x.stream[n] != "" && !x.held[n] {
			add(x.then("", fmt.Sprint("take the outcome of ", n), func(c *explored) { c.take(n) }))
		}
		if x.runs(n) {
			add(x.then("end", fmt.Sprint("end ", n), func(c *explored) { c.end(n) }))
		}
		if x.mayReappear(n) {
			add(x.then("", fmt.Sprint("reappear ", n), func(c *explored) { c.reappear(n) }))
		}
	}
	for _, token := range slices.Sorted(maps.Keys(x.alive)) {
		add(x.then("", "commit "+token, func(c *explored) { c.commit(token) }))
		add(x.then("die", "die "+token, func(c *explored) { delete(c.alive, token) }))
		if r := x.reg[x.alive[token]]; r.token == token && r.event == "started" {
			add(x.then("return", "return "+token, func(c *explored) { c.giveBack(token) }))
		}
	}
	return out
}

func (x *explored) steer(name string) *explored {
	switch x.m.Status(name) {
	case Open:
		return x.then("pause", "pause "+name, func(c *explored) { c.status[name] = Paused; c.step(SweepPaused{name}) })
	case Paused:
		return x.then("", "resume "+name, func(c *explored) { c.status[name] = Open; c.step(SweepResumed{name}) })
	}
	return nil
}

func (x *explored) cancel(name string) *explored {
	if is := x.m.Status(name); is == "" || is == Cancelled || x.m.IsFinished(name) {
		return nil
	}
	return x.then("cancel", "cancel "+name, func(c *explored) { c.status[name] = Cancelled; c.step(SweepCancelled{name}) })
}

func (x *explored) withdraw() {
	clear(x.orders)
	x.step(OrdersWithdrawn{})
}

func (x *explored) fill() {
	if x.m.Disturbed() {
		x.withdraw()
	}
	for _, c := range x.m.Choose(1, x) {
		n := int(c.ID[15])
		if x.m.Status(c.For) != Open {
			x.problem = fmt.Sprintf("task %d is sent for %s, which is not open", n, c.For)
		}
		if x.done[n] != "" {
			x.problem = fmt.Sprintf("task %d is sent, and is done", n)
		}
		if k := x.m.Counts(c.Sweep); c.Sweep == c.For && x.most[c.For] > 0 && k.Queued+k.Running > x.most[c.For] {
			x.problem = fmt.Sprintf("task %d is sent, and sweep %s has %d queued and %d running", n, c.For, k.Queued, k.Running)
		}
		if _, occupied := x.orders[n]; occupied {
			x.withdraw()
			return
		}
		x.orders[n] = x.reg[n].seq
	}
	for n := 1; n <= exploredTasks; n++ { // the coordinator adopts what it was offered and knows to run
		if t, ok := x.m.Task(task(n)); ok && t.Phase == Pending && x.reg[n].event == "started" {
			x.step(AttemptStarted{task(n), 1, x.reg[n].token})
		}
	}
}

// HasRoom and Offer make it a Sender.
func (x *explored) HasRoom(int64) bool { return true }

func (x *explored) Offer(c Candidate) Offer {
	if n := int(c.ID[15]); x.stream[n] != "" || x.reg[n].event == "started" {
		return Offer{Answer: Later}
	}
	return Offer{}
}

func (x *explored) claim(n int) {
	after := x.fetched[n] - 1
	delete(x.fetched, n)
	if x.orders[n] == after {
		delete(x.orders, n) // it is acknowledged, whatever becomes of the claim
	}
	if x.reg[n].seq != after {
		return
	}
	x.claims[n]++
	token := fmt.Sprintf("%d.%d", n, x.claims[n])
	x.note(n, "started", token)
	x.alive[token] = n
	x.step(AttemptStarted{task(n), 1, token})
	if t, ok := x.m.Task(task(n)); ok && !t.IsSettled() && t.Token != token {
		x.problem = fmt.Sprintf("task %d is %v, and was claimed", n, t.Phase)
	}
}

func (x *explored) note(n int, event, token string) {
	x.seq++
	x.reg[n] = registered{x.seq, event, token}
}

// runs reports whether the coordinator takes a task for running.
func (x *explored) runs(n int) bool {
	t, ok := x.m.Task(task(n))
	return ok && t.Phase == Running && x.reg[n].event == "started" && x.reg[n].token == t.Token && x.stream[n] == ""
}

func (x *explored) end(n int) {
	token := x.reg[n].token
	x.note(n, "ended", token)
	x.ends[n]++
	x.step(AttemptEnded{ID: task(n), Run: 1, Token: token})
}

func (x *explored) giveBack(token string) {
	n := x.alive[token]
	delete(x.alive, token)
	x.note(n, "returned", token)
	x.ends[n]++
	x.step(AttemptReturned{ID: task(n), Run: 1, Token: token})
}

// mayReappear reports whether an attempt that was ended is set back when it is heard from.
func (x *explored) mayReappear(n int) bool {
	r := x.reg[n]
	t, ok := x.m.Task(task(n))
	return r.event == "ended" && x.alive[r.token] == n && ok && len(t.Sweeps) > 0 && (t.Phase == Pending || t.Phase == Queued)
}

func (x *explored) reappear(n int) {
	x.note(n, "started", x.reg[n].token)
	x.ends[n]--
	x.step(AttemptStarted{task(n), 1, x.reg[n].token})
}

func (x *explored) commit(token string) {
	n := x.alive[token]
	delete(x.alive, token)
	if x.stream[n] == "" {
		x.stream[n] = token
	}
}

func (x *explored) take(n int) {
	x.step(OutcomeCommitted{ID: task(n), Run: 1, Token: x.stream[n]})
}

// check holds what must be true in every state.
func (x *explored) check() string {
	if x.problem != "" {
		return x.problem
	}
	for n := 1; n <= exploredTasks; n++ {
		if live := x.claims[n] - x.ends[n]; live > 1 {
			return fmt.Sprintf("task %d has %d attempts that are not over", n, live)
		}
	}
	return checkMachine(x.m)
}

// key tells states apart in which other things can happen.
func (x *explored) key() string {
	var out strings.Builder
	for n := 1; n <= exploredTasks; n++ {
		r := x.reg[n]
		order, isOrdered := x.orders[n]
		fmt.Fprint(&out, n, r.event, r.token, isOrdered, isOrdered && order == r.seq, x.fetched[n] > 0, x.fetched[n] == r.seq+1,
			x.stream[n], x.held[n], x.done[n], ";")
		if t, ok := x.m.Task(task(n)); ok {
			fmt.Fprint(&out, t.Phase, t.Token, t.Sweeps)
		}
		if e := x.m.tasks[task(n)]; e != nil {
			fmt.Fprint(&out, e.last, e.orphan, e.charge.sweep)
		}
	}
	for _, name := range []string{"a", "b"} {
		fmt.Fprint(&out, name, x.status[name], x.m.Status(name), x.m.IsFinished(name), x.m.Counts(name))
		if s := x.m.sweeps[name]; s != nil {
			fmt.Fprint(&out, s.next, s.early, s.last, s.states)
		}
	}
	fmt.Fprint(&out, x.m.queued, x.m.disturbed, x.m.floor == nil, x.left, x.trouble, x.lines, x.alive)
	return out.String()
}

// drain has everything that waits carried on with until nothing is left to do. It returns what is wrong then, and
// the state in which it is.
func (x *explored) drain() (end, problem string) {
	c := x.clone()
	for range 24 {
		if c.hasEnded() {
			break
		}
		c.carryOn()
		if problem := c.check(); problem != "" {
			return c.key(), problem
		}
	}
	for name, tasks := range exploredSweeps {
		if c.status[name] == Cancelled {
			continue
		}
		if !c.m.IsFinished(name) {
			return c.key(), fmt.Sprintf("sweep %s does not come to its end: %+v, in the queue are %v", name, c.m.Counts(name), c.orders)
		}
		for _, n := range tasks {
			if !c.lines[line(n, name)] {
				return c.key(), fmt.Sprintf("sweep %s has no line of task %d", name, n)
			}
		}
	}
	return "", ""
}

// hasEnded reports whether nothing more is to come of any sweep.
func (x *explored) hasEnded() bool {
	for name, is := range x.status {
		if is != Cancelled && !x.m.IsFinished(name) {
			return false
		}
	}
	return true
}

// carryOn has everything done that waits.
func (x *explored) carryOn() {
	for name, is := range x.status {
		if is == Paused {
			x.status[name] = Open
			x.step(SweepResumed{name})
		}
	}
	for n := 1; n <= exploredTasks; n++ {
		if x.runs(n) && x.alive[x.reg[n].token] != n {
			x.end(n)
		}
		if x.stream[n] != "" && !x.held[n] {
			x.take(n)
		}
	}
	x.fill()
	for n := 1; n <= exploredTasks; n++ {
		if after, is := x.orders[n]; is && x.fetched[n] == 0 {
			x.fetched[n] = after + 1
		}
		if x.fetched[n] > 0 {
			x.claim(n)
		}
	}
	for _, token := range slices.Sorted(maps.Keys(x.alive)) {
		x.commit(token)
	}
}
