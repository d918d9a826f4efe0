package main

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"eisweep/internal/disktest"
	"eisweep/internal/events"
	"eisweep/internal/protocol"
	"eisweep/internal/root"
)

// kindIs matches an event of a kind, in a log or as `events --json` prints it, with these texts in its fields.
func kindIs(kind events.Kind, fields ...string) func(map[string]any) bool {
	return func(e map[string]any) bool {
		if e["kind"] != string(kind) && e["event"] != string(kind) {
			return false
		}
		for i := 0; i < len(fields); i += 2 {
			if text, _ := e[fields[i]].(string); !strings.Contains(text, fields[i+1]) {
				return false
			}
		}
		return true
	}
}

// eventReader is a follower of a cluster's events.
type eventReader struct {
	*cluster
	follower *process
	last     float64 // number of the last event
}

// await waits for an event with these texts in its fields. Events have growing numbers, and the log of the coordinator, if it runs,
// has the same one.
func (h *eventReader) await(kind events.Kind, fields ...string) map[string]any {
	h.t.Helper()
	matches := kindIs(kind, fields...)
	found := h.follower.await(string(kind), func(e map[string]any) bool {
		if seq := e["seq"].(float64); seq <= h.last {
			h.t.Errorf("event %v came after number %v", e, h.last)
		}
		h.last = e["seq"].(float64)
		return matches(e)
	})
	if strings.HasPrefix(string(kind), "coordinator_") {
		return found // the test has read it
	}
	logged := h.coordinator.await("logged "+string(kind), func(e map[string]any) bool { return e["seq"] == found["seq"] })
	for name, value := range found {
		if name != "kind" && name != "text" && name != "time" && !reflect.DeepEqual(logged[name], value) {
			h.t.Errorf("the log has %s %v of %v", name, logged[name], found)
		}
	}
	return found
}

// TestEventsSayWhatHappened: two workers; a launch, a killed worker, one that is drained, a pause, a failing seed, and the restart of
// a coordinator that was killed. A follower and the logs of the coordinators have each of them, and the logs of a task say why its
// attempts ended.
func TestEventsSayWhatHappened(t *testing.T) {
	hold := filepath.Join(t.TempDir(), "hold")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(hold, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(">0")
	c := newCluster(t, "lease=2s numeric:seed=2 hold="+hold)
	h := &eventReader{cluster: c, follower: c.logged(startProgram(t, c.program, "events", "-p", c.root, "--follow"))}
	h.await(events.CoordinatorStarted)
	c.work()
	c.work()
	joined := []map[string]any{h.await(events.WorkerJoined), h.await(events.WorkerJoined)}
	must(t, "launch", sweepFile(t, "short", "20", "{ first = 1, count = 4 }"), "-p", c.root, "--priority", "3")
	launch := h.await(events.SweepLaunched, "sweep", "short")
	if launch["user"] == nil || launch["from"] == nil || launch["tasks"] != 4.0 || launch["priority"] != 3.0 {
		t.Errorf("the launch is %v", launch)
	}
	failed := h.await(events.TaskFailed, "class", "numeric", "error", "failpoint: r of seed 2")
	must(t, "pause", "short", "-p", c.root)
	h.await(events.SweepPaused, "sweep", "short", "user", "")
	c.dismiss(syscall.SIGKILL)
	taken := h.await(events.AttemptTakenOver, "sweep", "short")
	if taken["since"] == nil || taken["launch"] != launch["launch"] || failed["launch"] != launch["launch"] {
		t.Errorf("the loss is %v, the failure %v", taken, failed)
	}
	must(t, "resume", "short", "-p", c.root)
	h.await(events.SweepResumed, "sweep", "short")
	other := joined[0]["worker"].(string)
	if other == taken["worker"] {
		other = joined[1]["worker"].(string)
	}
	must(t, "drain", other, "-p", c.root)
	h.await(events.WorkerDraining, "worker", other)
	h.await(events.AttemptReturned, "worker", other, "why", "it was told to drain")
	h.await(events.WorkerLeft, "worker", other, "why", "it was told to drain")
	c.workers = nil
	c.coordinator.cmd.Process.Kill()
	c.coordinator.end()
	c.coordinate()
	h.await(events.CoordinatorTookOver, "why", "which did not release the root")
	write("")
	c.work()
	finished := h.await(events.SweepFinished)
	if finished["done"] != 3.0 || finished["failed"] != 1.0 || finished["launch"] != launch["launch"] {
		t.Errorf("the end is %v", finished)
	}
	c.end()
	h.await(events.CoordinatorStopped)
	says(t, must(t, "logs", taken["task"].(string), "-p", c.root), "\nattempt 1: no heartbeat from worker "+taken["worker"].(string)+" since ",
		"; taken over ")
	says(t, must(t, "logs", failed["task"].(string), "-p", c.root), "\nattempt 1: failed (numeric) on worker ", "failpoint: r of seed 2")
	says(t, must(t, "events", "short", "-p", c.root), "sweep short launched by ", "4 tasks, priority 3", "sweep short paused by ",
		"run 1, attempt 1: no heartbeat from worker ", "returned by worker ", "sweep short finished: 3 done, 1 failed")
}

// eventsOfAFullDisk wants the events of a run, and the log of a task, to say that the disk was full.
func eventsOfAFullDisk(t *testing.T, path string) {
	t.Helper()
	r, err := root.OpenExisting(path)
	if err != nil {
		t.Fatal(err)
	}
	list, err := events.Read(r, events.Query{})
	if err != nil {
		t.Fatal(err)
	}
	full := func(e events.Event) bool {
		return e.Kind == events.AttemptFailed && e.Class == protocol.Storage && strings.Contains(e.Error, "no space left on device")
	}
	if n := slices.IndexFunc(list, full); n < 0 {
		t.Errorf("events %+v", list)
	} else {
		says(t, must(t, "logs", list[n].Task.String(), "-p", path), "\nattempt 1: failed (storage) on worker ", "no space left on device")
	}
}

// TestAFullDiskIsAnEvent fills the disk of a root while a coordinator runs: that it is low, and the sweep that cannot go on, are
// listed once there is space, with the time at which it happened.
func TestAFullDiskIsAnEvent(t *testing.T) {
	disk := mountDisk(t, "size=16m")
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	must(t, "run", sweepFile(t, "small", "1", "[1]"), "-p", disk)
	r, err := root.OpenExisting(disk)
	if err != nil {
		t.Fatal(err)
	}
	p := startProgram(t, "eisweep", "coordinator", "-p", disk, "--listen", "127.0.0.1:0")
	p.await("a ready coordinator", saying("the coordinator is ready"))
	filler := disktest.Fill(t, disk)
	p.await("a low disk", kindIs(events.DiskLow))
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	p.await("enough space", kindIs(events.DiskEnough))
	p.cmd.Process.Signal(syscall.SIGTERM)
	p.end()
	list, err := events.Read(r, events.Query{})
	if err != nil {
		t.Fatal(err)
	}
	low := slices.IndexFunc(list, func(e events.Event) bool { return e.Kind == events.DiskLow })
	if low < 0 || list[low+1].Kind != events.DiskEnough || !list[low+1].Time.After(list[low].Time) {
		t.Errorf("events %+v", list)
	}
	if told := must(t, "events", "-p", disk); !regexp.MustCompile(`the disk of the root is almost full: \d.* free\n`).MatchString(told) {
		t.Errorf("told:\n%s", told)
	}
}
