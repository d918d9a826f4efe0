package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// crashPoint is a row of the table in docs/architecture.md, "What happens after a crash", and the call that comes next. The
// row of a claim is left to TestClaimsAreAccountedFor in internal/queue: between its steps no file is written.
type crashPoint struct {
	after string
	call  string // before which the coordinator is killed; "": it is killed when a task waits in the queue
	path  string // of the call, below the root; {attempt} is id.run.token of the first task
	// What differs from one task that runs while another is queued, on a new root:
	worker     bool // is killed in place of the coordinator
	superseded bool // the sweep has other results, which are in the way
	lost       bool // the worker is killed before, without a checkpoint
	storeless  bool // the store of NATS is lost as well
}

var crashPoints = []crashPoint{
	{after: "the launch record", call: "fsync", path: ".eisweep/sweeps"},
	{after: "publishing"},
	{after: "the line in `losses.jsonl`", call: "fsync", path: ".eisweep/losses.jsonl", lost: true},
	{after: "the result in `incoming/`", call: "fsync", path: ".eisweep/incoming", worker: true},
	{after: "the commit", call: "renameat", path: "taught/results~seed=1.h5", superseded: true},
	{after: "the commit", call: "renameat", path: "taught/results~seed=1.h5", superseded: true, storeless: true},
	{after: "the move to `superseded/`", call: "fsync", path: "taught/superseded", superseded: true},
	{after: "the move to `superseded/`", call: "linkat", path: "taught/results~seed=1.h5", superseded: true}, // and its line
	{after: "the link", call: "write", path: "taught/manifest.jsonl"},
	{after: "the manifest line", call: "fsync", path: "taught/manifest.jsonl"},
	{after: "the acknowledgement", call: "unlinkat", path: ".eisweep/incoming/{attempt}.h5"},
}

// TestEveryCrashPoint kills a process between each two durable steps. The root is then as after a run that nothing disturbed.
func TestEveryCrashPoint(t *testing.T) {
	needsPrograms(t, map[string]string{"strace": "strace"})
	rowsOfThePage(t)
	want := map[bool][]string{}
	for _, superseded := range []bool{false, true} {
		at := here(t)
		c := &cluster{t: t, program: built(t, plain)}
		if superseded {
			c.does(at, "run", taught(t, 1))
		}
		c.does(at, "run", "--supersede", taught(t, 20))
		want[superseded] = recorded(t, c.root(at))
	}
	for _, p := range crashPoints {
		t.Run(strings.Trim(fmt.Sprint(p.after, " ", p.call), " "), func(t *testing.T) {
			t.Parallel() // most of it is waiting
			p.try(t, want[p.superseded])
		})
	}
}

// rowsOfThePage wants the page to have these rows.
func rowsOfThePage(t testing.TB) {
	t.Helper()
	_, table, _ := strings.Cut(contents("../../docs/architecture.md"), "| crash after | then |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	rows := []string{"the claim, before the acknowledgement"}
	for _, p := range crashPoints {
		rows = append(rows, p.after)
	}
	slices.Sort(rows)
	var page []string
	for _, row := range linesOf(table) {
		after, _, _ := strings.Cut(strings.TrimPrefix(row, "| "), " |")
		page = append(page, after)
	}
	slices.Sort(page)
	if rows = slices.Compact(rows); !slices.Equal(rows, page) {
		t.Errorf("the page has the rows %q, the test %q", page, rows)
	}
}

func taught(t testing.TB, trials int) string { return sweepFile(t, "taught", 2, 2, trials, "") }

func (p *crashPoint) try(t *testing.T, want []string) {
	at := here(t)
	c := newCluster(t)
	root := c.root(at)
	if p.superseded {
		c.does(at, "run", taught(t, 1))
	}
	c.hold(root, everyTask)
	first := c.coordinator(at)
	p.reach(c, at, first)
	if p.storeless {
		if err := os.RemoveAll(filepath.Join(root, ".eisweep", "store")); err != nil {
			t.Fatal(err)
		}
	}
	second := first
	if !p.worker {
		second = c.coordinator(at)
	}
	if p.worker || p.lost {
		c.worker(at)
	}
	c.does(at, "watch", "taught")
	second.stop()
	if got := recorded(t, root); !slices.Equal(got, want) {
		t.Errorf("the sweep has\n%s\nand, undisturbed,\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	c.verify(root, "verify")
	if found := adoptions(t, root); found == 0 && (p.worker || p.storeless) {
		t.Error("the result that was complete is computed again")
	}
	if p.worker { // it was about to remove the other name of its result
		c.verify(root, "clean", "taught")
	}
	empties(t, root, "incoming")
	empties(t, root, "checkpoints")
}

// reach launches the sweep, and returns when the process was killed at the point. The tasks can then come to their ends.
func (p *crashPoint) reach(c *cluster, at place, coordinator *process) {
	c.t.Helper()
	launch := []string{"--supersede", taught(c.t, 20)}
	switch {
	case p.lost:
		killed := c.killsBefore(at, coordinator, p.call, filepath.Join(c.root(at), p.path))
		c.does(at, "launch", launch...)
		deadly := newCluster(c.t, "kill:seed=1")
		deadly.worker(at).end()
		killed()
	case strings.HasSuffix(p.path, "sweeps"):
		c.worker(at)
		killed := c.killsBefore(at, coordinator, p.call, filepath.Join(c.root(at), p.path))
		c.start(at, "launch", launch...)
		killed()
	default:
		w := newWorkerPool(c, c.root(at), at)
		victim := coordinator
		if p.worker {
			victim = w.members[0].process
		}
		c.does(at, "launch", launch...)
		attempt := w.awaitRunning(w.members[0])
		if p.call == "" {
			victim.drop()
			break
		}
		killed := c.killsBefore(at, victim, p.call, filepath.Join(c.root(at), strings.ReplaceAll(p.path, "{attempt}", attempt)))
		c.release(c.root(at))
		killed()
		return
	}
	c.release(c.root(at))
}

// killsBefore has a process killed before its next call of this kind on a path. The function that it returns waits for that.
func (c *cluster) killsBefore(at place, victim *process, call, path string) (killed func()) {
	c.t.Helper()
	tracer := start(c.t, at, nil, "strace", "-f", "-y", "-p", victim.pid, "-P", path, "-e", "trace="+call, "-e", "signal=none",
		"-e", fmt.Sprintf("inject=%s:signal=%d", call, syscall.SIGKILL))
	tracer.await("attached")
	return func() {
		c.t.Helper()
		victim.end()
		tracer.end()
		if said := tracer.output(); !strings.Contains(said, path) {
			c.t.Fatalf("%s was not killed before a call of %s on %s:\n%s", victim.name, call, path, said)
		}
	}
}

// adoptions counts the attempts that found the result of another complete.
func adoptions(t testing.TB, root string) (n int) {
	t.Helper()
	for _, said := range attemptLogs(t, root) {
		if strings.Contains(said, "result of attempt ") {
			n++
		}
	}
	return n
}

// recorded is what the manifest of taught says, and the names in its directory. The number of attempts is left out.
func recorded(t testing.TB, root string) (out []string) {
	t.Helper()
	for _, l := range manifestLines(t, root, "taught") {
		out = append(out, fmt.Sprintf("%s of run %d: %s, %s", l.ID, l.Run, l.State, l.File+" "+l.Digest))
	}
	dir := filepath.Join(root, "taught")
	for _, name := range append(files(t, dir), files(t, filepath.Join(dir, "superseded"))...) {
		if name != "measures.cache" { // a run computes the measures, too
			out = append(out, "file "+name)
		}
	}
	slices.Sort(out)
	return out
}
