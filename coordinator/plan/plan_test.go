package plan

import (
	"context"
	"errors"
	"strings"
	"testing"

	"eisweep/internal/control"
	"eisweep/sweeps"
)

// What a launch of a sweep with two tasks does about the first, after something was done to it or its file.
func TestActions(t *testing.T) {
	for name, c := range map[string]struct {
		before func(w *world, task *sweeps.Task)
		want   Action
		reason string
	}{
		"nothing is done": {func(*world, *sweeps.Task) {}, Run, "new"},
		"it is done":      {func(w *world, task *sweeps.Task) { w.done("base", task) }, Keep, "in place"},
		"another did it":  {func(w *world, task *sweeps.Task) { w.done("other", task) }, Link, "done by sweep other"},
		"it failed":       {func(w *world, task *sweeps.Task) { w.failed("base", task, "numeric") }, Leave, "failed (numeric)"},
		"its worker died": {func(w *world, task *sweeps.Task) { w.failed("base", task, "lost") }, Run, "tried again"},
		"it failed, and another did it": {func(w *world, task *sweeps.Task) {
			w.failed("base", task, "numeric")
			w.done("other", task)
		}, Link, "done by sweep other"},
		"its file is gone": {func(w *world, task *sweeps.Task) {
			w.done("base", task)
			w.remove("base", task.File)
		}, Run, "gone"},
		"its file was changed": {func(w *world, task *sweeps.Task) {
			w.done("base", task)
			w.write("base", task.File, "changed")
		}, Run, "not what the manifest says"},
		"its file is gone, and another has it": {func(w *world, task *sweeps.Task) {
			w.done("base", task)
			w.done("other", task)
			w.remove("base", task.File)
		}, Link, "done by sweep other"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			sweep := trained(t, "base")
			_, items := w.plan(nil, sweep)
			c.before(w, items[0].Task)
			planned, items := w.plan(nil, sweep)
			if items[0].Action != c.want || !strings.Contains(items[0].Reason, c.reason) {
				t.Errorf("%s: %s", items[0].Action, items[0].Reason)
			}
			if items[1].Action != Run {
				t.Errorf("the other task: %s: %s", items[1].Action, items[1].Reason)
			}
			if err := planned.Conflict(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Tasks that start from others run with them, after them, or not at all.
func TestActionsAboutSources(t *testing.T) {
	for name, c := range map[string]struct {
		before  func(w *world, source *sweeps.Task)
		beside  bool // its source is launched with it
		pending bool // its source runs
		want    Action
	}{
		"the source is missing":         {func(*world, *sweeps.Task) {}, false, false, Block},
		"the source is launched, too":   {func(*world, *sweeps.Task) {}, true, false, Wait},
		"the source runs":               {func(*world, *sweeps.Task) {}, false, true, Wait},
		"the source is done":            {func(w *world, task *sweeps.Task) { w.done("base", task) }, false, false, Run},
		"the source is done by another": {func(w *world, task *sweeps.Task) { w.done("other", task) }, false, false, Run},
		"the source failed":             {func(w *world, task *sweeps.Task) { w.failed("base", task, "numeric") }, true, false, Block},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			base := trained(t, "base")
			_, items := w.plan(nil, base)
			source := items[0].Task
			w.write("base", "sweep.toml", string(base.TOML()))
			w.failed("base", items[1].Task, "lost")
			c.before(w, source)
			list := []*sweeps.Sweep{pushed(t)}
			if c.beside {
				list = append([]*sweeps.Sweep{base}, list...)
			}
			_, items = w.plan(&running{pending: map[sweeps.ID]bool{source.ID: c.pending}}, list...)
			if items[0].Action != c.want || items[0].Reason == "" {
				t.Errorf("%s: %s", items[0].Action, items[0].Reason)
			}
		})
	}
}

// A file of another task is not overwritten, unless the request allows that it is moved.
func TestConflict(t *testing.T) {
	w := newWorld(t)
	sweep := trained(t, "base")
	_, items := w.plan(nil, sweep)
	w.write("base", items[0].Task.File, "of somebody else")
	planned, _ := w.plan(nil, sweep)
	var conflict *SupersedeError
	if err := planned.Conflict(); !errors.As(err, &conflict) || *conflict != (SupersedeError{1, "base"}) {
		t.Errorf("conflict %v", err)
	}
}

// A launch that leaves finished tasks of the previous launch out says which, once, and is refused without permission.
func TestFinishedTasksAreNotDroppedBySurprise(t *testing.T) {
	const text = `
name = "base"
experiment = "APPROXIMATE"
seeds = [1, 2, 3]
[parameters]
ng.exc.n_per_axis = 2
inp.n_stimuli = 3
numint.n_trials = 1
[axes]
pl.is_plastic = ["BOTH", "EXC"]
`
	for name, c := range map[string]struct {
		change [2]string // of the text
		done   int       // how many tasks are done
		want   int
		which  string
	}{
		"fewer seeds":           {[2]string{"[1, 2, 3]", "[2]"}, 6, 4, "seeds 1, 3"},
		"a range of seeds":      {[2]string{"[1, 2, 3]", "[1, 7]"}, 6, 4, "seeds 2–3"},
		"fewer values":          {[2]string{`["BOTH", "EXC"]`, `["BOTH"]`}, 6, 3, "pl.is_plastic=EXC"},
		"only those done count": {[2]string{"[1, 2, 3]", "[2]"}, 1, 1, "seed 1"},
		"new ones":              {[2]string{"[1, 2, 3]", "[3, 2, 1, 4]"}, 6, 0, ""},
		"other names":           {[2]string{"[axes]", "[axes]\nsy.e2e.w_total = [2.0]"}, 6, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			base := parse(t, text)
			_, items := w.plan(nil, base)
			for _, item := range items[:c.done] {
				w.done("base", item.Task)
			}
			w.write("base", "sweep.toml", string(base.TOML()))
			changed := parse(t, strings.Replace(text, c.change[0], c.change[1], 1))
			planned, _ := w.plan(nil, changed)
			s := planned.Summary().Sweeps[0]
			if s.DroppedDone != c.want || s.DroppedWhich != c.which {
				t.Errorf("drops %d (%s), want %d (%s)", s.DroppedDone, s.DroppedWhich, c.want, c.which)
			}
			var drops *DropError
			if err := planned.Drops(); errors.As(err, &drops) != (c.want > 0) {
				t.Errorf("error %v", err)
			}
			w.write("base", "sweep.toml", string(changed.TOML()))
			if planned, _ = w.plan(nil, changed); planned.Drops() != nil {
				t.Errorf("again: %v", planned.Drops())
			}
		})
	}
}

// A file that has no line yet, but gets it in a moment, is in place and in nobody's way.
func TestLinesThatAreAboutToBeWritten(t *testing.T) {
	w := newWorld(t)
	sweep := trained(t, "base")
	_, items := w.plan(nil, sweep)
	w.write("base", items[0].Task.File, "placed a moment ago")
	c := w.catalog()
	planned, err := New(t.Context(), c, noResults{}, &running{write: func() {
		w.done("base", items[0].Task)
		if err := c.RefreshSweep("base"); err != nil {
			t.Error(err)
		}
	}}, Request{Sweeps: []*sweeps.Sweep{sweep}})
	if err != nil {
		t.Fatal(err)
	}
	if s := planned.Summary().Sweeps[0]; s.Conflicts != 0 || s.Done != 1 || s.New != 1 {
		t.Errorf("%+v", s)
	}
}

// A rerun executes what it selects, whatever its state, and looks at nothing else.
func TestReruns(t *testing.T) {
	w := newWorld(t)
	sweep := trained(t, "base")
	_, items := w.plan(nil, sweep)
	w.done("base", items[0].Task)
	w.failed("base", items[1].Task, "numeric")
	for name, c := range map[string]struct {
		choice control.Choice
		want   []uint32 // the seeds
	}{
		"failed ones":  {control.Choice{Failed: true}, []uint32{2}},
		"by class":     {control.Choice{Class: "lost"}, nil},
		"by seed":      {control.Choice{Seeds: []uint32{1}}, []uint32{1}},
		"by id":        {control.Choice{Tasks: []string{items[1].Task.ID.String()[:9]}}, []uint32{2}},
		"by parameter": {control.Choice{Where: map[string]string{"numint.n_trials": "2"}}, nil},
	} {
		choice, err := NewChoice(c.choice)
		if err != nil {
			t.Fatal(err)
		}
		planned, chosen := w.planRequest(nil, Request{Sweeps: []*sweeps.Sweep{sweep}, Rerun: choice})
		if len(chosen) != len(c.want) || !planned.Sweeps[0].IsPartial() {
			t.Fatalf("%s: %d tasks", name, len(chosen))
		}
		for i := range chosen {
			if chosen[i].Task.Seed != c.want[i] || chosen[i].Action != Run || !chosen[i].Selected {
				t.Errorf("%s: %+v", name, chosen[i])
			}
		}
	}
}

// A plan ends with the context that it follows.
func TestItemsEndWithTheContext(t *testing.T) {
	w := newWorld(t)
	planned, _ := w.plan(nil, trained(t, "base"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	planned.Follow(ctx)
	for _, err := range planned.Sweeps[0].Items() {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	}
}
