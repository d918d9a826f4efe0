package worker

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"eisweep/sim"
)

// killed is the part of a worker's process that is killed: it runs the task with as
// many checkpoints as can be, and tells of each.
func killed(directory, attempt string) int {
	n, err := strconv.Atoi(attempt)
	if err != nil {
		return 2
	}
	c := keeper(directory, n, func(line string) { fmt.Println(line) })
	job := &Job{Task: long(), Path: filepath.Join(directory, "result.h5"), Checkpoints: c}
	receipt, err := Model().Run(context.Background(), job, func(sim.Progress) { c.pause = 0 })
	c.close()
	fmt.Println("digest", receipt.Digest, err)
	return 0
}

// runKilled runs the process and kills it after so many checkpoints. It returns how
// far the process said to have come, where it began, and the digest if it ended.
func runKilled(t *testing.T, directory string, attempt, after int) (began, kept int64, digest string) {
	t.Helper()
	cmd := exec.CommandContext(deadline(t), os.Args[0])
	cmd.Env = append(os.Environ(), "EISWEEP_TEST_KILLED="+directory, "EISWEEP_TEST_ATTEMPT="+strconv.Itoa(attempt))
	out, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var name string
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "checkpoint of "):
			fmt.Sscanf(line, "checkpoint of %d", &kept)
			if after--; after == 0 {
				check(t, cmd.Process.Kill())
			}
		case strings.HasPrefix(line, "resumes from"):
			_, line, _ = strings.Cut(line, ", ")
			fmt.Sscanf(line, "%d", &began)
		case strings.HasPrefix(line, "digest"):
			fmt.Sscanf(line, "digest %s %s", &digest, &name)
		default:
			t.Errorf("it says %q", line)
		}
	}
	_ = cmd.Wait() // it was killed
	return began, max(kept, began), digest
}

func TestTaskKilledTenTimesEndsWithTheSameBits(t *testing.T) {
	want, err := Model().Run(deadline(t), &Job{Task: long(), Path: filepath.Join(t.TempDir(), "whole.h5")}, func(sim.Progress) {})
	check(t, err)
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	directory, kept := t.TempDir(), int64(0)
	for n := range 10 {
		began, reached, digest := runKilled(t, directory, 1+n, 1+random.IntN(3))
		if began < kept || digest != "" {
			t.Fatalf("seed %d, run %d began at %d, where %d stimuli were kept; digest %q", seed, n, began, kept, digest)
		}
		kept = reached
	}
	if began, _, digest := runKilled(t, directory, 11, -1); began < kept || digest != want.Digest {
		t.Errorf("seed %d: from %d on (kept: %d) the digest is %q, at one go %q", seed, began, kept, digest, want.Digest)
	}
}

// BenchmarkCheckpoint saves a training of the published size; the metric is what that
// costs of its time at an interval of a minute.
func BenchmarkCheckpoint(b *testing.B) {
	task := sim.Task{Experiment: sim.Approximate, Seed: 1, Parameters: sim.Resolve(sim.Approximate, nil)}
	s, err := sim.New(&task)
	check(b, err)
	_, err = s.Step()
	check(b, err)
	c := keeper(b.TempDir(), 1, func(string) {})
	var stopped time.Duration
	for b.Loop() {
		begun := time.Now()
		c.save(s)
		stopped += time.Since(begun)
		c.wait()
	}
	info, err := os.Stat(c.path)
	check(b, err)
	b.ReportMetric(float64(info.Size())/1e6, "MB")
	b.ReportMetric(stopped.Seconds()*1e3/float64(b.N), "ms-stopped/op")
	b.ReportMetric(stopped.Seconds()/float64(b.N)/60*100, "%-of-60s")
}
