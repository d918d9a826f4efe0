package results

import (
	"errors"
	"os"
	"strconv"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// refuseCall makes the system answer a system call of this process, by its number, with EIO from now on.
func refuseCall(number string) error {
	n, err := strconv.ParseUint(number, 10, 32)
	if err != nil {
		return err
	}
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}, // the call's number
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: uint32(n), Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EIO)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	_, _, refused := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&program)))
	if refused != 0 {
		return refused
	}
	return nil
}

// TestAFileThatCannotBeReadMayBeAResult makes each system call fail by which the child reads. Such a file must not count
// as no result, because its task would then fail permanently.
func TestAFileThatCannotBeReadMayBeAResult(t *testing.T) {
	task := trainingTask()
	path, receipt := written(t, task, makeTraining(task))
	for name, call := range map[string]int{"fstat": unix.SYS_FSTAT, "fcntl": unix.SYS_FCNTL, "pread64": unix.SYS_PREAD64} {
		prober := Prober{Command: child(t, "refused "+strconv.Itoa(call))}
		_, err1 := prober.Probe(t.Context(), path)
		_, err2 := prober.Digest(t.Context(), path)
		_, err3 := prober.Log(t.Context(), path)
		err4 := prober.Check(t.Context(), []ExpectedFile{{path, receipt.Identity}})[0].Err
		for i, err := range []error{err1, err2, err3, err4} {
			if err == nil && name == "fstat" {
				continue // the C library asks by another call
			}
			if !errors.Is(err, syscall.EIO) || errors.Is(err, ErrNotResult) || errors.Is(err, ErrLog) {
				t.Errorf("%s, %d: %v", name, i, err)
			}
		}
	}
	t.Setenv("EISWEEP_TEST_CHILD", "probe")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (Prober{Command: []string{self}}).Digest(t.Context(), path); err != nil {
		t.Errorf("without failing calls: %v", err)
	}
}
