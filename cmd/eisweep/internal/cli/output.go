package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
)

// output is stdout. It keeps the first write error, so that a command with incomplete output does not succeed. It is safe for
// concurrent use.
type output struct {
	to     io.WriteCloser
	closed bool // at process start: writes fail
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

// end closes the output and adds the write error, if any, to the command's error, unless the command returned it. Some file
// systems report a full disk or quota only at close. A reader that closed the pipe is not an error.
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
