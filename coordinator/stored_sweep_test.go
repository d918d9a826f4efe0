package coordinator

import (
	"os"
	"strings"
	"testing"

	"eisweep/coordinator/records"
	"eisweep/coordinator/verify"
	"eisweep/internal/control"
)

// edit replaces words in a file.
func edit(t *testing.T, path, old, now string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), old) {
		t.Fatalf("%q is not in %q (%v)", old, text, err)
	}
	write(t, path, strings.Replace(string(text), old, now, 1))
}

// A stored file that is not the one which was launched gives no tasks: its sweep is set aside at a
// restart, and reported by verify, until the file is repaired.
func TestAlteredFileOfALaunchedSweep(t *testing.T) {
	g := newRig(t)
	g.serve()
	g.launch(twoByTwo, apart)
	g.hand(g.next("two"))
	g.end()
	path := g.root.SweepFile("two")
	edit(t, path, "seeds = [1, 2]", "seeds = [1, 3]")
	report, err := verify.Run(g.context(), g.root, g.prober, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range report.Sweeps {
		if p := s.Problems; s.Name == "two" && (len(p) != 1 || p[0].File != "sweep.toml" || p[0].Kind != "altered" ||
			!strings.Contains(p[0].Detail, "launch the sweep again")) ||
			s.Name == "apart" && len(p) != 0 {
			t.Errorf("verified %+v", s)
		}
	}
	k := g.serve()
	if f := k.faults.Find("two"); f == nil || !strings.Contains(f.Cause, path) || !strings.Contains(f.Cause,
		"not the file that was launched") || !strings.Contains(f.Remedy, "put the launched file back") {
		t.Errorf("set aside: %+v", f)
	}
	for id, sweep := range queuedTasks(k) {
		if sweep != "apart" {
			t.Errorf("task %s of %s is to be executed", id, sweep)
		}
	}
	if s := g.finish(k, "apart"); s.Done != 4 {
		t.Errorf("beside it: %+v", s)
	}
	edit(t, path, "seeds = [1, 3]", "seeds = [1, 2]")
	k.mu.Lock()
	k.faults.RetrySoon("two")
	k.mu.Unlock()
	if s := g.finish(k, "two"); s.Done != 4 || s.Failed != 0 {
		t.Errorf("repaired: %+v", s)
	}
}

// Who edits the stored file and launches it has another sweep, as from any file.
func TestLaunchOfTheEditedFileItself(t *testing.T) {
	g := newRig(t)
	g.serve()
	g.launch(twoByTwo)
	g.end()
	edit(t, g.root.SweepFile("two"), "seeds = [1, 2]", "seeds = [1, 3]")
	k := g.serve()
	g.launch(g.read("two", "sweep.toml"))
	g.until(k, func() bool { return k.faults.Find("two") == nil })
	g.end()
	k = g.serve()
	if f := k.faults.Find("two"); f != nil {
		t.Errorf("set aside: %+v", f)
	}
	if s := g.finish(k, "two"); s.Done != 4 {
		t.Errorf("%+v", s)
	}
	if ids, err := g.ids("two"); err != nil || len(ids) != 4 {
		t.Errorf("tasks %v (%v)", ids, err)
	}
}

// `run` has no record of its own, and keeps that of a coordinator true.
func TestRunKeepsTheRecordOfAnEarlierLaunch(t *testing.T) {
	g := newRig(t)
	g.serve()
	g.launch(twoByTwo)
	g.end()
	g.run(order1(parse(t, strings.Replace(twoByTwo, "[1, 2]", "[3, 4]", 1))))
	record, err := records.Read(g.root, "two")
	if want := (records.File{SHA256: records.Sum([]byte(g.read("two", "sweep.toml")))}); err != nil || record.File != want {
		t.Errorf("recorded %+v, want %+v (%v)", record, want, err)
	}
	if k := g.serve(); k.faults.Find("two") != nil {
		t.Errorf("set aside: %+v", k.faults.Find("two"))
	}
}

// A rerun leaves the stored file, and its record, as they are; one with other values stores its own.
func TestRecordAfterReruns(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(twoByTwo)
	g.finish(k, "two")
	ids, err := g.ids("two")
	if err != nil {
		t.Fatal(err)
	}
	replaced := twoByTwo + "\n[[replace]]\ntasks = [\"" + ids[0].String() + "\"]\nset.numint.max_steps = 3000\n"
	for _, launch := range []control.LaunchRequest{
		{Sweeps: []control.SweepFile{file(twoByTwo)}, Rerun: &control.Choice{Seeds: []uint32{1}}, KeepFile: true},
		{Sweeps: []control.SweepFile{file(replaced)}, Rerun: &control.Choice{Seeds: []uint32{1}}},
	} {
		told[control.Plan](g, control.VerbLaunch, launch)
		g.finish(k, "two")
		record, err := records.Read(g.root, "two")
		if want := (records.File{SHA256: records.Sum([]byte(g.read("two", "sweep.toml")))}); err != nil || record.File != want {
			t.Errorf("recorded %+v, want %+v (%v)", record, want, err)
		}
	}
}
