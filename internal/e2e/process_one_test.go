package e2e

import (
	"bufio"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestACrashOfProcessOne has a coordinator crash that is the first process of a container, which Linux doesn't let end by a signal of
// its own: it ends with 2 then, as docs/exit-codes.md says.
func TestACrashOfProcessOne(t *testing.T) {
	needs(t, namespaceErr)
	cmd := exec.Command(built(t, plain), "coordinator", "-p", t.TempDir(), "--listen", "127.0.0.1:0")
	cmd.Env = []string{"HOME=" + t.TempDir()}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID}
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer late.Stop()
	lines := bufio.NewScanner(said)
	for ready := false; !ready; {
		if !lines.Scan() {
			t.Fatal("the coordinator ended before it was ready")
		}
		ready = strings.Contains(lines.Text(), "the coordinator is ready")
	}
	cmd.Process.Signal(syscall.SIGQUIT)
	io.Copy(io.Discard, said)
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 2 {
		t.Errorf("it ended with %v, want exit code 2", cmd.ProcessState)
	}
}
