package cli

import (
	"errors"
	"io/fs"
	"syscall"
	"testing"
)

// slowFile is a file on a file system that writes when it is closed.
type slowFile struct{ writing, closing error }

func (f *slowFile) Write(text []byte) (int, error) { return len(text), f.writing }
func (f *slowFile) Close() error                   { return f.closing }

func TestWhatWasNotWrittenIsNoSuccess(t *testing.T) {
	full, quota := &fs.PathError{Op: "write", Path: "out", Err: syscall.ENOSPC}, &fs.PathError{Op: "close", Path: "out", Err: syscall.EDQUOT}
	for name, test := range map[string]struct {
		file slowFile
		code int
	}{
		"all is well":                {slowFile{}, 0},
		"the disk is full":           {slowFile{writing: full}, 4},
		"the quota is told at last":  {slowFile{closing: quota}, 4},
		"the reader has seen enough": {slowFile{writing: syscall.EPIPE}, 0},
	} {
		o := &output{to: &test.file}
		o.Write([]byte("x"))
		if err := o.end(nil); ExitCode(err) != test.code {
			t.Errorf("%s: exit code %d (%v), want %d", name, ExitCode(err), err, test.code)
		}
	}
	o := &output{to: &slowFile{writing: full, closing: quota}}
	_, err := o.Write([]byte("x"))
	if got := o.end(err); !errors.Is(got, full) || errors.Is(got, quota) {
		t.Errorf("told is %v, want what came first", got)
	}
}
