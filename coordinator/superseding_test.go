package coordinator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/plan"
	"eisweep/coordinator/verify"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/results"
)

var (
	oneTask   = strings.Replace(strings.Replace(twoByTwo, "[1, 2]", "[1]", 1), `["BOTH", "EXC"]`, `["BOTH"]`, 1)
	oneLonger = strings.Replace(oneTask, "n_trials = 1", "n_trials = 2", 1)
)

// claimants lists the tasks whose last line in a manifest says that they have a file.
func (g *testCluster) claimants(sweep, file string) []string {
	g.t.Helper()
	last := map[string]manifest.Line{}
	for _, l := range g.lines(sweep) {
		last[l.ID.String()] = l
	}
	var out []string
	for id, l := range last {
		if l.State == manifest.Done && l.File == file {
			out = append(out, id)
		}
	}
	return out
}

// superseded checks that the one file of sweep two is one task's, that whose result it is, and
// that the result of the other lies where the manifest says.
func (g *testCluster) superseded() {
	g.t.Helper()
	files := g.files("two")
	if len(files) != 1 {
		g.t.Fatalf("files %v", files)
	}
	if ids := g.claimants("two", files[0]); len(ids) != 1 || g.read("two", files[0]) != "result of "+ids[0] {
		g.t.Errorf("%s is %v's, and is the %s", files[0], ids, g.read("two", files[0]))
	}
	var aside []manifest.Line
	for _, l := range g.lines("two") {
		if l.State == manifest.Superseded {
			aside = append(aside, l)
		}
	}
	if len(aside) != 1 || g.read("two", aside[0].File) != "result of "+aside[0].ID.String() {
		g.t.Errorf("superseded: %+v", aside)
	}
}

