package coordinator

import (
	"os"
	"strings"
	"testing"
	"time"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/plan"
	"eisweep/coordinator/verify"
	"eisweep/internal/manifest"
)

// secretly changes a file's first byte, and leaves its size and time as they were: as a disk
// that loses bits does.
func secretly(t *testing.T, path string) {
	t.Helper()
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	alter(t, path)
	if err := os.Chtimes(path, before.ModTime(), before.ModTime()); err != nil {
		t.Fatal(err)
	}
}

// grow makes a file one of 1 TiB, which takes no room, and longer to read than a test may last.
func grow(t *testing.T, path string) {
	t.Helper()
	if err := os.Truncate(path, 1<<40); err != nil {
		t.Fatal(err)
	}
}

// TestErrorsNameBothSizes lets a result grow. Verify, and a sweep that would start from it, report both sizes.
func TestErrorsNameBothSizes(t *testing.T) {
	g := newRig(t)
	g.prober, g.real = inspector{}, true
	g.run(order1(parse(t, twoByTwo)))
	source := g.path("two", g.files("two")[0])
	grow(t, source)
	if p := g.verify().Sweeps[0].Problems; len(p) != 1 || !strings.Contains(p[0].Detail, "it has 1099511627776 bytes, the manifest has ") {
		t.Errorf("problems %+v", p)
	}
	_, err := plan.Preview(g.context(), g.root, g.prober, order1(parse(t, startingFrom(source))))
	if err == nil || !strings.Contains(err.Error(), "it has 1099511627776 bytes, not ") {
		t.Errorf("plan: %v", err)
	}
}

// verdicts are what run, plan and status make of the sweep "two", in tasks that are done.
func (g *testCluster) verdicts() (planned, told int) {
	g.t.Helper()
	p, err := plan.Preview(g.context(), g.root, g.prober, order1(parse(g.t, twoByTwo)))
	if err != nil {
		g.t.Fatal(err)
	}
	status, err := catalog.ReadSweep(g.context(), g.root, g.prober, "two")
	if err != nil {
		g.t.Fatal(err)
	}
	for i := range status.Tasks {
		if status.Tasks[i].State == catalog.StateDone {
			told++
		}
	}
	return p.Sweeps[0].Done, told
}

// Whatever happens to a result, verify says that it is computed again when plan and status
// count it as not done and run computes it, and only then.
func TestCommandsAgreeOnWhatIsIntact(t *testing.T) {
	for name, c := range map[string]struct {
		damage func(t *testing.T, path string)
		want   int // tasks that are done by then
	}{
		"nothing":   {func(*testing.T, string) {}, 4},
		"touched":   {touch, 4},
		"truncated": {func(t *testing.T, path string) { write(t, path, "res") }, 3},
		"longer":    {func(t *testing.T, path string) { write(t, path, strings.Repeat("x", 1000)) }, 3},
		"a hole":    {grow, 3},
		"altered":   {alter, 3},
		"secretly":  {secretly, 3},
		"gone":      {remove, 3},
		"a directory": {func(t *testing.T, path string) {
			remove(t, path)
			if err := os.Mkdir(path, 0o777); err != nil {
				t.Fatal(err)
			}
		}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			g := newRig(t)
			g.run(order1(parse(t, twoByTwo)))
			g.executed()
			c.damage(t, g.path("two", g.files("two")[1]))
			found := g.verify().Sweeps[0]
			again := 0
			for _, p := range found.Problems {
				if p.Again {
					again++
				}
			}
			planned, told := g.verdicts()
			g.run(order1(parse(t, twoByTwo)))
			if ran := g.executed(); 4-again != c.want || planned != c.want || told != c.want || 4-ran != c.want {
				t.Errorf("done: by verify %d, plan %d, status %d, run %d; want %d. %+v", 4-again, planned, told, 4-ran, c.want, found)
			}
			if found := g.verify().Sweeps[0]; found.Sound != 4 || len(found.Problems) != 0 {
				t.Errorf("verify after the run: %+v", found)
			}
			if planned, told := g.verdicts(); planned != 4 || told != 4 {
				t.Errorf("done after the run: by plan %d, status %d", planned, told)
			}
		})
	}
}

