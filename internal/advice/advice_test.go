package advice

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"
)

// TestAdviceFitsTheCause names what each advice must speak of. Only a full disk is told to
// make room.
func TestAdviceFitsTheCause(t *testing.T) {
	for number, word := range map[syscall.Errno]string{
		syscall.ENOSPC: "make room", syscall.EDQUOT: "quota", syscall.EFBIG: "ulimit -f", syscall.EMFILE: "ulimit -n",
		syscall.ENFILE: "open files",
		syscall.ENOMEM: "memory", syscall.EACCES: "permissions", syscall.EPERM: "attributes", syscall.EROFS: "read-only",
		syscall.ESTALE: "mount it again",
		syscall.EIO:    "verify", syscall.ENXIO: "device", syscall.ENODEV: "device", syscall.ETIMEDOUT: "does not answer",
		syscall.EHOSTDOWN:    "does not answer",
		syscall.EHOSTUNREACH: "network", syscall.ENETUNREACH: "network", syscall.ENOLCK: "locks", syscall.ENOSYS: "sandbox",
		syscall.ENOTSUP: "file system",
		syscall.EXDEV:   "file systems", syscall.ENOENT: "removed", syscall.ENOTDIR: "in the place of a directory",
		syscall.EISDIR: "in the place of a file",
		syscall.EEXIST: "out of the way", syscall.ENOTEMPTY: "not empty", syscall.ELOOP: "links", syscall.ENAMETOOLONG: "shorter",
		syscall.EMLINK: "hard links",
		syscall.EBUSY:  "uses it", syscall.ETXTBSY: "in use", syscall.EPIPE: "ended", syscall.EAGAIN: "try again", syscall.EINTR: "try again",
		syscall.EINVAL: "file system",
	} {
		wrapped := fmt.Errorf("write manifest of my: %w", &fs.PathError{Op: "write", Path: "manifest.jsonl", Err: number})
		told := For(wrapped)
		if !strings.Contains(told, word) {
			t.Errorf("%v: %q doesn't speak of %q", number, told, word)
		}
		if strings.Contains(told, "disk is full") != (number == syscall.ENOSPC) {
			t.Errorf("%v: %q", number, told)
		}
		// As a NATS server says it.
		if by := For(errors.New("could not store: " + number.Error())); by != told {
			t.Errorf("%v by its words: %q, by its number: %q", number, by, told)
		}
	}
}

// TestEveryNumberHasAdvice is of whatever number a file system may answer.
func TestEveryNumberHasAdvice(t *testing.T) {
	for number := syscall.Errno(1); number < 134; number++ {
		if told := For(number); told == "" || number != syscall.ENOSPC && strings.Contains(told, "disk is full") {
			t.Errorf("%d (%v): %q", number, number, told)
		}
	}
}

func TestNoAdviceWithoutCause(t *testing.T) {
	for _, err := range []error{nil, errors.New("the sweep has no such parameter")} {
		if told := For(err); told != "" {
			t.Errorf("%v: %q", err, told)
		}
	}
}
