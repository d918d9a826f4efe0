package hooks

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
)

const (
	// keptOutput is how many bytes are kept of the beginning of a command's output, and of its end.
	keptOutput = 512 << 10
	// lastOutput is how long the end of the output is waited for when the command has ended: a process that it left behind may write on.
	lastOutput = 2 * time.Second
)

// output is where a command writes. A process of its own copies it to a file and drops what is too much, so the command is never
// blocked, and the output outlives this process.
type output struct {
	*os.File
	copied chan struct{} // closed when everything was written that is kept
}

// openOutput begins the file, which is empty then. The caller closes the output when the command has it.
func openOutput(r *root.Root, environment []string, path string) (o *output, err error) {
	kept, err := atomicfile.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	if err := kept.Truncate(0); err != nil {
		return nil, err
	}
	from, to, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("keep its output: %w", err)
	}
	defer from.Close()
	copier := exec.Command("/bin/sh", "-c", fmt.Sprintf("head -c %d; exec tail -c %[1]d", keptOutput))
	copier.Dir, copier.Env, copier.Stdin, copier.Stdout = r.Path(), environment, from, kept
	copier.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := copier.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("keep its output: %w", err), to.Close())
	}
	o = &output{to, make(chan struct{})}
	go func() {
		defer close(o.copied)
		_ = copier.Wait() // a file system that is full costs output, but is not the command's failure
	}()
	return o, nil
}

// wait waits until the output of a command that has ended is kept.
func (o *output) wait() {
	timer := time.NewTimer(lastOutput)
	defer timer.Stop()
	select {
	case <-o.copied:
	case <-timer.C:
	}
}