// Where nothing may be written, verify does not promise what no launch would do.
func TestInspectPromisesNothing(t *testing.T) {
	g := newRig(t)
	g.run(order1(parse(t, twoByTwo)))
	secretly(t, g.path("two", g.files("two")[0]))
	report, err := verify.Inspect(g.context(), g.root, g.prober, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := report.Sweeps[0].Problems
	if len(p) != 1 || p[0].Again || !strings.Contains(p[0].Detail, "remove it") {
		t.Errorf("%+v", p)
	}
	if planned, told := g.verdicts(); planned != 4 || told != 4 {
		t.Errorf("done: by plan %d, status %d", planned, told)
	}
}

// What a coordinator's verify finds counts at once, for what is linked and started from.
func TestWhatVerifyFindsCountsAtOnce(t *testing.T) {
	g := newRig(t)
	g.run(order1(parse(t, twoByTwo)))
	k := g.start()
	x, l := k.catalog, g.lines("two")[0]
	if c, is, err := x.Find(t.Context(), l.ID, "two", l.File); c == nil || is != catalog.Intact || err != nil {
		t.Fatalf("%v, %v, %v", c, is, err)
	}
	secretly(t, g.path("two", l.File))
	if _, err := k.Verify(t.Context(), []string{"two"}); err != nil {
		t.Fatal(err)
	}
	if c, is, err := x.Find(t.Context(), l.ID, "two", l.File); c != nil || is != catalog.Damaged || err != nil {
		t.Errorf("%v, %v, %v", c, is, err)
	}
}

// A backup brings a damaged result back, with its time.
func TestRestoredResultIsIntact(t *testing.T) {
	g := newRig(t)
	g.run(order1(parse(t, twoByTwo)))
	g.executed()
	path := g.path("two", g.files("two")[0])
	secretly(t, path)
	g.verify()
	secretly(t, path)
	if found := g.verify().Sweeps[0]; found.Sound != 4 {
		t.Errorf("verify: %+v", found)
	}
	if g.run(order1(parse(t, twoByTwo))); g.executed() != 0 {
		t.Error("it was computed again")
	}
}

// Neither a worker's clock nor a copy's time has a launch hash results again: a change that
// leaves size and time is not seen, as it would be by hashing.
func TestLaunchesHashNothingTwice(t *testing.T) {
	g := newRig(t)
	g.clock = -time.Minute
	g.run(order1(parse(t, twoByTwo)))
	g.executed()
	for _, l := range g.lines("two") {
		if info, err := os.Stat(g.path("two", l.File)); err != nil || !l.Modified.Equal(info.ModTime()) || !l.Finished.Before(info.ModTime()) {
			t.Errorf("%s: modified %v by the manifest, finished %v (%v)", l.File, l.Modified, l.Finished, err)
		}
	}
	changed := g.path("two", g.files("two")[0])
	secretly(t, changed)
	if g.run(order1(parse(t, twoByTwo))); g.executed() != 0 {
		t.Error("a launch hashed a result that was placed by a worker whose clock is slow")
	}
	secretly(t, changed) // as it was
	touch(t, changed)    // as a copy
	if g.run(order1(parse(t, twoByTwo))); g.executed() != 0 {
		t.Error("a copied result was computed again")
	}
	secretly(t, changed)
	if g.run(order1(parse(t, twoByTwo))); g.executed() != 0 {
		t.Error("a launch hashed a copied result that one before had hashed")
	}
	if found := g.verify().Sweeps[0]; found.Sound != 3 {
		t.Errorf("verify: %+v", found)
	}
	if g.run(order1(parse(t, twoByTwo))); g.executed() != 1 {
		t.Error("what verify found was not computed again")
	}
}

// Lines of earlier versions don't have the file's time; its being older than the task's end
// has to do.
func TestResultsOfEarlierVersionsAreIntact(t *testing.T) {
	g := newRig(t)
	g.run(order1(parse(t, twoByTwo)))
	g.executed()
	m, err := manifest.Open(g.root.Manifest("two"))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range g.lines("two") {
		l.Modified, l.Finished = time.Time{}, time.Now()
		if err := m.Append(l); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if planned, told := g.verdicts(); planned != 4 || told != 4 {
		t.Errorf("done: by plan %d, status %d", planned, told)
	}
	secretly(t, g.path("two", g.files("two")[0]))
	if planned, told := g.verdicts(); planned != 4 || told != 4 {
		t.Errorf("they were hashed: done by plan %d, status %d", planned, told)
	}
	alter(t, g.path("two", g.files("two")[1]))
	if planned, told := g.verdicts(); planned != 3 || told != 3 {
		t.Errorf("with one altered: done by plan %d, status %d", planned, told)
	}
	g.verify()
	if planned, told := g.verdicts(); planned != 2 || told != 2 {
		t.Errorf("after verify: done by plan %d, status %d", planned, told)
	}
}

// What is remembered may be damaged or removed: then files are hashed again.
func TestHashingsMayBeLost(t *testing.T) {
	g := newRig(t)
	g.run(order1(parse(t, twoByTwo)))
	g.executed()
	touch(t, g.path("two", g.files("two")[0]))
	for _, text := range []string{"", "{\"sweep\":\"two\"", "garbage\n\x00\n", `{"sweep":"two","file":1}` + "\n"} {
		if err := os.WriteFile(g.root.Private("hashed.jsonl"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if planned, told := g.verdicts(); planned != 4 || told != 4 {
			t.Errorf("%q: done by plan %d, status %d", text, planned, told)
		}
		if g.run(order1(parse(t, twoByTwo))); g.executed() != 0 {
			t.Errorf("%q: computed again", text)
		}
	}
}
