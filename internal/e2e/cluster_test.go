package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lease is how long a worker may be silent in the tests, in place of 70 s. A worker reports itself seven times as
// often.
const lease = "3s"

// cluster is the program on several places that share a root.
type cluster struct {
	t       testing.TB
	program string
	env     []string
	options []string // of every command: --nats …
}

// newCluster is one of the test build, whose leases are short. failpoints are what shall go wrong, as
// EISWEEP_FAILPOINTS has it.
func newCluster(t testing.TB, failpoints ...string) *cluster {
	t.Helper()
	failpoints = append([]string{"lease=" + lease, "hold=../hold"}, failpoints...)
	return &cluster{t: t, program: built(t, failing), env: []string{"EISWEEP_FAILPOINTS=" + strings.Join(failpoints, " ")}}
}

// hold holds back the tasks of a root of this machine, and no others: those named by id, or, ">6", those of the seeds above.
// They continue and are saved, but don't end before they are released.
func (c *cluster) hold(root string, tasks ...string) {
	c.t.Helper()
	holdBack(c.t, filepath.Join(root, "..", "hold"), tasks...)
}

// holdBack writes a file that all users may read.
func holdBack(t testing.TB, path string, tasks ...string) {
	t.Helper()
	write(t, path, strings.Join(tasks, "\n"))
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
}

// everyTask makes hold hold every task.
const everyTask = ">0"

// release lets all tasks end.
func (c *cluster) release(root string) {
	c.t.Helper()
	if err := os.Remove(filepath.Join(root, "..", "hold")); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cluster) root(at place) string { return filepath.Join(at.shared(), "root") }

// start starts a command with the root of that place.
func (c *cluster) start(at place, command string, args ...string) *process {
	c.t.Helper()
	argv := append([]string{c.program, command, "-p", c.root(at)}, c.options...)
	return start(c.t, at, c.env, append(argv, args...)...)
}

// coordinator starts one and waits until it is ready.
func (c *cluster) coordinator(at place, args ...string) *process {
	c.t.Helper()
	if len(c.options) == 0 {
		args = append([]string{"--advertise", at.address()}, args...)
	}
	p := c.start(at, "coordinator", args...)
	p.await("the coordinator is ready")
	return p
}

// worker starts one with a single slot that saves its task often, and waits until it is ready.
func (c *cluster) worker(at place, args ...string) *process {
	c.t.Helper()
	p := c.start(at, "worker", append([]string{"--slots", "1", "--checkpoint", "200ms"}, args...)...)
	p.await("the worker is ready")
	return p
}

// does runs a command to its end, wants it to succeed, and returns its stdout.
func (c *cluster) does(at place, command string, args ...string) string {
	c.t.Helper()
	p := c.start(at, command, args...)
	if code := p.end(); code != 0 {
		c.t.Fatalf("%s: exit code %d\n%s", p.name, code, p.output())
	}
	return contents(p.out)
}

// events runs a command with --json and returns what it wrote.
func events[T any](c *cluster, at place, command string, args ...string) (out []T) {
	c.t.Helper()
	text := c.does(at, command, append(args, "--json")...)
	for in := json.NewDecoder(strings.NewReader(text)); in.More(); {
		var event T
		if err := in.Decode(&event); err != nil {
			c.t.Fatalf("%s %s: %v in\n%s", command, strings.Join(args, " "), err, text)
		}
		out = append(out, event)
	}
	return out
}

// sweepStatus is what `status --json` says of a sweep.
type sweepStatus struct {
	Sweep   string
	Tasks   int
	Done    int
	Failed  int
	Running int
	Pending int
	Waiting int
}

func (c *cluster) status(at place, sweep string) sweepStatus {
	c.t.Helper()
	for _, s := range events[sweepStatus](c, at, "status") {
		if s.Sweep == sweep {
			return s
		}
	}
	c.t.Fatalf("status knows no sweep %s", sweep)
	return sweepStatus{}
}
