package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/control"
	"eisweep/sweeps"
)

// ahead is what workers take before a task of a sweep, or at the same time.
type ahead struct {
	higher []waiting // sweeps of higher priority, the highest first
	equal  []waiting // sweeps of the same priority
	own    int       // tasks of the sweep itself that come before the task
	sweep  string
}

// waiting is a sweep that has tasks to send.
type waiting struct {
	name     string
	priority int
	tasks    int
}

// ahead finds out what comes before a task of an open sweep, or, for the zero id, before the sweep's next task. The lock is held.
func (x *Explainer) ahead(sweep string, id sweeps.ID) ahead {
	own := x.Sweeps.Get(sweep).Priority
	out := ahead{sweep: sweep}
	for s := range x.Sweeps.All() {
		w := waiting{s.Name, s.Priority, x.Core.Machine().Counts(s.Name).ToSend()}
		switch {
		case s.Name == sweep || w.tasks == 0 || x.Core.Machine().Status(s.Name) != lifecycle.Open:
		case s.Priority > own:
			out.higher = append(out.higher, w)
		case s.Priority == own:
			out.equal = append(out.equal, w)
		}
	}
	for _, list := range [][]waiting{out.higher, out.equal} {
		slices.SortStableFunc(list, func(a, b waiting) int {
			return cmp.Or(cmp.Compare(b.priority, a.priority), cmp.Compare(b.tasks, a.tasks))
		})
	}
	if id != (sweeps.ID{}) {
		out.own = x.Core.Machine().Before(sweep, id)
	}
	return out
}

// maxNamed is the largest number of sweeps that a text names.
const maxNamed = 3

// text continues a sentence; "" if nothing comes before the task.
func (a ahead) text() string {
	var first []string
	for _, w := range shortened(a.higher) {
		first = append(first, fmt.Sprintf("%s of sweep %s (priority %d)", control.Count(w.tasks, "task"), w.name, w.priority))
	}
	if more := len(a.higher) - maxNamed; more > 0 {
		first = append(first, fmt.Sprintf("the tasks of %d more sweeps of higher priority", more))
	}
	if a.own > 0 {
		first = append(first, control.Count(a.own, "task")+" of "+a.sweep+" itself")
	}
	text := ""
	if len(first) > 0 {
		text = "; ahead in the queue: " + strings.Join(first, ", ")
	}
	var equal []string
	for _, w := range shortened(a.equal) {
		equal = append(equal, fmt.Sprintf("%s (%s)", w.name, control.Count(w.tasks, "task")))
	}
	if more := len(a.equal) - maxNamed; more > 0 {
		equal = append(equal, fmt.Sprintf("%d more", more))
	}
	if len(equal) > 0 {
		text += "; it takes turns with sweeps of the same priority: " + strings.Join(equal, ", ")
	}
	return text
}

func shortened(list []waiting) []waiting { return list[:min(len(list), maxNamed)] }