// TestACoordinatorEndsWhileItSupersedes has the coordinator end when it has moved a file aside
// and is about to write that down.
func TestACoordinatorEndsWhileItSupersedes(t *testing.T) {
	g := newRig(t)
	g.run(order1(parse(t, oneTask)))
	file := g.files("two")[0]
	gone := make(chan struct{})
	own := &ownership{renew: func(ctx context.Context) error {
		select {
		case <-gone:
			g.poll("the file is moved aside", func() bool { return ctx.Err() != nil || atomicfile.IsGone(g.path("two", file)) })
		default:
		}
		return ownUntil(gone)(ctx)
	}}
	c := g.config()
	c.Ownership = own
	k, err := Start(g.context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Launch(g.context(), plan.Request{Sweeps: order1(parse(t, oneLonger)).Sweeps, Supersede: true}); err != nil {
		t.Fatal(err)
	}
	j := g.next("two")
	close(gone)
	own.lapseAfter(1) // when it takes the outcome
	g.hand(j)
	if k.Failed(g.context()) == nil || k.Stop(context.Background()) == nil {
		t.Fatal("it goes on")
	}
	if _, err := os.Lstat(g.path("two", file)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the name was used before the manifest told of it: %v", err)
	}
	k = g.serve()
	if s := g.finish(k, "two"); s.Done != 1 || s.Failed != 0 {
		t.Errorf("the next one: %+v", s)
	}
	g.superseded()
}

// falsified leaves a root as an earlier program did that was killed in between: the manifest
// gives the one file of sweep two to two tasks. It returns the file's name.
func (g *testCluster) falsified() string {
	g.t.Helper()
	g.run(order1(parse(g.t, oneTask)))
	g.run(plan.Request{Sweeps: order1(parse(g.t, oneLonger)).Sweeps, Supersede: true})
	text, err := os.ReadFile(g.root.Manifest("two"))
	if err != nil {
		g.t.Fatal(err)
	}
	lines := slices.DeleteFunc(strings.SplitAfter(string(text), "\n"), func(l string) bool { return strings.Contains(l, `"superseded"`) })
	write(g.t, g.root.Manifest("two"), strings.Join(lines, ""))
	file := g.files("two")[0]
	if ids := g.claimants("two", file); len(ids) != 2 {
		g.t.Fatalf("%s is %v's", file, ids)
	}
	return file
}

// TestANameOfTwoTasks is found by verify and by every start.
func TestANameOfTwoTasks(t *testing.T) {
	for name, mend := range map[string]func(g *testCluster, file string){
		"start of a coordinator": func(g *testCluster, _ string) { g.serve(); g.end(); g.t.Cleanup(func() {}) },
		"start of a run":         func(g *testCluster, _ string) { _ = g.start().Stop(g.context()) },
		"verify": func(g *testCluster, file string) {
			found, err := verify.Run(g.context(), g.root, g.prober, nil)
			if err != nil {
				g.t.Fatal(err)
			}
			if p := found.Sweeps[0].Problems; len(p) != 1 || p[0].File != file || p[0].Kind != "altered" || !strings.Contains(p[0].Detail,
				"two tasks") || p[0].Again {
				g.t.Errorf("it tells %+v", found)
			}
			if found, err := verify.Run(g.context(), g.root, g.prober,
				nil); err != nil || len(found.Sweeps[0].Problems) != 0 || found.Sweeps[0].Sound != 2 {
				g.t.Errorf("once more: %+v, %v", found, err)
			}
		},
		"verify by a coordinator": func(g *testCluster, file string) {
			k := g.serve()
			text := fmt.Sprint(told[control.Verified](g, control.VerbVerify, control.Steer{}))
			_ = k
			if strings.Contains(text, "two tasks") {
				g.t.Errorf("the start left it: %s", text)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := newRig(t)
			file := g.falsified()
			mend(g, file)
			g.superseded()
		})
	}
}

// TestInspectTellsOfANameOfTwoTasks reads only.
func TestInspectTellsOfANameOfTwoTasks(t *testing.T) {
	g := newRig(t)
	file := g.falsified()
	before := len(g.lines("two"))
	found, err := verify.Inspect(g.context(), g.root, g.prober, nil)
	if err != nil {
		t.Fatal(err)
	}
	problems := found.Sweeps[0].Problems
	if len(g.lines("two")) != before || !slices.ContainsFunc(problems, func(p control.Problem) bool {
		return p.File == file && strings.Contains(p.Detail, "two tasks")
	}) {
		t.Errorf("it tells %+v", found)
	}
}

// TestAHoleIsMovedAside has a result replaced by a file too large to read, when another task gets its name, and when a
// coordinator finds one where the result was moved to.
func TestAHoleIsMovedAside(t *testing.T) {
	g := newRig(t)
	g.run(order1(parse(t, oneTask)))
	file := g.files("two")[0]
	was := g.lines("two")[0]
	grow(t, g.path("two", file))
	if s := g.run(plan.Request{Sweeps: order1(parse(t, oneLonger)).Sweeps, Supersede: true}).Sweeps[0]; s.Done != 1 || s.Failed != 0 {
		t.Errorf("%+v", s)
	}
	if name, err := catalog.FindSuperseded(g.root.SweepDir("two"), &was); err != nil || name != catalog.SupersededName(was.ID.String(), 2) {
		t.Errorf("the result lies in %s (%v), where a file of another size has the first name", name, err)
	}
}

// TestASupersededResultThatIsGone has a file removed that was in the way of another task.
func TestASupersededResultThatIsGone(t *testing.T) {
	g := newRig(t)
	g.run(order1(parse(t, oneTask)))
	file := g.files("two")[0]
	remove(t, filepath.Join(g.root.SweepDir("two"), file))
	if s := g.run(order1(parse(t, oneLonger))).Sweeps[0]; s.Done != 1 {
		t.Errorf("%+v", s)
	}
	if ids := g.claimants("two", file); len(ids) != 1 {
		t.Errorf("%s is %v's", file, ids)
	}
}

// refusing is a prober that the system lets read nothing.
type refusing struct{ nobodys }

func (refusing) Digest(_ context.Context, path string) (results.Contents, error) {
	return results.Contents{}, &fs.PathError{Op: "open", Path: path, Err: syscall.EMFILE}
}

// TestAFileOfWhichNobodyKnowsWhoseItIs is not moved out of the way of a launch.
func TestAFileOfWhichNobodyKnowsWhoseItIs(t *testing.T) {
	g := newRig(t)
	g.run(order1(parse(t, oneTask)))
	if err := os.Remove(g.root.Manifest("two")); err != nil {
		t.Fatal(err)
	}
	file, was := g.files("two")[0], g.read("two", g.files("two")[0])
	g.prober = refusing{}
	k := g.start()
	if _, err := k.Launch(g.context(), plan.Request{Sweeps: order1(parse(t, oneTask)).Sweeps, Supersede: true}); !errors.Is(err,
		syscall.EMFILE) || !strings.Contains(err.Error(), file) {
		t.Errorf("launch: %v", err)
	}
	if g.read("two", file) != was {
		t.Error("it was replaced")
	}
}
