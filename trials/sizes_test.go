package trials

import (
	"io/fs"
	"path/filepath"
	"testing"
)

// What docs/cluster.md tells of sizes, as bounds: a coordinator's memory with 10,000 tasks in its queue, and bytes a task.
const (
	coordinatorMiB = 100
	queuedBytes    = 600
	manifestBytes  = 700
	logBytes       = 1000
)

// TestSizesAreAsTold holds what a sweep takes beside its results.
func TestSizesAreAsTold(t *testing.T) {
	const tasks, done = 10_000, 20
	at := here(t)
	c := &cluster{t: t, program: built(t, plain)}
	root := c.root(at)
	coordinator := c.coordinator(at)
	c.does(at, "launch", sweepFile(t, "large", tasks, 2, 1, ""))
	if n := residentPeak(t, coordinator.pid); n > coordinatorMiB {
		t.Errorf("the coordinator of %d tasks took %.0f MiB, told is less than %d", tasks, n, coordinatorMiB)
	}
	holds := func(what, path string, count, most int) {
		t.Helper()
		if n := size(t, filepath.Join(root, path)); n == 0 || n > int64(count*most) {
			t.Errorf("%s of %d tasks: %d bytes, told are less than %d each", what, count, n, most)
		}
	}
	holds("queue", ".eisweep/store", tasks, queuedBytes)
	c.does(at, "pause", "large")
	c.worker(at)
	c.does(at, "launch", "--follow", sweepFile(t, "small", done, 2, 2, ""))
	holds("manifest", "small/manifest.jsonl", done, manifestBytes)
	holds("logs", ".eisweep/logs", done, logBytes)
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
