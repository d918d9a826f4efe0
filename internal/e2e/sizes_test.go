package e2e

import (
	"io/fs"
	"path/filepath"
	"testing"
)

// The sizes that docs/cluster.md gives, as bounds: a coordinator's memory with 10,000 tasks, bytes of its queue, whatever the
// number of tasks, and bytes a task.
const (
	coordinatorMiB = 100
	queueBytes     = 2_500_000
	manifestBytes  = 800
	logBytes       = 1000
)

// TestSizesAreAsDocumented holds what a sweep takes beside its results.
func TestSizesAreAsDocumented(t *testing.T) {
	const tasks, done = 10_000, 20
	at := here(t)
	c := &cluster{t: t, program: built(t, plain)}
	root := c.root(at)
	coordinator := c.coordinator(at)
	holds := func(what, path string, count, most int) {
		t.Helper()
		if n := size(t, filepath.Join(root, path)); n == 0 || n > int64(count*most) {
			t.Errorf("%s of %d tasks: %d bytes, told are less than %d each", what, count, n, most)
		}
	}
	c.worker(at)
	c.does(at, "launch", "--follow", sweepFile(t, "small", done, 2, 2, ""))
	holds("manifest", "small/manifest.jsonl", done, manifestBytes)
	holds("logs", ".eisweep/logs", done, logBytes)
	c.does(at, "launch", sweepFile(t, "large", tasks, 2, 1, ""))
	const full = 1_000_000 // bytes of the orders that the queue holds at most
	await(t, "a queue of many tasks", func() bool { return size(t, filepath.Join(root, ".eisweep/store")) > full })
	holds("queue", ".eisweep/store", 1, queueBytes)
	if n := residentPeak(t, coordinator.pid); n > coordinatorMiB {
		t.Errorf("the coordinator of %d tasks took %.0f MiB, told is less than %d", tasks, n, coordinatorMiB)
	}
}

// size is how many bytes files hold.
func size(t testing.TB, path string) (sum int64) {
	t.Helper()
	err := filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}
