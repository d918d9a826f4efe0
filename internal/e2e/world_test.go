package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// entered is set for the test binary that runs inside the namespaces.
const entered = "EISWEEP_E2E_ENTERED"

// namespaceErr is nil if the tests have network, mounts and processes of their own; else it says why not.
var namespaceErr error

// TestMain runs the tests in namespaces of their own: bridges, addresses, mounts and processes are then seen by nobody
// else, and the kernel removes them with the first process, even after kill -9.
func TestMain(m *testing.M) {
	if os.Getenv(entered) == "" {
		code, err := enter()
		if err == nil {
			os.Exit(code)
		}
		namespaceErr = fmt.Errorf("enter namespaces: %w", err)
	} else {
		namespaceErr = prepareNamespaces()
	}
	code := m.Run()
	os.RemoveAll(buildDir)
	os.Exit(code)
}

// enter runs this binary again in new namespaces and returns its exit code; an error says that it didn't start.
func enter() (int, error) {
	runtime.LockOSThread() // Pdeathsig means this thread
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(slices.DeleteFunc(os.Environ(), isSetting), entered+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS,
		Pdeathsig:  syscall.SIGKILL,
	}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT)
	if err := cmd.Start(); err != nil {
		signal.Stop(signals)
		return 0, err
	}
	go func() {
		for s := range signals {
			cmd.Process.Signal(s)
		}
	}()
	err := cmd.Wait()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		return 1, nil
	}
	if code := cmd.ProcessState.ExitCode(); code >= 0 {
		return code, nil
	}
	return 1, nil
}

// isSetting tells what the shell that runs the tests has set for the program, or has from a job of Slurm's.
func isSetting(setting string) bool {
	name, _, _ := strings.Cut(setting, "=")
	ours := strings.HasPrefix(name, "EISWEEP_") && name != "EISWEEP_ACCEPTANCE" && name != "EISWEEP_SCREENSHOTS"
	return ours || strings.HasPrefix(name, "SLURM_") || strings.HasPrefix(name, "SBATCH_") || name == "XDG_STATE_HOME"
}

// prepareNamespaces makes the namespaces usable: mounts that nobody else sees, the /proc of these processes, a /run to name
// namespaces in, and a loopback device that is up.
func prepareNamespaces() error {
	for _, m := range []struct {
		source, target, kind string
		flags                uintptr
	}{
		{"", "/", "", syscall.MS_PRIVATE | syscall.MS_REC},
		{"proc", "/proc", "proc", syscall.MS_NOSUID | syscall.MS_NODEV | syscall.MS_NOEXEC},
		{"tmpfs", "/run", "tmpfs", syscall.MS_NOSUID | syscall.MS_NODEV},
	} {
		if err := syscall.Mount(m.source, m.target, m.kind, m.flags, ""); err != nil {
			return fmt.Errorf("mount %s: %w", m.target, err)
		}
	}
	return command("ip", "link", "set", "lo", "up")
}

// command runs a system's command to its end.
func command(name string, args ...string) error {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %q: %w\n%s", name, args, err, out)
	}
	return nil
}

// needs ends a test that this machine has no means for: as a failure in CI, which has to have them.
func needs(t testing.TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("this machine cannot hold the trial: %v", err)
	default:
		t.Skipf("this machine cannot hold the trial: %v", err)
	}
}

// needsPrograms wants programs of the system, and names their Debian packages.
func needsPrograms(t testing.TB, packages map[string]string) {
	t.Helper()
	for program, name := range packages {
		if _, err := exec.LookPath(program); err != nil {
			needs(t, fmt.Errorf("%w: install %s (tools/setup e2e does)", err, name))
		}
	}
}

// userNamespace tells whether root is only root of a namespace here.
func userNamespace() bool {
	return !strings.Contains(strings.Join(strings.Fields(contents("/proc/self/uid_map")), " "), "0 0 4294967295")
}
