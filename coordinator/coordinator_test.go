package coordinator

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/plan"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

const twoByTwo = `
name = "two"
experiment = "APPROXIMATE"
seeds = [1, 2]
[parameters]
ng.exc.n_per_axis = 2
inp.n_stimuli = 3
numint.n_trials = 1
[axes]
pl.is_plastic = ["BOTH", "EXC"]
`

const pushed = `
name = "pushed"
experiment = "PERTURB"
source = "two"
[parameters]
perturb.n_perturbed = 2
`

func TestLaunchPlacesEveryResultAndSaysSo(t *testing.T) {
	g := newRig(t)
	s := g.run(order1(parse(t, twoByTwo))).Sweeps[0]
	if s.Tasks != 4 || s.Ran != 4 || s.Done != 4 || s.Failed != 0 {
		t.Errorf("summary %+v", s)
	}
	want := []string{"results~pl.is_plastic=BOTH~seed=1.h5", "results~pl.is_plastic=BOTH~seed=2.h5",
		"results~pl.is_plastic=EXC~seed=1.h5", "results~pl.is_plastic=EXC~seed=2.h5"}
	if got := g.files("two"); !slices.Equal(got, want) {
		t.Errorf("files %q", got)
	}
	for _, l := range g.lines("two") {
		if text := g.read("two", l.File); text != "result of "+l.ID.String() {
			t.Errorf("%s holds %q", l.File, text)
		}
		if l.State != manifest.Done || l.Run != 1 || l.Attempt != 1 || plasticity(l.Parameters) == "" || l.Seed == 0 {
			t.Errorf("line %+v", l)
		}
	}
	if left, err := os.ReadDir(g.root.Private("incoming")); err != nil || len(left) > 0 {
		t.Errorf("incoming holds %v, %v", left, err)
	}
}

// TestRunClearsOnlyBehindItself has results on their way: one of a worker whose
// coordinator was stopped, and what an attempt left at a task of the session.
func TestRunClearsOnlyBehindItself(t *testing.T) {
	g := newRig(t)
	k := g.start()
	if _, err := k.Launch(g.context(), order1(parse(t, twoByTwo))); err != nil {
		t.Fatal(err)
	}
	for id := range queuedTasks(k) {
		write(t, g.root.Private("incoming", id+".1.9.h5.2.part"), "died")
	}
	others := g.root.Incoming(sweeps.ID{1}, 1, protocol.NewToken())
	write(t, others, "to be handed over")
	if s := g.work(k).Sweeps[0]; s.Done != 4 {
		t.Errorf("summary %+v", s)
	}
	left, err := os.ReadDir(g.root.Private("incoming"))
	if err != nil || len(left) != 1 || left[0].Name() != filepath.Base(others) {
		t.Errorf("incoming holds %v, %v", left, err)
	}
}

func TestRelaunchRunsWhatIsMissing(t *testing.T) {
	g := newRig(t)
	g.run(order1(parse(t, twoByTwo)))
	g.executed()
	gone, altered := g.files("two")[0], g.files("two")[1]
	steps := []struct {
		name   string
		before func()
		text   string
		want   int
	}{
		{"nothing", func() {}, twoByTwo, 0},
		{"one more seed", func() {}, strings.Replace(twoByTwo, "[1, 2]", "[1, 2, 3]", 1), 2},
		{"a result deleted", func() { remove(t, g.path("two", gone)) }, twoByTwo, 1},
		{"a result truncated", func() { write(t, g.path("two", altered), "res") }, twoByTwo, 1},
		{"a result altered", func() { alter(t, g.path("two", altered)) }, twoByTwo, 1},
		{"a result touched", func() { touch(t, g.path("two", altered)) }, twoByTwo, 0},
		{"the queue's store lost", func() { g.stop(); g.store = t.TempDir(); g.startQueue() }, twoByTwo, 0},
	}
	for _, step := range steps {
		step.before()
		s := g.run(dropping(parse(t, step.text))).Sweeps[0]
		if n := g.executed(); n != step.want || s.Done != s.Tasks {
			t.Errorf("%s: %d tasks executed, not %d; %+v", step.name, n, step.want, s)
		}
	}
	if text := g.read("two", altered); !strings.HasPrefix(text, "result of t") {
		t.Errorf("the altered result is now %q", text)
	}
	if _, err := os.Stat(filepath.Join(g.root.SweepDir("two"), "superseded")); err != nil {
		t.Errorf("damaged files were not kept: %v", err)
	}
}

