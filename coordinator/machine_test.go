package coordinator

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"eisweep/internal/protocol"
	"eisweep/internal/queue"
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
	m := newMachine()
	var out strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		fmt.Fprintln(&out, line)
		if line == "" || line[0] == '#' {
			continue
		}
		for _, c := range m.step(parseEvent(t, line)) {
			fmt.Fprintf(&out, "    %s\n", describe(c))
		}
		checkTallies(t, m)
	}
	return out.String()
}

func parseEvent(t *testing.T, line string) event {
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
	case "opened":
		return opened{f["sweep"]}
	case "reopened":
		return reopened{f["sweep"]}
	case "replaced":
		return replaced{f["sweep"], id}
	case "kept":
		return kept{f["sweep"], n}
	case "wanted":
		_, execute := f["execute"]
		_, here := f["here"]
		_, orphan := f["orphan"]
		_, stands := f["stands"]
		sweep, of, _ := strings.Cut(f["queued"], "/")
		return wanted{f["sweep"], id, execute, protocol.Class(f["class"]), here, run, source, orphan, queue.QueuedOrder{Sweep: sweep, Run: number(of)}, stands}
	case "rested":
		return rested{f["sweep"], number(f["done"]), number(f["dropped"])}
	case "launched":
		return launched{f["sweep"]}
	case "abandoned":
		return abandoned{f["sweep"]}
	case "vanished":
		return vanished{id, f["sweep"]}
	case "started":
		return started{id, run}
	case "returned":
		return returned{id, run}
	case "outcome":
		return outcome{id, run, attempt, protocol.Class(f["class"])}
	case "silenced":
		return silenced{id, run}
	case "missed":
		return missed{id, run}
	case "paused":
		return paused{f["sweep"]}
	case "resumed":
		return resumed{f["sweep"]}
	case "cancelled":
		return cancelled{f["sweep"]}
	case "tidied":
		return tidied{}
	case "retried":
		return retried{id, run}
	case "moved":
		return moved{map[sweeps.ID]bool{id: true}}
	case "placed":
		return placed{id, run, protocol.Class(f["class"])}
	}
	t.Fatalf("unknown event in %q", line)
	return nil
}

func describe(c command) string {
	switch c := c.(type) {
	case openSweep:
		return "open " + c.sweep
	case publish:
		return fmt.Sprintf("publish task=%d run=%d sweep=%s", c.id[15], c.run, c.sweep)
	case place:
		return fmt.Sprintf("place task=%d run=%d sweeps=%s", c.id[15], c.run, strings.Join(c.sweeps, ","))
	case link:
		return fmt.Sprintf("link task=%d sweep=%s", c.id[15], c.sweep)
	case record:
		again := ""
		if c.again {
			again = " again"
		}
		return fmt.Sprintf("record task=%d run=%d sweep=%s class=%s%s", c.id[15], c.run, c.sweep, c.class, again)
	case unqueue:
		return fmt.Sprintf("unqueue task=%d run=%d sweep=%s", c.id[15], c.run, c.sweep)
	case purge:
		return "purge " + c.sweep
	case acknowledge:
		return fmt.Sprintf("acknowledge task=%d run=%d", c.id[15], c.run)
	case hold:
		return fmt.Sprintf("hold task=%d run=%d", c.id[15], c.run)
	case discard:
		return fmt.Sprintf("discard task=%d run=%d attempt=%d", c.id[15], c.run, c.attempt)
	case finishSweep:
		return "finish " + c.sweep
	case revive:
		return fmt.Sprintf("revive task=%d sweep=%s", c.id[15], c.sweep)
	}
	return fmt.Sprintf("%#v", c)
}

// checkTallies holds every sweep's counts against the tasks themselves.
func checkTallies(t *testing.T, m *machine) {
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
