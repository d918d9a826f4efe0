package coordinator

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/inputs"
	"eisweep/coordinator/plan"
	"eisweep/coordinator/verify"
	"eisweep/internal/control"
	"eisweep/sweeps"
)

// withOutsideFile runs sweep "from", whose tasks start from a file outside of the root, and
// returns that file's path and its copy's.
func withOutsideFile(t *testing.T, g *testCluster) (outside, copied string) {
	t.Helper()
	g.prober, g.real = inspector{}, true
	g.run(order1(parse(t, twoByTwo)))
	g.real = false
	outside = filepath.Join(t.TempDir(), "outside.h5")
	write(t, outside, g.read("two", g.files("two")[0]))
	from := "initial_state = { file = '" + outside + "', take = [\"wie\"] }\n[parameters]"
	g.run(order1(parse(t, strings.Replace(strings.Replace(twoByTwo, `"two"`, `"from"`, 1), "[parameters]", from, 1))))
	all, err := filepath.Glob(g.root.Private("inputs", "*.h5"))
	if err != nil || len(all) != 1 {
		t.Fatalf("copies %q (%v)", all, err)
	}
	return outside, all[0]
}

func (g *testCluster) ids(sweep string) ([]sweeps.ID, error) {
	status, err := catalog.ReadSweep(g.context(), g.root, g.prober, sweep)
	if err != nil {
		return nil, err
	}
	var ids []sweeps.ID
	for i := range status.Tasks {
		ids = append(ids, status.Tasks[i].Task.ID)
	}
	return ids, nil
}

func (g *testCluster) verifyInputs() control.VerifiedSweep {
	g.t.Helper()
	report, err := verify.Run(g.context(), g.root, g.prober, []string{"from"})
	if err != nil {
		g.t.Fatal(err)
	}
	if report.Inputs == nil {
		g.t.Fatal("inputs were not verified")
	}
	return *report.Inputs
}

// A copy that is not what was copied gives no task's id, and verify tells of it, and makes it
// anew where it can.
func TestDamagedCopyOfAnInput(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, path string){
		"altered": alter,
		"other": func(t *testing.T, path string) {
			if err := os.Truncate(path, 1000); err != nil {
				t.Fatal(err)
			}
		},
		"missing": remove,
	} {
		t.Run(name, func(t *testing.T) {
			g := newRig(t)
			outside, copied := withOutsideFile(t, g)
			if found := g.verifyInputs(); found.Sound != 1 || len(found.Problems) != 0 {
				t.Errorf("whole: %+v", found)
			}
			kept := outside + ".kept"
			if err := os.Rename(outside, kept); err != nil {
				t.Fatal(err)
			}
			before, err := g.ids("from")
			if err != nil || len(before) != 4 {
				t.Fatalf("%d tasks by the copy (%v)", len(before), err)
			}
			damage(t, copied)
			if ids, err := g.ids("from"); err == nil || !strings.Contains(err.Error(), outside) || !strings.Contains(err.Error(), "eisweep verify") {
				t.Errorf("tasks by a damaged copy: %v (%v)", ids, err)
			}
			found := g.verifyInputs()
			if len(found.Problems) != 1 || found.Problems[0].File != filepath.Base(copied) || !strings.Contains(found.Problems[0].Detail,
				"back as "+outside) {
				t.Errorf("without the file outside: %+v", found)
			}
			if err := os.Rename(kept, outside); err != nil {
				t.Fatal(err)
			}
			if found := g.verifyInputs(); len(found.Problems) != 1 || !strings.Contains(found.Problems[0].Detail, "copied again from "+outside) {
				t.Errorf("with the file outside: %+v", found)
			}
			if found := g.verifyInputs(); found.Sound != 1 || len(found.Problems) != 0 {
				t.Errorf("once more: %+v", found)
			}
			remove(t, outside)
			if after, err := g.ids("from"); err != nil || len(after) != 4 || after[0] != before[0] {
				t.Errorf("tasks by the copy: %v, before %v (%v)", after, before, err)
			}
		})
	}
}

// startingFrom is a sweep whose tasks start from a file.
func startingFrom(path string) string {
	from := "initial_state = { file = '" + path + "', take = [\"wie\"] }\n[parameters]"
	return strings.Replace(strings.Replace(twoByTwo, `"two"`, `"from"`, 1), "[parameters]", from, 1)
}

// A result under the root that is not what its manifest says is no source: by its bytes, the
// tasks that start from it would be others.
func TestDamagedSourceUnderTheRoot(t *testing.T) {
	g := newRig(t)
	g.prober, g.real = inspector{}, true
	g.run(order1(parse(t, twoByTwo)))
	source := g.path("two", g.files("two")[0])
	sweep := parse(t, startingFrom(source))
	text := []byte(g.read("two", g.files("two")[0]))
	text[len(text)-1] ^= 1
	write(t, source, string(text))
	planned, err := plan.Preview(g.context(), g.root, g.prober, order1(sweep))
	if err == nil || !strings.Contains(err.Error(), "not what the manifest of two says") {
		t.Errorf("plan %+v, error %v", planned, err)
	}
}

// The list of copies is reported when it can't be read, and so is what nobody copied.
func TestVerifyOfInputsThatNobodyKnows(t *testing.T) {
	g := newRig(t)
	_, copied := withOutsideFile(t, g)
	write(t, inputs.Path(g.root), "{")
	write(t, filepath.Join(filepath.Dir(copied), "mine.h5"), "x")
	found := g.verifyInputs()
	if found.Sound != 1 || len(found.Problems) != 2 {
		t.Fatalf("%+v", found)
	}
	for _, p := range found.Problems {
		if p.File == "paths.json" && !strings.Contains(p.Detail, "restore it from a backup") ||
			p.File == "mine.h5" && !strings.Contains(p.Detail, "remove it") {
			t.Errorf("%+v", p)
		}
	}
}
