package coordinator

import (
	"slices"
	"strings"
	"testing"
	"time"

	"eisweep/internal/control"
	"eisweep/internal/problems"
	"eisweep/internal/protocol"
)

// kinds are what is wrong now, worst first, each with its subject; all have a text and a remedy.
func (g *testCluster) kinds() (out []string) {
	g.t.Helper()
	report := told[problems.Report](g, control.VerbProblems, control.Nothing{})
	for _, p := range report.Problems {
		if !strings.HasPrefix(string(p.Kind), "disk-") { // the machine's own
			out = append(out, string(p.Kind)+" "+p.Subject)
		}
		if p.Text == "" || p.Remedy == "" {
			g.t.Errorf("%+v", p)
		}
	}
	return out
}

func (g *testCluster) expectProblems(want ...string) {
	g.t.Helper()
	if got := g.kinds(); !slices.Equal(got, want) {
		g.t.Errorf("problems %q, want %q", got, want)
	}
}

// age has the coordinator run for a minute already: every worker that is connected has reported.
func (c *Coordinator) age() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begun = c.begun.Add(-time.Minute)
}

// since is since when a problem of a kind has lasted, which must be known.
func (g *testCluster) since(k *Coordinator, kind problems.Kind) time.Time {
	g.t.Helper()
	for _, p := range k.Problems(g.context()).Problems {
		if p.Kind == kind && !p.Since.IsZero() {
			return p.Since
		}
	}
	g.t.Errorf("no problem %s with a beginning", kind)
	return time.Time{}
}

// TestProblemsOfTasks lists failures by class, what waits, what is paused or set aside, and nothing once all of it is over.
func TestProblemsOfTasks(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.expectProblems()
	g.launch(twoByTwo)
	g.expectProblems() // workers may not have reported yet
	k.age()
	g.expectProblems("no-worker " + g.root.Path())
	told[control.Steered](g, control.VerbPause, control.Steer{Sweeps: []string{"two"}})
	g.expectProblems("sweep-paused two")
	began := g.since(k, problems.SweepPaused)
	g.end()
	k = g.serve()
	k.age()
	if since := g.since(k, problems.SweepPaused); !since.Equal(began) {
		t.Errorf("after a restart it is paused since %v, not %v", since, began)
	}
	told[control.Steered](g, control.VerbResume, control.Steer{Sweeps: []string{"two"}})

	repair := obstruct(t, g.root.SweepDir("two"))
	g.fails["EXC"] = protocol.Numeric
	g.suspects[""] = true
	stop := g.works()
	defer stop()
	g.eventually(k, func() bool { return slices.Contains(g.kinds(), "sweep-set-aside two") })
	repair()
	k.mu.Lock()
	k.faults.RetrySoon("two")
	k.mu.Unlock()
	g.ends(k, "two")
	g.expectProblems("tasks-failed two", "results-suspect two")
	p := k.Problems(g.context()).Problems[0]
	if !strings.Contains(p.Text, "2 tasks of two failed (numeric); the first: results~pl.is_plastic=EXC~seed=") ||
		!strings.Contains(p.Text, ": as the test wants it") || !strings.Contains(p.Remedy, "eisweep rerun two --class numeric --set") {
		t.Errorf("%+v", p)
	}

	// The next coordinator, which does not resume a finished sweep, lists them as well.
	stop()
	g.end()
	k = g.serve()
	g.expectProblems("tasks-failed two", "results-suspect two")
	if since := g.since(k, problems.TasksFailed); !since.Equal(p.Since) {
		t.Errorf("after a restart tasks have failed since %v, not %v", since, p.Since)
	}
	if again := k.Problems(g.context()).Problems[0]; again.Text != p.Text || again.Remedy != p.Remedy {
		t.Errorf("after a restart the cause is %+v, not %+v", again, p)
	}

	// Nor does another name lose the cause.
	told[control.RemovedSweep](g, control.VerbRename, control.Rename{Sweep: "two", To: "better"})
	g.end()
	k = g.serve()
	if again := k.Problems(g.context()).Problems[0]; again.Text != strings.Replace(p.Text, " two ", " better ", 1) {
		t.Errorf("renamed, the cause is %+v, not %+v", again, p)
	}
	x := told[control.Explained](g, control.VerbExplain, control.Explain{Target: "better"})
	if text := x.Reason + x.Remedy + strings.Join(x.Details, " "); !strings.Contains(text, "numeric") {
		t.Errorf("renamed, it is explained as %+v", x)
	}
}

// TestProblemsOfWorkers lists those that are silent, ended, take no tasks, drain or are of another version, until they are
// replaced.
func TestProblemsOfWorkers(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(twoByTwo)
	now := time.Now()
	report := func(name, state string, ago time.Duration) {
		k.workers.Report(protocol.Presence{Name: name, Host: name + "s-host", Version: "test", Slots: 1, Memory: 1, State: state,
			Since: now.Add(-time.Hour)}, now.Add(-ago))
	}
	report("quiet", protocol.Idle, 40*time.Second)
	report("gone", protocol.Idle, 2*time.Hour)
	report("broken", "cannot commit results: no space", 0)
	report("leaving", "draining: by a command", 0)
	k.workers.Report(protocol.Presence{Name: "old", Host: "there", Version: "0.9", Memory: 1, Slots: 1, State: protocol.Idle}, now)
	k.workers.Report(protocol.Presence{Name: "failed", Host: "elsewhere", State: protocol.GaveUp + "no disk", Gone: true}, now)
	k.window.Refill()
	g.eventually(k, func() bool { return slices.Contains(g.kinds(), "tasks-too-large two") })
	g.expectProblems("tasks-too-large two", "worker-silent quiet", "worker-ended failed", "worker-stopped broken", "worker-version old",
		"worker-draining leaving")
	for _, host := range []string{"quiets-host", "elsewhere"} {
		k.workers.Report(protocol.Presence{Name: "next at " + host, Host: host, Version: "test", Slots: 64, State: protocol.Idle,
			Since: now.Add(time.Second)}, now)
	}
	g.eventually(k, func() bool { return !slices.Contains(g.kinds(), "tasks-too-large two") })
	g.expectProblems("worker-stopped broken", "worker-version old", "worker-draining leaving")
}

// TestProblemsOfLostAttempts lists a silent worker with its task, then the task that was lost twice.
func TestProblemsOfLostAttempts(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(twoByTwo)
	first := g.next("two")
	g.lose(k, first)
	second := g.hire("w2", 64)
	j := second.next("two")
	for j.id() != first.id() {
		g.hand(j)
		j = second.next("two")
	}
	g.lose(k, j)
	g.hire("w3", 64)
	g.eventually(k, func() bool { return slices.Contains(g.kinds(), "attempts-lost "+j.id().String()) })
	for _, p := range k.Problems(g.context()).Problems {
		if p.Kind == problems.AttemptsLost && (!strings.Contains(p.Text, "2 attempts") || !strings.Contains(p.Text, "worker w2") ||
			p.Since.IsZero()) {
			t.Errorf("%+v", p)
		}
	}
}
