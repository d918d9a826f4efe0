package results

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"eisweep/internal/results/h5"
)

// Prober reads files of unknown origin in a child process, because libhdf5 can
// crash on damaged ones, which Go can't recover from, and because a small file may
// claim to hold more than there is memory for. The child has a limit of memory, of time
// and of what it may answer (probe_limits.go), and reads the file that was hashed here,
// whatever has its name by then.
type Prober struct {
	Command []string // what runs RunProbe with the words that are appended to it: what to read, and the paths
}

// Contents is what reading a file found out.
type Contents struct {
	FileHash
	Info   Info
	Digest string   // from Digest and Check
	Log    []string // from Log
}

// Probe is Inspect by way of a child process, which also reads everything that
// ReadSource and ReadInitial would, so that a file which passes can be read
// here. Errors are those of Inspect; a crash, or a file that takes too much time or
// memory, wraps ErrNotResult. An error of the system wraps its syscall.Errno and not ErrNotResult.
func (p Prober) Probe(ctx context.Context, path string) (Contents, error) {
	return p.read(ctx, wantNetwork, path)
}

// Digest returns the digest of what a result file says, in hex, and Info, by way of a child process. Errors are those of Probe.
func (p Prober) Digest(ctx context.Context, path string) (Contents, error) {
	return p.read(ctx, wantDigest, path)
}

// Log returns Info and the task's log, a line each, by way of a child process. It leaves
// out FileHash. Errors are those of Probe; with one that wraps ErrLog, Info is there.
func (p Prober) Log(ctx context.Context, path string) (Contents, error) {
	return p.read(ctx, wantLog, path)
}

func (found *Contents) readDigest(ctx context.Context, f *h5.File, path string) (err error) {
	if found.Info, err = inspectOpen(f, path); err == nil {
		found.Digest, err = digestOf(ctx, f, path)
	}
	return err
}

func (p Prober) read(ctx context.Context, want, path string) (Contents, error) {
	f, err := openRegular(path)
	if err != nil {
		return Contents{}, fmt.Errorf("probe: %w", err)
	}
	defer f.Close()
	text, err := p.run(ctx, want, f)
	if err != nil {
		return Contents{}, fmt.Errorf("probe %s: %w", path, err)
	}
	found, err := decodeProbe(text, path)
	if err == nil && want != wantLog { // what is no result, and may be large, is not hashed
		found.FileHash, err = HashOpen(ctx, f)
	}
	return found, err
}

// ask runs the child, and kills it with all that it started when it takes too long. After an error
// the text is what the child said before.
func (p Prober) run(ctx context.Context, want string, files ...*os.File) ([]byte, error) {
	size, args := int64(0), append(slices.Clone(p.Command[1:]), want)
	for _, f := range files {
		info, err := f.Stat()
		if err != nil {
			return nil, err
		}
		size, args = size+info.Size(), append(args, f.Name())
	}
	most := probeTime(size)
	limited, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	child := exec.CommandContext(limited, p.Command[0], args...)
	out := boundedOutput{limit: len(files) * maxAnswer(want)}
	child.Stdout, child.WaitDelay, child.ExtraFiles = &out, time.Second, files
	child.Env = append(child.Environ(), probeEnvironment...)
	child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	child.Cancel = func() error { return syscall.Kill(-child.Process.Pid, syscall.SIGKILL) }
	err := child.Run()
	if errors.Is(err, exec.ErrWaitDelay) { // something that it started still holds its output
		syscall.Kill(-child.Process.Pid, syscall.SIGKILL)
	}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case limited.Err() != nil:
		err = fmt.Errorf("%w: reading it took longer than %v", ErrNotResult, most)
	case out.over:
		err = fmt.Errorf("%w: its answer has more than %d bytes", ErrNotResult, out.limit)
	case errors.As(err, &exit):
		err = fmt.Errorf("%w: reading it broke the HDF5 library, or took more than %d MiB of memory (%v)", ErrNotResult, probeMemory>>20, exit)
	}
	return out.text.Bytes(), err
}

// boundedOutput collects what the child writes, up to a size.
type boundedOutput struct {
	text  bytes.Buffer // not embedded: its ReadFrom would bypass the limit
	limit int
	over  bool
}

func (o *boundedOutput) Write(text []byte) (int, error) {
	if o.over = o.over || o.text.Len()+len(text) > o.limit; o.over {
		return 0, errors.New("the answer is too long")
	}
	return o.text.Write(text)
}
