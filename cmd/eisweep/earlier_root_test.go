package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"eisweep/cmd/eisweep/internal/daemon"
)

// earlierRoot unpacks a root as an earlier version of the program left it, whose first format of messages and
// records this version does not write any more. Sweep finished has two results and a failure of class numeric. Of
// sweep unfinished, seed 11 is done, and seed 12 has a checkpoint of an attempt that was killed, as has the one task of
// sweep longer. Sweep paused is paused. The coordinator was killed: the store of its NATS server has orders, attempts
// and the state of sweeps, and the lock names the coordinator.
func earlierRoot(t *testing.T) string {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	dir := t.TempDir()
	told, err := exec.Command("tar", "-xzf", filepath.Join("testdata", "earlier_root.tar.gz"), "--no-same-owner", "-C",
		dir).CombinedOutput()
	if err != nil {
		t.Fatalf("unpack: %v\n%s", err, told)
	}
	return filepath.Join(dir, "root")
}

// undisturbedEarlier returns the digests of all results of a root's sweeps but those of finished, as a new root has them.
func undisturbedEarlier(t *testing.T, root string) (files []string, want map[string]string) {
	t.Helper()
	fresh, want := t.TempDir(), map[string]string{}
	for _, sweep := range []string{"longer", "paused", "unfinished"} {
		file := filepath.Join(t.TempDir(), sweep+".toml")
		text, err := os.ReadFile(filepath.Join(root, sweep, "sweep.toml"))
		if err == nil {
			err = os.WriteFile(file, text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		must(t, "run", file, "-p", fresh)
		files = append(files, file)
		for id, digest := range digestsOf(t, fresh, sweep) {
			want[id.String()] = digest
		}
	}
	return files, want
}

// wantEarlier fails the test unless every task of the sweeps is done with these digests and verify finds nothing.
func wantEarlier(t *testing.T, root string, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	for _, sweep := range []string{"longer", "paused", "unfinished"} {
		for id, digest := range digestsOf(t, root, sweep) {
			got[id.String()] = digest
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("digests %v, want %v", got, want)
	}
	says(t, must(t, "status", "-p", root), "finished: 2 of 3 done, 1 failed", "longer: 1 of 1 done", "paused: 1 of 1 done",
		"unfinished: 4 of 4 done")
	says(t, must(t, "verify", "-p", root), "finished: 2 intact", "longer: 1 intact", "paused: 1 intact", "unfinished: 4 intact")
	if left, err := filepath.Glob(filepath.Join(root, ".eisweep", "checkpoints", "*")); err != nil || len(left) > 0 {
		t.Errorf("checkpoints remain: %v, %v", left, err)
	}
}

func TestRunContinuesARootOfAnEarlierVersion(t *testing.T) {
	root := earlierRoot(t)
	files, want := undisturbedEarlier(t, root)
	says(t, must(t, "status", "-p", root), "finished: 2 of 3 done, 1 failed", "longer: 0 of 1 done",
		"paused: 0 of 1 done, 1 pending, paused", "unfinished: 1 of 4 done")
	says(t, must(t, "verify", "-p", root), "finished: 2 intact", "unfinished: 1 intact")
	says(t, must(t, append([]string{"run", "-p", root}, files...)...), "unfinished: 4 of 4 done: 3 run, 1 reused")
	wantEarlier(t, root, want)
}

// A coordinator takes over the store of NATS as well, and continues by itself with what was not paused.
func TestACoordinatorContinuesARootOfAnEarlierVersion(t *testing.T) {
	root := earlierRoot(t)
	_, want := undisturbedEarlier(t, root)
	t.Setenv("EISWEEP_FAILPOINTS", "lease=2s") // else it waits a minute for workers to report what they run
	program := breakable(t)
	coordinator := startProgram(t, program, "coordinator", "-p", root, "--listen", "127.0.0.1:0")
	coordinator.await("a ready coordinator", saying(daemon.ReadyMessage))
	worker := startProgram(t, program, "worker", "-p", root, "--slots", "1")
	must(t, "watch", "longer", "unfinished", "-p", root)
	says(t, must(t, "status", "-p", root), "paused (eisweep resume paused)", "unfinished: 4 of 4 done")
	must(t, "resume", "paused", "-p", root)
	must(t, "watch", "paused", "-p", root)
	for _, p := range []*process{worker, coordinator} {
		p.cmd.Process.Signal(syscall.SIGTERM)
		if code, _ := p.end(); code != 0 {
			t.Errorf("exit code %d:\n%s", code, &p.stderr)
		}
	}
	wantEarlier(t, root, want)
}
