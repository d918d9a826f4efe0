package coordinator

import (
	"strings"
	"testing"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/plan"
	"eisweep/coordinator/records"
	"eisweep/internal/control"
	"eisweep/internal/events"
	"eisweep/sweeps"
)

// TestALimitOutlivesARestart has one task of four run at a time, also after a restart, until the sweep is launched with another limit.
func TestALimitOutlivesARestart(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	launch := func(most int) {
		told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: control.SweepFiles{file(twoByTwo)}, MaxRunning: most})
	}
	counts := func() lifecycle.Counts {
		k.mu.Lock()
		defer k.mu.Unlock()
		return k.machine.Counts("two")
	}
	launch(1)
	g.next("two")
	g.poll("one task runs", func() bool { return counts().Running == 1 })
	if s := k.Snapshot().Sweeps[0]; s.MaxRunning != 1 {
		t.Errorf("the limit is %d", s.MaxRunning)
	}
	ids, err := g.ids("two")
	if err != nil {
		t.Fatal(err)
	}
	limited := 0
	for _, id := range ids {
		x := told[control.Explained](g, control.VerbExplain, control.Explain{Target: id.String()})
		if strings.Contains(x.Reason, "--max-running") {
			limited++
		}
	}
	if limited != 3 {
		t.Errorf("%d tasks are explained as waiting for the limit", limited)
	}
	if x := told[control.Explained](g, control.VerbExplain, control.Explain{Target: "two"}); !strings.Contains(x.Reason, "at most 1 run") {
		t.Errorf("the sweep is explained as %q", x.Reason)
	}
	g.end()
	k = g.serve()
	g.poll("the running task is known", func() bool { return counts().Running == 1 })
	k.window.Fill(g.context())
	if user := k.sweeps.Get("two").User; user != control.ThisUser().User {
		t.Errorf("after a restart, the sweep is of user %q", user)
	}
	if c := counts(); c.Queued != 0 || c.Pending != 3 || k.Snapshot().Sweeps[0].MaxRunning != 1 {
		t.Errorf("after a restart: %+v", c)
	}
	launch(3)
	g.poll("two more are sent", func() bool { return counts().Queued == 2 })
	if c := counts(); c.Running != 1 || c.Pending != 1 {
		t.Errorf("with a limit of 3: %+v", c)
	}
	launch(0)
	g.poll("all are sent", func() bool { c := counts(); return c.Queued == 3 && c.Running == 1 })
}

// TestALaunchForAnotherUser has a sweep that the coordinator has forgotten run again for its own user, on the request of another.
func TestALaunchForAnotherUser(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.completes(k, twoByTwo, "two")
	g.end()
	k = g.serve()
	ctx := control.WithRequester(g.context(), control.Requester{User: "dashboard"})
	if _, err := k.Launch(ctx, plan.Request{Sweeps: []*sweeps.Sweep{parse(t, twoByTwo)}, KeepFile: true, MaxRunning: 1, User: "ada",
		Select: func(*sweeps.Task, catalog.State) bool { return true }}); err != nil {
		t.Fatal(err)
	}
	record, err := records.Read(g.root, "two")
	if err != nil || record.User != "ada" || record.MaxRunning != 1 {
		t.Errorf("the record is %+v; %v", record, err)
	}
}

// TestARerunKeepsTheTermsOfItsLaunch reruns a finished sweep that the next coordinator has not in memory.
func TestARerunKeepsTheTermsOfItsLaunch(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: control.SweepFiles{file(twoByTwo)}, MaxRunning: 1, Priority: 4})
	g.finish(k, "two")
	g.end()
	k = g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: control.SweepFiles{file(twoByTwo)}, KeepFile: true,
		Rerun: &control.Choice{}})
	if s := k.Snapshot().Sweeps[0]; s.MaxRunning != 1 || s.Priority != 4 {
		t.Errorf("the rerun has limit %d and priority %d", s.MaxRunning, s.Priority)
	}
	if record, err := records.Read(g.root, "two"); err != nil || record.MaxRunning != 1 || record.User == "" {
		t.Errorf("the record is %+v, %v", record, err)
	}
}

// TestALimitIsChanged while the sweep runs: it is lifted, set again and kept over a restart; bad values and unknown sweeps are refused.
func TestALimitIsChanged(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: control.SweepFiles{file(twoByTwo)}, MaxRunning: 1})
	first := g.next("two")
	g.poll("one task runs", func() bool { return k.Snapshot().Sweeps[0].Running == 1 })
	none, three, negative, high := 0, 3, -1, mostPriority+1
	adjust := func(r control.Adjust) (control.Adjusted, error) {
		return ask[control.Adjusted](g, control.VerbAdjust, r)
	}
	out, err := adjust(control.Adjust{Sweeps: []string{"two"}, MaxRunning: &none})
	if err != nil || len(out.Sweeps) != 1 || !out.Sweeps[0].Changed || out.Sweeps[0].MaxRunning != 0 {
		t.Errorf("the limit is lifted: %+v, %v", out, err)
	}
	second := g.next("two")
	g.poll("two tasks run", func() bool { return k.Snapshot().Sweeps[0].Running == 2 })
	for _, changed := range []bool{true, false} {
		out, err = adjust(control.Adjust{Sweeps: []string{"two"}, MaxRunning: &three, Priority: &three})
		if err != nil || out.Sweeps[0] != (control.AdjustedSweep{Name: "two", Priority: 3, MaxRunning: 3, Changed: changed}) {
			t.Errorf("limit and priority: %+v, %v", out, err)
		}
	}
	if !g.has(k, events.SweepLimitChanged) || !g.has(k, events.SweepPriorityChanged) {
		t.Error("no events say so")
	}
	for text, r := range map[string]control.Adjust{
		"-1 tasks at a time": {Sweeps: []string{"two"}, MaxRunning: &negative},
		"priority 1000001":   {Sweeps: []string{"two"}, Priority: &high},
		"there is no sweep":  {Sweeps: []string{"none"}, Priority: &three},
		"no sweep is named":  {Priority: &three},
	} {
		if _, err := adjust(r); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%+v: %v", r, err)
		}
	}
	g.end()
	k = g.serve()
	if s := k.Snapshot().Sweeps[0]; s.MaxRunning != 3 || s.Priority != 3 {
		t.Errorf("after a restart: %+v", s)
	}
	g.hand(first)
	g.hand(second)
	if s := g.finish(k, "two"); s.Done != 4 {
		t.Errorf("%+v", s)
	}
	if _, err := adjust(control.Adjust{Sweeps: []string{"two"}, MaxRunning: &none}); err == nil ||
		!strings.Contains(err.Error(), "has nothing left to run") {
		t.Errorf("a finished sweep: %v", err)
	}
}