func TestAnotherSweepsResultIsLinked(t *testing.T) {
	g := newRig(t)
	g.run(order1(parse(t, twoByTwo)))
	g.executed()
	other := parse(t, strings.Replace(strings.Replace(twoByTwo, `"two"`, `"other"`, 1), "[1, 2]", "[2, 5]", 1))
	s := g.run(order1(other)).Sweeps[0]
	if n := g.executed(); n != 2 || s.Linked != 2 || s.Done != 4 {
		t.Errorf("%d executed, %+v", n, s)
	}
	a, _ := os.Stat(g.path("two", "results~pl.is_plastic=EXC~seed=2.h5"))
	b, _ := os.Stat(g.path("other", "results~pl.is_plastic=EXC~seed=2.h5"))
	if !os.SameFile(a, b) {
		t.Error("the result was not linked")
	}
	for _, l := range g.lines("other") {
		if (l.Seed == 2) != (l.ReusedFrom == "two") {
			t.Errorf("seed %d is reused from %q", l.Seed, l.ReusedFrom)
		}
	}
}

func TestTwoSweepsLaunchedTogetherShareTasks(t *testing.T) {
	g := newRig(t)
	other := parse(t, strings.Replace(twoByTwo, `"two"`, `"other"`, 1))
	sum := g.run(order1(parse(t, twoByTwo), other))
	if n := g.executed(); n != 4 {
		t.Errorf("%d tasks executed, not 4", n)
	}
	for _, s := range sum.Sweeps {
		if s.Done != 4 || s.Ran+s.Linked != 4 || len(g.files(s.Name)) != 4 {
			t.Errorf("%+v", s)
		}
	}
	if a, b := sum.Sweeps[0], sum.Sweeps[1]; a.Ran+b.Ran != 4 {
		t.Errorf("4 tasks ran: %+v, %+v", a, b)
	}
}

func TestChangedParameterSupersedesOnlyWhenAllowed(t *testing.T) {
	g := newRig(t)
	g.run(order1(parse(t, twoByTwo)))
	g.executed()
	changed := parse(t, strings.Replace(twoByTwo, "n_trials = 1", "n_trials = 2", 1))
	k := g.start()
	_, err := k.Launch(g.context(), order1(changed))
	var in *plan.SupersedeError
	if !errors.As(err, &in) || in.Count != 4 {
		t.Fatalf("launch: %v", err)
	}
	if err := k.Stop(g.context()); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(g.root.SweepFile("two")); strings.Contains(string(text), "n_trials = 2") {
		t.Error("the refused launch was stored")
	}
	old := g.lines("two")
	g.run(plan.Request{Sweeps: []*sweeps.Sweep{changed}, Supersede: true})
	if n := g.executed(); n != 4 {
		t.Errorf("%d tasks executed, not 4", n)
	}
	for _, l := range old {
		if text := g.read("two", "superseded/"+l.ID.String()+".h5"); text != "result of "+l.ID.String() {
			t.Errorf("superseded result is %q", text)
		}
	}
	for i, s := range []*sweeps.Sweep{parse(t, twoByTwo), changed, parse(t, twoByTwo)} {
		if s := g.run(plan.Request{Sweeps: []*sweeps.Sweep{s}, Supersede: true}).Sweeps[0]; g.executed() != 0 || s.Linked != 4 {
			t.Errorf("going back and forth, %d: %+v", i, s)
		}
	}
	for _, l := range old {
		if text := g.read("two", l.File); text != "result of "+l.ID.String() {
			t.Errorf("gone back, the result of %s is %q", l.ID, text)
		}
	}
	if _, err := os.Stat(filepath.Join(g.root.SweepDir("two"), ".launches", "2.toml")); err != nil {
		t.Errorf("earlier launches were not kept: %v", err)
	}
}

func TestFailuresSettleByClass(t *testing.T) {
	for class, again := range map[protocol.Class]int{protocol.Numeric: 0, protocol.Invalid: 0, protocol.Storage: 2, protocol.Lost: 2} {
		t.Run(string(class), func(t *testing.T) {
			g := newRig(t)
			g.fails["EXC"] = class
			s := g.run(order1(parse(t, twoByTwo))).Sweeps[0]
			if s.Done != 2 || s.Failed != 2 || s.ByClass[class] != 2 || len(s.Failures) != 2 {
				t.Errorf("%+v", s)
			}
			g.executed()
			g.fails = map[string]protocol.Class{}
			s = g.run(order1(parse(t, twoByTwo))).Sweeps[0]
			if n := g.executed(); n != again || s.Failed != 2-again {
				t.Errorf("relaunched: %d executed, %+v", n, s)
			}
			failed := func(_ *sweeps.Task, s catalog.State) bool { return s == catalog.StateFailed }
			g.run(plan.Request{Sweeps: []*sweeps.Sweep{parse(t, twoByTwo)}, Select: failed, KeepFile: true})
			if n := g.executed(); n != 2-again {
				t.Errorf("rerun: %d executed", n)
			}
			if s = g.run(order1(parse(t, twoByTwo))).Sweeps[0]; s.Done != 4 || g.executed() != 0 {
				t.Errorf("after the rerun: %+v", s)
			}
			for _, l := range g.lines("two") {
				if l.State == manifest.Done && plasticity(l.Parameters) == "EXC" && l.Run != 2 {
					t.Errorf("succeeded as run %d", l.Run)
				}
			}
		})
	}
}

