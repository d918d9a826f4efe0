package main

import (
	"errors"
	"io"
	"sync"
)

// output is stdout. It keeps the first error of writing, so that a command whose
// output is not all there does not end as if it were. It is safe for concurrent use.
type output struct {
	to  io.Writer
	mu  sync.Mutex
	err error
}

func (o *output) Write(text []byte) (int, error) {
	n, err := o.to.Write(text)
	if err != nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.err == nil {
			o.err = err
		}
	}
	return n, err
}

// end adds the error of writing, if there was one, to that of the command, which may
// have returned it.
func (o *output) end(err error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil || errors.Is(err, o.err) {
		return err
	}
	return errors.Join(err, o.err)
}
