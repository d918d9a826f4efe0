package coordinator

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"eisweep/coordinator/catalog"
	"eisweep/internal/manifest"
	"eisweep/internal/results"
	"eisweep/sim"
	"eisweep/sweeps"
)

// inspector reads files in the test's own process. Instead of the digest, it gives what depends on the file's bytes as well.
type inspector struct{}

func (inspector) Probe(ctx context.Context, path string) (found results.Contents, err error) {
	if found.FileHash, err = results.Hash(ctx, path); err == nil {
		found.Info, err = results.Inspect(path)
	}
	return found, err
}

func (i inspector) Digest(ctx context.Context, path string) (results.Contents, error) {
	found, err := i.Probe(ctx, path)
	if err == nil {
		found.Digest = found.SHA256[32:] + found.SHA256[:32]
	}
	return found, err
}

func (i inspector) Check(ctx context.Context, files []results.ExpectedFile) (out []results.CheckResult) {
	for _, v := range files {
		h, err := results.HashSized(ctx, v.Path, v.Bytes)
		c := results.CheckResult{Contents: results.Contents{FileHash: h}, Err: err}
		if err == nil && h.SHA256 == v.SHA256 {
			c.Contents, c.Err = i.Digest(ctx, v.Path)
		}
		out = append(out, c)
	}
	return out
}

func (i inspector) Ask(ctx context.Context, q results.Query, argument string, paths []string, each func(int, results.Answer) error) error {
	return nobodys{}.Ask(ctx, q, argument, paths, each)
}

// compute leaves the result of a training where a test wants it.
func compute(t *testing.T, task *sweeps.Task, path string) {
	t.Helper()
	s, err := sim.New(&sim.Task{Experiment: task.Experiment, Seed: task.Seed, Parameters: task.Parameters})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(context.Background(), func(sim.Progress) {}); err != nil {
		t.Fatal(err)
	}
	if _, err := results.Write(t.Context(), path, task, s.Result()); err != nil {
		t.Fatal(err)
	}
}

// Results whose lines a kill kept from being written are taken in, and are the
// sources of the tasks that start from them.
func TestResultsWithoutALineAreTakenIn(t *testing.T) {
	g := newRig(t)
	g.prober = inspector{}
	two := parse(t, twoByTwo)
	e, err := two.Expand(g.context(), catalog.NewLibrary(g.context(), catalog.New(g.root), g.prober, nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(g.root.SweepDir("two"), 0o777); err != nil {
		t.Fatal(err)
	}
	for task := range e.All() {
		compute(t, &task, g.path("two", task.File))
	}
	sum := g.run(order1(two, parse(t, pushed)))
	if n := g.executed(); n != 4 || sum.Sweeps[0].Reused != 4 || sum.Sweeps[1].Ran != 4 {
		t.Errorf("%d executed, %+v", n, sum)
	}
	for _, l := range g.lines("two") {
		if l.Run != 1 || l.State != manifest.Done {
			t.Errorf("line %+v", l)
		}
	}
	if n := len(g.lines("two")); n != 4 {
		t.Errorf("%d lines, not 4", n)
	}
}

// A result that was placed and not written down is written down as its outcome
// tells of it, and the outcome is dealt with.
func TestPlacedOutcomeIsWrittenDown(t *testing.T) {
	g := newRig(t)
	g.prober, g.real = inspector{}, true
	if err := os.MkdirAll(g.root.SweepDir("two"), 0o777); err != nil {
		t.Fatal(err)
	}
	first := g.start()
	if _, err := first.Launch(g.context(), order1(parse(t, twoByTwo))); err != nil {
		t.Fatal(err)
	}
	jobs := []*job{g.next("two"), g.next("two"), g.next("two"), g.next("two")}
	if err := first.Stop(g.context()); err != nil {
		t.Fatal(err)
	}
	tokens := map[sweeps.ID]string{}
	for _, j := range jobs {
		tokens[j.id()] = j.token()
		g.hand(j)
	}
	status, err := catalog.ReadSweep(g.context(), g.root, g.prober, "two")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range status.Tasks[:2] {
		if err := os.Link(g.root.Incoming(s.Task.ID, 1, tokens[s.Task.ID]), g.path("two", s.Task.File)); err != nil {
			t.Fatal(err)
		}
	}
	s := g.run(order1(parse(t, twoByTwo))).Sweeps[0]
	if n := g.executed(); n != 4 || s.Done != 4 || len(g.lines("two")) != 4 {
		t.Errorf("%d executed, %d lines, %+v", n, len(g.lines("two")), s)
	}
	left, err := filepath.Glob(g.root.Private("incoming", "*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left in incoming: %q, %v", left, err)
	}
	if text := g.lines("two"); slices.ContainsFunc(text, func(l manifest.Line) bool { return l.Run != 1 }) {
		t.Errorf("runs: %+v", text)
	}
}

// TestAnOutcomeOfASettledRunIsDroppedAtTheStart has one arrive while the start still reads the manifests of many sweeps.
func TestAnOutcomeOfASettledRunIsDroppedAtTheStart(t *testing.T) {
	g := newRig(t)
	first := g.start()
	if _, err := first.Launch(g.context(), order1(parse(t, oneTask))); err != nil {
		t.Fatal(err)
	}
	late := g.next("two")
	if err := first.Stop(g.context()); err != nil {
		t.Fatal(err)
	}
	g.run(order1(parse(t, oneTask)))
	lines, err := os.ReadFile(g.root.Manifest("two"))
	if err != nil {
		t.Fatal(err)
	}
	for n := range 400 {
		sweep := fmt.Sprintf("other%d", n)
		if err := errors.Join(os.MkdirAll(g.root.SweepDir(sweep), 0o777), os.WriteFile(g.root.Manifest(sweep), lines, 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	g.hand(late)
	k := g.start()
	g.poll("the outcome is dealt with", func() bool {
		k.mu.Lock()
		defer k.mu.Unlock()
		return k.book.Last() > 0 && k.book.IsEmpty()
	})
}

// A training starts from a result under the root where it lies.
func TestTrainingStartsFromAResultUnderTheRoot(t *testing.T) {
	g := newRig(t)
	g.prober, g.real = inspector{}, true
	g.run(order1(parse(t, twoByTwo)))
	g.executed()
	g.real = false
	from := "initial_state = { file = '" + g.path("two", g.files("two")[0]) + "', take = [\"wie\"] }\n[parameters]"
	text := strings.Replace(strings.Replace(twoByTwo, `"two"`, `"from"`, 1), "[parameters]", from, 1)
	s := g.run(order1(parse(t, text))).Sweeps[0]
	if n := g.executed(); n != 4 || s.Ran != 4 {
		t.Errorf("%d executed, %+v", n, s)
	}
	if copies, err := filepath.Glob(g.root.Private("inputs", "*")); err != nil || len(copies) != 0 {
		t.Errorf("copied: %q, %v", copies, err)
	}
}