func TestPerturbGoesWithItsSource(t *testing.T) {
	g := newRig(t)
	g.fails["EXC"] = protocol.Numeric
	sum := g.run(order1(parse(t, pushed), parse(t, twoByTwo)))
	for _, s := range sum.Sweeps {
		if s.Done != 2 || s.Failed != 2 {
			t.Errorf("%+v", s)
		}
	}
	for _, l := range g.lines("pushed") {
		if l.State == manifest.Failed && (l.Class != string(protocol.Source) || !strings.Contains(l.Error, "two/results~pl.is_plastic=EXC")) {
			t.Errorf("line %+v", l)
		}
	}
	g.executed()
	s := g.run(order1(parse(t, pushed))).Sweeps[0]
	if n := g.executed(); n != 0 || s.Failed != 2 || s.Reused != 2 {
		t.Errorf("with the source still failed: %d executed, %+v", n, s)
	}
	n := len(g.lines("pushed"))
	g.fails = map[string]protocol.Class{}
	failed := func(_ *sweeps.Task, s catalog.State) bool { return s == catalog.StateFailed }
	g.run(plan.Request{Sweeps: []*sweeps.Sweep{parse(t, twoByTwo)}, Select: failed, KeepFile: true})
	g.run(order1(parse(t, pushed)))
	if got := g.executed(); got != 4 || len(g.files("pushed")) != 4 || len(g.lines("pushed")) != n+2 {
		t.Errorf("with the source done: %d executed, files %q", got, g.files("pushed"))
	}
}

func TestOutcomesOfAStoppedCoordinatorAreNotLost(t *testing.T) {
	g := newRig(t)
	first := g.start()
	if _, err := first.Launch(g.context(), order1(parse(t, twoByTwo))); err != nil {
		t.Fatal(err)
	}
	j := g.next("two")
	if err := first.Stop(g.context()); err != nil {
		t.Fatal(err)
	}
	g.hand(j)
	g.stop()
	g.startQueue()
	s := g.run(order1(parse(t, twoByTwo))).Sweeps[0]
	if n := g.executed(); n != 4 || s.Done != 4 || s.Ran != 4 {
		t.Errorf("%d executed in all, %+v", n, s)
	}
}

func TestResultThatDoesNotArriveIsOrderedAgain(t *testing.T) {
	g := newRig(t)
	k := g.start()
	if _, err := k.Launch(g.context(), order1(parse(t, twoByTwo))); err != nil {
		t.Fatal(err)
	}
	j := g.next("two")
	o := g.outcome(j.task, j.token())
	remove(t, g.root.Incoming(j.id(), 1, j.token()))
	g.commit(j, o)
	s := g.work(k).Sweeps[0]
	if n := g.executed(); n != 5 || s.Done != 4 {
		t.Errorf("%d executed, %+v", n, s)
	}
}

func TestDeletedSweepRunsAnew(t *testing.T) {
	g := newRig(t)
	g.run(order1(parse(t, twoByTwo)))
	if err := os.RemoveAll(g.root.SweepDir("two")); err != nil {
		t.Fatal(err)
	}
	g.executed()
	s := g.run(order1(parse(t, twoByTwo))).Sweeps[0]
	if n := g.executed(); n != 4 || s.Ran != 4 {
		t.Errorf("%d executed, %+v", n, s)
	}
}

// A directory that takes no results ends the coordinator. What it could not place counts for
// nothing, and is placed by the next one.
func TestWhatCannotBePlacedIsNotDone(t *testing.T) {
	g := newRig(t)
	k := g.start()
	if _, err := k.Launch(g.context(), order1(parse(t, twoByTwo))); err != nil {
		t.Fatal(err)
	}
	dir := g.root.SweepDir("two")
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "in the way")
	summary, err := g.wait(k)
	if s := summary.Sweeps[0]; err == nil || s.Done != 0 || s.Ran != 0 || s.Failed != 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if err := k.Stop(g.context()); err == nil {
		t.Error("it ends as if nothing were wrong")
	}
	remove(t, dir)
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	if s := g.run(order1(parse(t, twoByTwo))).Sweeps[0]; s.Done != 4 || g.executed() != 4 {
		t.Errorf("%+v after %d executions", s, g.executed())
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// write replaces a file's text in place, as something that damages it would.
func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	touch(t, path)
}

// alter changes a byte and keeps the size.
func alter(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text[0] ^= 1
	write(t, path, string(text))
}

// touch gives a file the time that it would have if it had been written much later.
func touch(t *testing.T, path string) {
	t.Helper()
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(path, later, later); err != nil {
		t.Fatal(err)
	}
}
