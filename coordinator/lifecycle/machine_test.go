package lifecycle

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

var update = flag.Bool("update", false, "write the golden transcripts anew")

// TestTranscripts feeds each testdata/*.events file to a machine and holds the
// commands that follow against the .golden file beside it.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.events")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := transcript(t, string(text))
			golden := strings.TrimSuffix(file, ".events") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("commands differ from %s:\n%s", golden, got)
			}
		})
	}
}

// transcript runs the events of a file, one a line: a word and its fields
// (name=value), tasks by a number. Lines that begin with # are kept.
func transcript(t *testing.T, text string) string {
	t.Helper()
	m := New()
	var out strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		fmt.Fprintln(&out, line)
		if line == "" || line[0] == '#' {
			continue
		}
		for _, c := range m.Step(parseEvent(t, line)) {
			fmt.Fprintf(&out, "    %s\n", describe(c))
		}
		checkTallies(t, m)
	}
	return out.String()
}

func parseEvent(t *testing.T, line string) Event {
	t.Helper()
	words := strings.Fields(line)
	f := map[string]string{}
	for _, w := range words[1:] {
		name, value, _ := strings.Cut(w, "=")
		f[name] = value
	}
	id, source := task(f["task"]), task(f["source"])
	run, n, attempt := number(f["run"]), number(f["n"]), number(f["attempt"])
	switch words[0] {
	case "launchBegan":
		return LaunchBegan{f["sweep"]}
	case "launchExtended":
		return LaunchExtended{f["sweep"]}
	case "taskReplaced":
		return TaskReplaced{f["sweep"], id}
	case "taskReused":
		return TaskReused{f["sweep"], n}
	case "taskRequested":
		sweep, of, _ := strings.Cut(f["queued"], "/")
		e := TaskRequested{Sweep: f["sweep"], ID: id, Class: protocol.Class(f["class"]), Run: run, Source: source, QueuedSweep: sweep, QueuedRun: number(of)}
		_, e.Execute = f["execute"]
		_, e.IsRecorded = f["recorded"]
		_, e.Orphan = f["orphan"]
		_, e.HasResult = f["hasResult"]
		return e
	case "rerunRemainder":
		return RerunRemainder{f["sweep"], number(f["done"]), number(f["dropped"])}
	case "launchCompleted":
		return LaunchCompleted{f["sweep"]}
	case "launchAbandoned":
		return LaunchAbandoned{f["sweep"]}
	case "resultLost":
		return ResultLost{id, f["sweep"]}
	case "attemptStarted":
		return AttemptStarted{id, run}
	case "attemptReturned":
		return AttemptReturned{id, run}
	case "outcomeCommitted":
		return OutcomeCommitted{id, run, attempt, protocol.Class(f["class"])}
	case "attemptLost":
		return AttemptLost{id, run}
	case "orderMissing":
		return OrderMissing{id, run}
	case "sweepPaused":
		return SweepPaused{f["sweep"]}
	case "sweepResumed":
		return SweepResumed{f["sweep"]}
	case "sweepCancelled":
		return SweepCancelled{f["sweep"]}
	case "compacted":
		return Compacted{}
	case "placementRetried":
		return PlacementRetried{id, run}
	case "resultsRenamed":
		return ResultsRenamed{map[sweeps.ID]bool{id: true}}
	case "resultPlaced":
		return ResultPlaced{id, run, protocol.Class(f["class"])}
	}
	t.Fatalf("unknown event in %q", line)
	return nil
}

func describe(c Command) string {
	switch c := c.(type) {
	case OpenSweep:
		return "open " + c.Sweep
	case Publish:
		return fmt.Sprintf("publish task=%d run=%d sweep=%s", c.ID[15], c.Run, c.Sweep)
	case Place:
		return fmt.Sprintf("place task=%d run=%d sweeps=%s", c.ID[15], c.Run, strings.Join(c.Sweeps, ","))
	case Link:
		return fmt.Sprintf("link task=%d sweep=%s", c.ID[15], c.Sweep)
	case RecordFailure:
		again := ""
		if c.Again {
			again = " again"
		}
		return fmt.Sprintf("recordFailure task=%d run=%d sweep=%s class=%s%s", c.ID[15], c.Run, c.Sweep, c.Class, again)
	case Unqueue:
		return fmt.Sprintf("unqueue task=%d run=%d sweep=%s", c.ID[15], c.Run, c.Sweep)
	case Purge:
		return "purge " + c.Sweep
	case Acknowledge:
		return fmt.Sprintf("acknowledge task=%d run=%d", c.ID[15], c.Run)
	case Hold:
		return fmt.Sprintf("hold task=%d run=%d", c.ID[15], c.Run)
	case Discard:
		return fmt.Sprintf("discard task=%d run=%d attempt=%d", c.ID[15], c.Run, c.Attempt)
	case FinishSweep:
		return "finish " + c.Sweep
	case RetractFailure:
		return fmt.Sprintf("retractFailure task=%d sweep=%s", c.ID[15], c.Sweep)
	}
	return fmt.Sprintf("%#v", c)
}

// checkTallies holds every sweep's counts against the tasks themselves.
func checkTallies(t *testing.T, m *Machine) {
	t.Helper()
	for name, tally := range m.sweeps {
		sum := 0
		for p, n := range tally.phases {
			sum += n
			if n < 0 {
				t.Errorf("sweep %s has %d tasks in phase %d", name, n, p)
			}
		}
		if sum != tally.total {
			t.Errorf("sweep %s counts %d tasks by phase and %d in all", name, sum, tally.total)
		}
	}
}

func task(text string) sweeps.ID {
	var id sweeps.ID
	id[15] = byte(number(text))
	return id
}

func number(text string) int {
	n := 0
	fmt.Sscan(text, &n)
	return n
}
