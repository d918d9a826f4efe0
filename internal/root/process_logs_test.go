package root

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

func TestLogsOfProcessesAreTheirUsersAlone(t *testing.T) {
	r := open(t, t.TempDir())
	dir, err := r.ProcessLogs()
	must(t, err)
	if want := r.Private("processes", strconv.Itoa(os.Geteuid())); dir != want || mode(t, dir) != 0o700 {
		t.Errorf("%s with mode %v, want %s", dir, mode(t, dir), want)
	}
	must(t, r.ShareWith(os.Getgid(), true))
	info, err := os.Stat(filepath.Dir(dir))
	must(t, err)
	if info.Mode()&os.ModeSticky == 0 || info.Mode().Perm() != 0o770 {
		t.Errorf("shared, the directory above has mode %v", info.Mode())
	}
	open(t, r.Path())
	if _, err := r.ProcessLogs(); err != nil {
		t.Errorf("shared: %v", err)
	}
	for _, step := range []struct {
		name  string
		spoil func() error
	}{
		{"writable", func() error { return os.Chmod(dir, 0o770) }},
		{"a link", func() error {
			return errors.Join(os.Chmod(dir, 0o700), os.Rename(dir, dir+".moved"), os.Symlink(dir+".moved", dir))
		}},
		{"a directory that all may change", func() error { return errors.Join(os.Remove(dir), os.Chmod(filepath.Dir(dir), 0o770)) }},
	} {
		must(t, step.spoil())
		if _, err := r.ProcessLogs(); !errors.Is(err, ErrUntrusted) {
			t.Errorf("%s: %v", step.name, err)
		}
	}
}

// TestAnotherUserAndTheLogs runs as a member of the group that a root is shared with, and does what such may try.
func TestAnotherUserAndTheLogs(t *testing.T) {
	if path := os.Getenv("EISWEEP_ATTACK"); path != "" {
		attack(t, path)
		return
	}
	if os.Geteuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("to be another user needs root")
		}
		t.Skip("to be another user needs root")
	}
	dir, err := os.MkdirTemp("", "eisweep-*")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755))
	r := open(t, filepath.Join(dir, "root"))
	mine, err := r.ProcessLogs()
	must(t, err)
	const user, group = 12345, 12346
	must(t, r.ShareWith(group, true))
	must(t, os.WriteFile(filepath.Join(mine, "coordinator.log"), []byte("said"), 0o600))
	self, err := os.Executable()
	must(t, err)
	program, err := os.ReadFile(self)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "attack"), program, 0o755))
	other := exec.Command(filepath.Join(dir, "attack"), "-test.run=^"+t.Name()+"$", "-test.v")
	other.Dir, other.Env = dir, []string{"EISWEEP_ATTACK=" + r.Path(), "TMPDIR=" + dir}
	other.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: group}}
	if said, err := other.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if _, err := r.ProcessLogs(); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(filepath.Join(mine, "coordinator.log")); err != nil || string(text) != "said" {
		t.Errorf("the owner's log holds %q, %v", text, err)
	}
}

// attack is what the other user does.
func attack(t *testing.T, path string) {
	r, err := OpenExisting(path)
	must(t, err)
	own, err := r.ProcessLogs()
	must(t, err)
	must(t, os.WriteFile(filepath.Join(own, "worker.log"), nil, 0o600))
	owner, err := r.Owner()
	must(t, err)
	theirs := r.Private("processes", strconv.Itoa(owner))
	for what, try := range map[string]func() error{
		"list":    func() error { _, err := os.ReadDir(theirs); return err },
		"write":   func() error { return os.Symlink("/etc/passwd", filepath.Join(theirs, "slurm.1_1.log")) },
		"rename":  func() error { return os.Rename(theirs, theirs+".moved") },
		"replace": func() error { return os.Rename(own, theirs) },
		"share":   func() error { return grant(r.Private("checkpoints"), os.Getgid(), 0o777) },
	} {
		if err := try(); err == nil {
			t.Errorf("another user may %s the owner's directory of logs", what)
		}
	}
}
