package results

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"eisweep/internal/results/h5"
)

// Prober reads files of unknown origin in a child process: libhdf5 can crash on damaged files, which Go can't recover
// from, and a small file may claim more contents than there is memory for. The child has limits of memory, time and
// output (probe_limits.go). It reads the open file that this process hashes, even if the name belongs to another file by
// then.
type Prober struct {
	Command []string // runs RunProbe with the arguments that are appended: what to read, and the paths
}

// Contents is what was read from a file.
type Contents struct {
	FileHash
	Info   Info
	Digest string   // from Digest and Check
	Log    []string // from Log
}

// Probe is Inspect in a child process, which also reads everything that ReadSource and ReadInitial would read, so that
// this process can read a file that passes. Errors are those of Inspect. The error wraps ErrNotResult after a crash, and
// for a file that takes too much time or memory. An error of the system wraps its syscall.Errno and not ErrNotResult.
func (p Prober) Probe(ctx context.Context, path string) (Contents, error) {
	return p.read(ctx, wantNetwork, path)
}

// Digest returns the Info of a result file and the digest of its contents, in hex, as read by a child process. Errors
// are those of Probe.
func (p Prober) Digest(ctx context.Context, path string) (Contents, error) {
	return p.read(ctx, wantDigest, path)
}

// Log returns the Info of a result file and the lines of its task's log, as read by a child process, without a FileHash.
// Errors are those of Probe; with an error that wraps ErrLog, Info is set.
func (p Prober) Log(ctx context.Context, path string) (Contents, error) {
	return p.read(ctx, wantLog, path)
}

func (found *Contents) readDigest(ctx context.Context, f *h5.File, path string) (err error) {
	if found.Info, err = inspectWhole(f, path); err == nil {
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
	if err == nil && want != wantLog { // a file that is no result may be large, and is not hashed
		found.FileHash, err = HashOpen(ctx, f)
	}
	return found, err
}

// run runs the child process. After an error it returns what the child wrote before.
func (p Prober) run(ctx context.Context, want string, files ...*os.File) ([]byte, error) {
	out := boundedOutput{limit: len(files) * maxAnswer(want)}
	err := p.start(ctx, want, files, &out)
	if out.over && ctx.Err() == nil {
		err = fmt.Errorf("%w: its answer has more than %d bytes", ErrNotResult, out.limit)
	}
	return out.text.Bytes(), err
}

// start runs the child process, which writes to out, and kills it and its descendants when it takes too long.
func (p Prober) start(ctx context.Context, want string, files []*os.File, out io.Writer) error {
	size, args := int64(0), append(slices.Clone(p.Command[1:]), want)
	for _, f := range files {
		info, err := f.Stat()
		if err != nil {
			return err
		}
		size, args = size+info.Size(), append(args, f.Name())
	}
	most := probeTime(size)
	limited, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	child := exec.CommandContext(limited, p.Command[0], args...)
	child.Stdout, child.WaitDelay, child.ExtraFiles = out, time.Second, files
	child.Env = append(child.Environ(), probeEnvironment...)
	child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	child.Cancel = func() error { return syscall.Kill(-child.Process.Pid, syscall.SIGKILL) }
	err := child.Run()
	if errors.Is(err, exec.ErrWaitDelay) { // a process that the child started still has its output open
		syscall.Kill(-child.Process.Pid, syscall.SIGKILL)
	}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case limited.Err() != nil:
		err = fmt.Errorf("%w: reading it took longer than %v", ErrNotResult, most)
	case errors.As(err, &exit):
		err = fmt.Errorf("%w: the HDF5 library crashed on it, or it took more than %d MiB of memory (%v)", ErrNotResult, probeMemory>>20, exit)
	}
	return err
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
