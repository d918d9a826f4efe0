package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
)

// output is stdout. It keeps the first error of writing, so that a command whose
// output is not all there does not end as if it were. It is safe for concurrent use.
type output struct {
	to     io.WriteCloser
	closed bool // at the start of the process: what is written to it goes nowhere
	mu     sync.Mutex
	err    error
}

func (o *output) Write(text []byte) (int, error) {
	n, err := o.write(text)
	if err != nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.err == nil {
			o.err = err
		}
	}
	return n, err
}

func (o *output) write(text []byte) (int, error) {
	if o.closed {
		return 0, &fs.PathError{Op: "write", Path: os.Stdout.Name(), Err: syscall.EBADF}
	}
	return o.to.Write(text)
}

// end closes the output, and adds the error of writing, if there was one, to that of the
// command, which may have returned it. A file system that writes later tells of a full
// disk or quota only then. That a reader has seen enough is no error.
func (o *output) end(err error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if closing := o.to.Close(); o.err == nil && !o.closed {
		o.err = closing
	}
	if o.err == nil || errors.Is(err, o.err) || errors.Is(o.err, syscall.EPIPE) {
		return err
	}
	return errors.Join(err, o.err)
}
