package coordinator

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"eisweep/internal/control"
	"eisweep/internal/manifest"
)

// withoutPower runs a test again, in a process that obeys the modes of files, and reports whether this process does not.
func withoutPower(t *testing.T) bool {
	t.Helper()
	if os.Geteuid() != 0 || os.Getenv("EISWEEP_TEST_POWERLESS") != "" {
		return false
	}
	again := exec.Command("setpriv", "--bounding-set", "-dac_override,-dac_read_search", os.Args[0], "-test.run=^"+t.Name()+"$")
	again.Env = append(os.Environ(), "EISWEEP_TEST_POWERLESS=1")
	if said, err := again.CombinedOutput(); err != nil {
		t.Errorf("%v:\n%s", err, said)
	}
	return true
}

// TestAResultThatIsUnreadableForAMoment has one committed result that cannot be opened: no line is written and nothing is
// ordered anew, however often it is tried, and also by the next coordinator. As soon as it can be opened, it is placed.
func TestAResultThatIsUnreadableForAMoment(t *testing.T) {
	if withoutPower(t) {
		return
	}
	g := newRig(t)
	k := g.serve()
	g.launch(twoByTwo)
	j := g.next("two")
	o := g.outcome(j.task, j.token())
	path := g.root.Incoming(j.id(), 1, j.token())
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	g.commit(j, o)
	for range 2 {
		g.until(k, func() bool {
			k.mu.Lock()
			defer k.mu.Unlock()
			return k.faults.Tries("two") > 2
		})
		f := k.faults.Find("two")
		if !strings.Contains(f.Cause, path) || !strings.Contains(f.Cause, "permission denied") || !strings.Contains(f.Remedy, "permission") {
			t.Errorf("it tells %+v", f)
		}
		if _, err := os.Lstat(path); err != nil || len(g.lines("two")) != 0 {
			t.Errorf("the result: %v; the manifest has %+v", err, g.lines("two"))
		}
		g.end()
		k = g.serve()
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if s := g.finish(k, "two"); s.Done != 4 || s.Failed != 0 || g.executed() != 4 {
		t.Errorf("%+v", s)
	}
	for _, l := range g.lines("two") {
		if l.State != manifest.Done || l.Run != 1 {
			t.Errorf("line %+v", l)
		}
	}
	if found := told[control.Verified](g, control.VerbVerify, control.Steer{}).Sweeps[0]; found.Sound != 4 || len(found.Problems) != 0 {
		t.Errorf("verify: %+v", found)
	}
	if f := k.faults.Find("two"); f != nil {
		t.Errorf("it is still set aside: %+v", f)
	}
}
