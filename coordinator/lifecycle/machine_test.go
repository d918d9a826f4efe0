package lifecycle

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

var update = flag.Bool("update", false, "write the golden transcripts anew")

// TestTranscripts feeds each testdata/*.events file to a machine and holds the
// commands that follow, and what it chooses, against the .golden file beside it.
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
// (name=value), tasks by a number. Lines that begin with # are kept. "choose" is no event: the
// machine chooses what is sent, after the queue's orders were withdrawn where they are outdated.
func transcript(t *testing.T, text string) string {
	t.Helper()
	m := New()
	var out strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		fmt.Fprintln(&out, line)
		if line == "" || line[0] == '#' {
			continue
		}
		word, f := parseLine(line)
		if word == "choose" {
			choose(&out, m, f)
		} else {
			for _, c := range m.Step(parseEvent(t, word, f)) {
				fmt.Fprintf(&out, "    %s\n", told(c))
			}
		}
		if problem := checkMachine(m); problem != "" {
			t.Errorf("after %q: %s", line, problem)
		}
	}
	return out.String()
}

// parseLine reads a word and its fields.
func parseLine(line string) (word string, f map[string]string) {
	words := strings.Fields(line)
	f = map[string]string{"token": "t1"}
	for _, w := range words[1:] {
		name, value, _ := strings.Cut(w, "=")
		f[name] = value
	}
	return words[0], f
}

// choose has the machine choose as many as it likes of n tasks.
func choose(out *strings.Builder, m *Machine, f map[string]string) {
	if m.Disturbed() {
		fmt.Fprintln(out, "    withdraw all orders")
		m.Step(OrdersWithdrawn{})
	}
	for _, c := range m.Choose(number(f["n"]), newTestSender(f)) {
		fmt.Fprintf(out, "    send task=%d run=%d sweep=%s", c.ID[15], c.Run, c.Sweep)
		if c.For != c.Sweep {
			fmt.Fprintf(out, " for=%s", c.For)
		}
		if c.Losses > 0 {
			fmt.Fprintf(out, " losses=%d", c.Losses)
		}
		fmt.Fprintln(out)
	}
}

// testSender sends all tasks, but those that cannot be sent yet, and large ones only while there is room.
type testSender struct {
	seconds      float64 // that every task is expected to take
	large, later map[byte]bool
	deferred     map[byte]bool
	room         int // for so many large ones
}

func newTestSender(f map[string]string) *testSender {
	s := &testSender{
		seconds:  1,
		large:    numbers(f["large"]),
		later:    numbers(f["later"]),
		deferred: numbers(f["deferred"]),
		room:     number(f["room"]),
	}
	if text, ok := f["seconds"]; ok {
		s.seconds = float64(number(text))
	}
	return s
}

func numbers(list string) map[byte]bool {
	out := map[byte]bool{}
	for text := range strings.SplitSeq(list, ",") {
		out[byte(number(text))] = true
	}
	return out
}

func (s *testSender) HasRoom(int64) bool { return s.room > 0 }

func (s *testSender) Offer(c Candidate) Offer {
	id := c.ID[15]
	switch {
	case s.deferred[id]:
		return Offer{Answer: Deferred}
	case s.later[id]:
		return Offer{Answer: Later}
	case s.large[id] && s.room == 0:
		return Offer{Answer: NoRoom, Bytes: 1}
	case s.large[id]:
		s.room--
	}
	return Offer{Seconds: s.seconds}
}

func parseEvent(t *testing.T, word string, f map[string]string) Event {
	t.Helper()
	id, source := task(number(f["task"])), task(number(f["source"]))
	run, token, class := number(f["run"]), f["token"], protocol.Class(f["class"])
	switch word {
	case "launchBegan":
		return LaunchBegan{f["sweep"], number(f["priority"]), number(f["most"]), f["user"]}
	case "launchExtended":
		return LaunchExtended{f["sweep"]}
	case "taskReplaced":
		return TaskReplaced{f["sweep"], id}
	case "taskReused":
		return TaskReused{f["sweep"], number(f["n"])}
	case "taskRequested":
		e := TaskRequested{
			Sweep:     f["sweep"],
			ID:        id,
			Class:     class,
			Run:       run,
			Source:    source,
			Losses:    number(f["losses"]),
			LossClass: protocol.Lost,
		}
		_, e.Execute = f["execute"]
		_, e.IsRecorded = f["recorded"]
		_, e.Orphan = f["orphan"]
		_, e.HasResult = f["hasResult"]
		return e
	case "rerunRemainder":
		return RerunRemainder{f["sweep"], number(f["done"]), number(f["dropped"])}
	case "launchCompleted":
		_, undecided := f["undecided"]
		return LaunchCompleted{f["sweep"], undecided}
	case "launchAbandoned":
		return LaunchAbandoned{f["sweep"]}
	case "resultLost":
		return ResultLost{id, f["sweep"]}
	case "attemptStarted":
		return AttemptStarted{id, run, token}
	case "attemptReturned":
		_, delayed := f["delayed"]
		return AttemptReturned{id, run, token, delayed}
	case "attemptEnded":
		_, lost := f["lost"]
		_, delayed := f["delayed"]
		return AttemptEnded{id, run, token, lost, protocol.Lost, delayed}
	case "taskReady":
		return TaskReady{id}
	case "orderUnreadable":
		return OrderUnreadable{id, run}
	case "outcomeCommitted":
		return OutcomeCommitted{id, run, token, class, float64(number(f["seconds"]))}
	case "sweepPaused":
		return SweepPaused{f["sweep"]}
	case "sweepResumed":
		return SweepResumed{f["sweep"]}
	case "sweepCancelled":
		return SweepCancelled{f["sweep"]}
	case "sweepForgotten":
		return SweepForgotten{f["sweep"]}
	case "compacted":
		return Compacted{}
	case "placementRetried":
		return PlacementRetried{id, run}
	case "resultsRenamed":
		return ResultsRenamed{map[sweeps.ID]bool{id: true}}
	case "resultPlaced":
		return ResultPlaced{id, run, class}
	}
	t.Fatalf("unknown event %q", word)
	return nil
}

// told words a command.
func told(c Command) string {
	switch c := c.(type) {
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
	case Acknowledge:
		return fmt.Sprintf("acknowledge task=%d run=%d", c.ID[15], c.Run)
	case Hold:
		return fmt.Sprintf("hold task=%d run=%d", c.ID[15], c.Run)
	case Discard:
		return fmt.Sprintf("discard task=%d run=%d token=%s", c.ID[15], c.Run, c.Token)
	case ReopenSweep:
		return "reopen " + c.Sweep
	case FinishSweep:
		return "finish " + c.Sweep
	case RetractFailure:
		return fmt.Sprintf("retractFailure task=%d sweep=%s", c.ID[15], c.Sweep)
	}
	return fmt.Sprintf("%#v", c)
}

func number(text string) int {
	n, _ := strconv.Atoi(text) // an absent field is 0
	return n
}
