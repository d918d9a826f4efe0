package coordinator

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"eisweep/internal/control"
	"eisweep/internal/manifest"
)

// obstruct puts a file in the place of a directory, or a directory in the place of a file, which no permission gets a
// superuser past; the function that it returns puts things right again. Both happen at once: the coordinator would take a
// missing file for removed, and make a missing directory anew.
func obstruct(t *testing.T, path string) (repair func()) {
	t.Helper()
	other := filepath.Join(t.TempDir(), "other")
	if info, err := os.Lstat(path); err != nil {
		t.Fatal(err)
	} else if info.IsDir() {
		write(t, other, "in the way")
	} else if err := os.Mkdir(other, 0o777); err != nil {
		t.Fatal(err)
	}
	exchange := func() {
		t.Helper()
		if err := unix.Renameat2(unix.AT_FDCWD, other, unix.AT_FDCWD, path, unix.RENAME_EXCHANGE); err != nil {
			t.Fatal(err)
		}
	}
	exchange()
	return exchange
}

var otherTwo = strings.Replace(twoByTwo, `"two"`, `"other"`, 1)

// apart is a sweep with tasks that no other has.
var apart = strings.Replace(strings.Replace(twoByTwo, `"two"`, `"apart"`, 1), "[1, 2]", "[7, 8]", 1)

func (g *testCluster) launch(texts ...string) {
	g.t.Helper()
	var l control.LaunchRequest
	for _, text := range texts {
		l.Sweeps = append(l.Sweeps, file(text))
	}
	told[control.Plan](g, control.VerbLaunch, l)
}

// TestAResultThatCannotBeReadIsKept has the incoming directory fail while outcomes are
// committed: nothing is acknowledged, removed or ordered anew.
func TestAResultThatCannotBeReadIsKept(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(twoByTwo)
	j := g.next("two")
	o := g.outcome(j.task, j.token())
	repair := obstruct(t, g.root.Private("incoming"))
	g.commit(j, o)
	g.until(k, func() bool { return k.faults.Find("two") != nil })
	if f := k.faults.Find("two"); !strings.Contains(f.Cause, j.id().String()) || !strings.Contains(f.Cause, "not a directory") ||
		!strings.Contains(f.Remedy, "in the place of a") {
		t.Errorf("it tells %+v", f)
	}
	g.until(k, func() bool { // it has tried again
		k.mu.Lock()
		defer k.mu.Unlock()
		return k.faults.Tries("two") > 2
	})
	e := told[control.Explained](g, control.VerbExplain, control.Explain{Target: "two"})
	if e.State != "set aside" || !strings.Contains(e.Reason, "not a directory") || e.Remedy == "" {
		t.Errorf("explained: %+v", e)
	}
	if lines := g.lines("two"); len(lines) != 0 {
		t.Errorf("the manifest says %+v", lines)
	}
	repair()
	if s := g.finish(k, "two"); s.Done != 4 || s.Failed != 0 || g.executed() != 4 {
		t.Errorf("%+v", s)
	}
	for _, l := range g.lines("two") {
		if l.State != manifest.Done || l.Run != 1 {
			t.Errorf("line %+v", l)
		}
	}
	if f := k.faults.Find("two"); f != nil {
		t.Errorf("it is still set aside: %+v", f)
	}
}

// TestOneSweepIsSetAside obstructs the directory or the manifest of a sweep: those beside it are
// finished, also where they share its tasks, and it is when that is repaired.
func TestOneSweepIsSetAside(t *testing.T) {
	for name, path := range map[string]func(g *testCluster) string{
		"directory": func(g *testCluster) string { return g.root.SweepDir("two") },
		"manifest":  func(g *testCluster) string { return g.root.Manifest("two") },
	} {
		t.Run(name, func(t *testing.T) {
			g := newRig(t)
			k := g.serve()
			g.launch(twoByTwo, otherTwo, apart)
			g.hand(g.next("two"))
			g.until(k, func() bool { return len(g.lines("two")) == 1 })
			repair := obstruct(t, path(g))
			for _, beside := range []string{"other", "apart"} {
				if s := g.finish(k, beside); s.Done != 4 || s.Failed != 0 {
					t.Errorf("beside it: %+v", s)
				}
			}
			if f := k.faults.Find("two"); f == nil || !strings.Contains(f.Cause, "two") || f.Remedy == "" {
				t.Errorf("it tells %+v", f)
			}
			if is := k.statusOf("two"); is == control.Finished {
				t.Error("it is taken for finished")
			}
			repair()
			if s := g.finish(k, "two"); s.Done != 4 || s.Failed != 0 || g.executed() != 8 {
				t.Errorf("%+v", s)
			}
			last := map[string]manifest.State{}
			for _, l := range g.lines("two") {
				last[l.File] = l.State
			}
			if len(g.files("two")) != 4 || len(last) != 4 {
				t.Errorf("files %v, lines %v", g.files("two"), last)
			}
		})
	}
}

// TestASweepIsSetAsideAtEveryStart has a manifest damaged while no coordinator runs.
func TestASweepIsSetAsideAtEveryStart(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(twoByTwo, apart)
	g.hand(g.next("two"))
	g.until(k, func() bool { return len(g.lines("two")) == 1 })
	g.end()
	text, err := os.ReadFile(g.root.Manifest("two"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, g.root.Manifest("two"), string(text)+"no line\n")
	for range 2 {
		k = g.serve()
		if f := k.faults.Find("two"); f == nil || !strings.Contains(f.Cause, "line 2") || !strings.Contains(f.Remedy, "eisweep verify") {
			t.Errorf("it tells %+v", f)
		}
		if _, err := ask[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}}); err == nil ||
			!strings.Contains(err.Error(), "line 2") {
			t.Errorf("launching it: %v", err)
		}
		g.hand(g.next("apart"))
		g.end()
	}
	k = g.serve()
	if s := g.finish(k, "apart"); s.Done != 4 {
		t.Errorf("beside it: %+v", s)
	}
	told[control.Verified](g, control.VerbVerify, control.Steer{})
	if s := g.finish(k, "two"); s.Done != 4 || g.executed() != 8 {
		t.Errorf("after verify: %+v", s)
	}
	if f := k.faults.Find("two"); f != nil {
		t.Errorf("it is still set aside: %+v", f)
	}
}
