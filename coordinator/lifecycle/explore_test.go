package lifecycle

import (
	"flag"
	"fmt"
	"strings"
	"testing"
)

var exploreDepth = flag.Int("explore", 0, "how many actions deep TestExplore goes, instead of what its table says")

// TestExplore lets launches, workers, failures and people's requests happen in every order, in a
// world of three tasks and two sweeps. The invariants hold in every state that is reached. From
// every 16th state the sweeps are also run to their end.
func TestExplore(t *testing.T) {
	both := []string{"launch [a b]"}
	for _, test := range []struct {
		name   string
		begin  []string // actions
		depth  int      // actions after these; 0 until no new state is reached
		limits limits
	}{
		{"one launch", both, 0, limits{budget{launches: 1, silences: 1}, true, 2, 1, 0}},
		{"damaged results and lost orders", both, 0, limits{budget{launches: 1, losses: 1, damages: 1}, true, 1, 0, 0}},
		{"steps of first launches", nil, 8, limits{budget{launches: 2}, false, 2, 0, 0}},
		{"steps of a second launch", both, 8, limits{budget{launches: 2}, false, 2, 0, 0}},
		{"late links", []string{"launch [a]"}, 7, limits{budget{launches: 2, losses: 1}, true, 1, 0, 1}},
		{"everything", nil, 6, limits{budget{launches: 3, silences: 1, losses: 1, damages: 1}, true, 2, 1, 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := explorer{limits: test.limits, begin: test.begin, seen: map[fingerprint]bool{}}
			depth := test.depth
			if *exploreDepth > 0 {
				depth = *exploreDepth
			}
			if problem := e.explore(depth); problem != "" {
				t.Fatal(problem)
			}
			t.Logf("%d states", len(e.seen))
		})
	}
}

// explorer visits states, those that take the fewest actions first, so that a problem is shown by a
// shortest history.
type explorer struct {
	limits limits
	begin  []string
	seen   map[fingerprint]bool
}

// visited is a state and how it was reached: the numbers of the actions.
type visited struct {
	world  *exploredWorld
	before *visited
	number int
}

func (e *explorer) explore(depth int) string {
	first := &visited{world: newExploredWorld()}
	for _, name := range e.begin {
		if first = e.named(first, name); first == nil {
			return "there is no action " + name
		}
		for len(first.world.steps) > 0 {
			first = e.named(first, "launch goes on")
		}
	}
	e.seen[fingerprintOf(first.world)] = true
	border := []*visited{first}
	for n := 0; len(border) > 0 && (depth == 0 || n < depth); n++ {
		var next []*visited
		for _, v := range border {
			reached, problem := e.expand(v)
			if problem != "" {
				return problem
			}
			next = append(next, reached...)
			v.world = nil
		}
		border = next
	}
	return ""
}

// named takes the action of a name.
func (e *explorer) named(v *visited, name string) *visited {
	for number, a := range v.world.actions(e.limits) {
		if a.name == name {
			next := &visited{v.world.clone(), v, number}
			e.take(next.world, a)
			return next
		}
	}
	return nil
}

// take takes an action, and ends a launch that nothing may interrupt.
func (e *explorer) take(w *exploredWorld, a action) {
	w.placing = placedNow
	a.do(w)
	for e.limits.atomicLaunches && len(w.steps) > 0 {
		w.launchOn()
	}
}

// expand returns the new states that are one action away.
func (e *explorer) expand(v *visited) (reached []*visited, problem string) {
	for number, a := range v.world.actions(e.limits) {
		next := &visited{v.world.clone(), v, number}
		if problem := e.try(next.world, a); problem != "" {
			return nil, problem + "\n" + e.history(next)
		}
		f := fingerprintOf(next.world)
		if e.seen[f] {
			continue
		}
		e.seen[f] = true
		if problem := next.world.check(); problem != "" {
			return nil, problem + "\n" + e.history(next)
		}
		if f[0]%16 == 0 {
			if problem := e.complete(next.world.clone()); problem != "" {
				return nil, problem + "\n" + e.history(next)
			}
		}
		reached = append(reached, next)
	}
	return reached, ""
}

func (e *explorer) try(w *exploredWorld, a action) (problem string) {
	defer func() {
		if p := recover(); p != nil {
			problem = fmt.Sprint("panic: ", p)
		}
	}()
	e.take(w, a)
	return w.problem
}

// history lists the actions, events and commands that lead to a state.
func (e *explorer) history(v *visited) string {
	var numbers []int
	for ; v.before != nil; v = v.before {
		numbers = append(numbers, v.number)
	}
	var out strings.Builder
	w := newExploredWorld()
	w.log = func(format string, args ...any) { fmt.Fprintf(&out, "    "+format+"\n", args...) }
	for i := len(numbers) - 1; i >= 0; i-- {
		a := w.actions(e.limits)[numbers[i]]
		fmt.Fprintln(&out, a.name)
		if problem := e.try(w, a); problem != "" {
			break
		}
	}
	fmt.Fprintf(&out, "state:\n%s", w)
	return out.String()
}

// complete lets workers run everything, and people resume what is paused, until nothing is left to do.
func (e *explorer) complete(w *exploredWorld) string {
	for range 100 {
		a, ok := helpful(w, e.limits)
		if !ok {
			break
		}
		if problem := e.try(w, a); problem != "" {
			return "on the way to the end: " + problem
		}
	}
	for _, sweep := range exploredSweeps {
		if w.machine.Status(sweep) != "" && !w.machine.IsFinished(sweep) && w.machine.IsLaunched(sweep) {
			return fmt.Sprintf("sweep %s is not finished, and nothing is left to do:\n%s", sweep, w)
		}
	}
	return w.check()
}

// helpful picks an action that brings the sweeps nearer to their end.
func helpful(w *exploredWorld, l limits) (action, bool) {
	l.attempts, l.launches = l.attempts+2, 100
	words := []string{"goes on"}
	for _, sweep := range exploredSweeps {
		if w.machine.Status(sweep) != "" && w.machine.Status(sweep) != Cancelled && !w.machine.IsLaunched(sweep) {
			words = append(words, "launch ["+sweep+"]")
		}
	}
	words = append(words, "resume", "is placed again, and "+string(placedNow), "is linked", "is done, and "+string(placedNow),
		"starts", "is missed")
	actions := w.actions(l)
	for _, text := range words {
		for _, a := range actions {
			if strings.Contains(a.name, text) {
				return a, true
			}
		}
	}
	return action{}, false
}
