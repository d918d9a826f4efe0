package e2e

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"eisweep/internal/manifest"
	"eisweep/sweeps"
)

// digests are those of a sweep's results, by task.
type digests map[sweeps.ID]string

// undisturbed is what sweeps come to when one process runs them and nothing happens.
func undisturbed(t testing.TB, files ...string) map[string]digests {
	t.Helper()
	at := here(t)
	c := &cluster{t: t, program: built(t, plain)}
	c.does(at, "run", files...)
	out := map[string]digests{}
	folders, err := filepath.Glob(filepath.Join(c.root(at), "*", "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range folders {
		sweep := filepath.Base(filepath.Dir(m))
		out[sweep] = doneOf(manifestLines(t, c.root(at), sweep))
	}
	return out
}

// manifestLines reads a sweep's lines; none are there before the first outcome.
func manifestLines(t testing.TB, root, sweep string) (lines []manifest.Line) {
	t.Helper()
	path := filepath.Join(root, sweep, "manifest.jsonl")
	if _, err := os.Stat(path); os.IsNotExist(err) {
		return nil
	}
	for line, err := range manifest.Read(path) {
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}

// doneOf are the digests of the results in the last lines of tasks.
func doneOf(lines []manifest.Line) digests {
	out := digests{}
	for _, l := range lines {
		if l.State == manifest.Done {
			out[l.ID] = l.Digest
		} else {
			delete(out, l.ID)
		}
	}
	return out
}

// verdict holds a sweep that was disturbed against one that was not: the same results, each reported once, and nothing
// left over. root is its path on this machine.
func verdict(t testing.TB, c *cluster, root, sweep string, want digests) {
	t.Helper()
	lines := manifestLines(t, root, sweep)
	if got := doneOf(lines); !maps.Equal(got, want) {
		t.Errorf("%s: %d results, %d of them as an undisturbed run has them; it has %d", sweep, len(got), agreeing(got, want), len(want))
	}
	told := map[sweeps.ID][]string{}
	for _, l := range lines {
		told[l.ID] = append(
			told[l.ID],
			strings.TrimSpace(fmt.Sprintf("run %d attempt %d by %s: %s %s %s", l.Run, l.Attempt, l.Worker, l.State, l.Class, l.Error)),
		)
		if len(told[l.ID]) > 1 {
			t.Errorf("%s: task %s has %d lines in the manifest: %q", sweep, l.ID, len(told[l.ID]), told[l.ID])
		}
	}
	// What a worker was killed over, a file half written or a checkpoint of a task just done, is cleaned away when told to.
	c.verify(root, "clean", sweep)
	empties(t, root, "checkpoints")
	empties(t, root, "incoming")
	c.verify(root, "verify")
}

func agreeing(got, want digests) (n int) {
	for id, d := range got {
		if want[id] == d {
			n++
		}
	}
	return n
}

// empties wants a private directory of the root to have no file.
func empties(t testing.TB, root, directory string) {
	t.Helper()
	if found := files(t, filepath.Join(root, ".eisweep", directory)); len(found) > 0 {
		t.Errorf("left in %s: %q", directory, found)
	}
}

func files(t testing.TB, directory string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// verify runs a command on a root of this machine, from outside of its hosts, and wants it to find nothing wrong.
func (c *cluster) verify(root, command string, args ...string) {
	c.t.Helper()
	argv := append([]string{c.program, command, "-p", root}, c.options...)
	p := start(c.t, hereWith(c.t, filepath.Dir(root)), c.env, append(argv, args...)...)
	if code := p.end(); code != 0 {
		c.t.Errorf("%s: exit code %d\n%s", command, code, p.output())
	}
}

// attemptLogs are what the attempts at a task said, by the names of the logs: id.run.token.
func attemptLogs(t testing.TB, root string) map[string]string {
	t.Helper()
	out := map[string]string{}
	dir := filepath.Join(root, ".eisweep", "logs")
	for _, name := range files(t, dir) {
		out[strings.TrimSuffix(name, ".log")] = contents(filepath.Join(dir, name))
	}
	return out
}
