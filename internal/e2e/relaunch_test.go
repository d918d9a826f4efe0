package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"eisweep/internal/manifest"
)

func axis(values string) string { return "[axes]\npl.is_plastic = [" + values + "]\n" }

// TestAnEditedSweepRunsTheDifference launches a sweep again with one value more and one less.
func TestAnEditedSweepRunsTheDifference(t *testing.T) {
	at := here(t)
	c := newCluster(t)
	root := c.root(at)
	c.coordinator(at)
	newWorkerPool(c, root, at)
	c.does(at, "launch", "--follow", sweepFile(t, "edited", 2, 2, 2, axis(`"NEITHER", "BOTH"`)))
	first := manifestLines(t, root, "edited")
	said := c.does(at, "launch", "--follow", "--drop", sweepFile(t, "edited", 2, 2, 2, axis(`"BOTH", "EXC"`)))
	if !strings.Contains(said, "2 to run") {
		t.Errorf("of a sweep with one value more and one less is said:\n%s", said)
	}
	var ran []string
	for _, l := range manifestLines(t, root, "edited")[len(first):] {
		ran = append(ran, l.File)
	}
	slices.Sort(ran)
	if !slices.Equal(ran, []string{"results~pl.is_plastic=EXC~seed=1.h5", "results~pl.is_plastic=EXC~seed=2.h5"}) {
		t.Errorf("what ran is %q", ran)
	}
	if _, err := os.Stat(filepath.Join(root, "edited", "results~pl.is_plastic=NEITHER~seed=1.h5")); err != nil {
		t.Errorf("what was removed from the sweep is gone: %v", err)
	}
	if !strings.Contains(said, "drops 2 finished tasks (pl.is_plastic=NEITHER); no file is deleted") {
		t.Errorf("nothing is said of the tasks that the sweep no longer has:\n%s", said)
	}
	c.verify(root, "verify")
}

// TestOneOfTwoSweepsIsCancelled cancels a sweep in the middle that shares its tasks with another, which gets all of
// them.
func TestOneOfTwoSweepsIsCancelled(t *testing.T) {
	one, two := sweepFile(t, "one", 8, 4, 20, ""), sweepFile(t, "two", 8, 4, 20, axis(`"BOTH", "NEITHER"`))
	want := undisturbed(t, two)["two"]
	at := here(t)
	c := newCluster(t)
	root := c.root(at)
	c.coordinator(at)
	newWorkerPool(c, root, at, at)
	c.hold(root, ">2")
	c.does(at, "launch", one)
	c.does(at, "launch", two)
	await(t, "a result", func() bool { return len(manifestLines(t, root, "one")) > 0 })
	c.does(at, "cancel", "one")
	c.release(root)
	c.does(at, "watch", "two")
	verdict(t, c, root, "two", want)
}

// TestPerturbationsBeginWhenTheirNetworkIsThere launches a training and what perturbs its networks together. All networks but one
// come late.
func TestPerturbationsBeginWhenTheirNetworkIsThere(t *testing.T) {
	train, push := sweepFile(t, "train", 6, 3, 60, ""), perturbFile(t, "push", "train")
	want := undisturbed(t, train, push)
	at := here(t)
	c := newCluster(t)
	root := c.root(at)
	c.coordinator(at)
	c.hold(root, ">1")
	c.does(at, "launch", push, train)
	newWorkerPool(c, root, at, at, at, at, at, at) // five wait with a network that is held back
	await(t, "a perturbation's result", func() bool { return len(manifestLines(t, root, "push")) > 0 })
	c.release(root)
	c.does(at, "watch", "train", "push")
	for sweep := range want {
		verdict(t, c, root, sweep, want[sweep])
	}
	trained := manifestLines(t, root, "train")
	first := slices.MinFunc(manifestLines(t, root, "push"), func(a, b manifest.Line) int { return a.Started.Compare(b.Started) })
	if last := trained[len(trained)-1]; !first.Started.Before(last.Finished) {
		t.Error("the first perturbation waited for the last training")
	}
}
