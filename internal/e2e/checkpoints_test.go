package e2e

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// oneTask is a sweep of one task, which lasts for minutes while it is held back.
func oneTask(t testing.TB) string { return sweepFile(t, "single", 1, 4, 500, "") }

// TestATaskThatIsKilledTenTimes kills the worker of a task ten times at random, and damages what it continues from.
func TestATaskThatIsKilledTenTimes(t *testing.T) {
	file := oneTask(t)
	want := undisturbed(t, file)["single"]
	at := here(t)
	c := newCluster(t, "lease=1500ms")
	root := c.root(at)
	c.hold(root, everyTask)
	c.coordinator(at)
	w := &workerPool{c: c, root: root, members: []poolWorker{{c.worker(at, "--checkpoint", "100ms"), at}}}
	c.does(at, "launch", file)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	damages := []struct {
		what   string
		damage func(t testing.TB, path string)
		said   string
	}{
		{"truncated", truncate, "damaged"}, {"flipped", flip, ""}, {"of an older version", age, "of another version"},
	}
	for round := range 10 {
		log := w.awaitRunning(w.members[0])
		w.awaitSaves(log, random.IntN(2))
		w.members[0].drop()
		damaged := ""
		if k := round - 4; k >= 0 && k < len(damages) {
			damaged = lastCheckpoint(t, root, log)
			damages[k].damage(t, damaged)
		} else {
			w.left = append(w.left, &departure{name: w.members[0].name(), signal: syscall.SIGKILL, log: log})
		}
		w.members[0] = poolWorker{c.worker(at, "--checkpoint", "100ms"), at}
		if damaged == "" {
			continue
		}
		await(t, "the next attempt", func() bool { return strings.Contains(nextLog(t, root, log), "checkpoint of ") })
		said, d := nextLog(t, root, log), damages[round-4]
		if !strings.Contains(said, "checkpoint "+filepath.Base(damaged)+" is not used: ") || !strings.Contains(said, d.said) {
			t.Errorf("of a checkpoint that is %s (%s) the attempt says:\n%s", d.what, filepath.Base(damaged), said)
		}
	}
	c.release(root)
	c.does(at, "watch", "single")
	w.continued()
	empties(t, root, "checkpoints")
	verdict(t, c, root, "single", want)
}

// awaitSaves waits until an attempt has saved its state so many times more.
func (w *workerPool) awaitSaves(log string, times int) {
	w.c.t.Helper()
	saves := func() int { return len(savedAt.FindAllString(attemptLogs(w.c.t, w.root)[log], -1)) }
	enough := saves() + times
	await(w.c.t, "checkpoints of "+log, func() bool { return saves() >= enough })
}

// nextLog is what the attempt after another said; "" before there is one.
func nextLog(t testing.TB, root, log string) string {
	t.Helper()
	logs := attemptLogs(t, root)
	return logs[attemptAfter(logs, log)]
}

// lastCheckpoint is the path of an attempt's last checkpoint.
func lastCheckpoint(t testing.TB, root, log string) string {
	t.Helper()
	parts := strings.Split(log, ".")
	return filepath.Join(root, ".eisweep", "checkpoints", parts[0]+"."+parts[2])
}

// alter rewrites a checkpoint.
func alter(t testing.TB, path string, change func(content []byte) []byte) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func truncate(t testing.TB, path string) {
	alter(t, path, func(b []byte) []byte { return b[:20] })
}

func flip(t testing.TB, path string) {
	alter(t, path, func(b []byte) []byte { b[len(b)/2] ^= 4; return b })
}

// age makes a checkpoint one of a version before, whole in itself.
func age(t testing.TB, path string) {
	alter(t, path, func(b []byte) []byte {
		const magic = len("eisweep-checkpoint\n")
		binary.BigEndian.PutUint16(b[magic:], 0)
		sum := sha256.Sum256(b[:magic+10])
		copy(b[magic+10:], sum[:])
		return b
	})
}
