package results

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// probeTime is how long reading a file of unknown origin may take; on a slow
// network disk the largest takes seconds.
const probeTime = 2 * time.Minute

// Prober reads files of unknown origin in a child process, because libhdf5 can
// crash on damaged ones, which Go can't recover from.
type Prober struct {
	Command []string // what runs RunProbe with the path that is appended to it
}

// Probe is Inspect by way of a child process, which also reads everything that
// ReadSource and ReadInitial would, so that a file which passes can be read
// here. Errors are those of Inspect; a crash or a file that takes too long wraps
// ErrNotResult.
func (p Prober) Probe(ctx context.Context, path string) (Info, error) {
	limited, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	child := exec.CommandContext(limited, p.Command[0], append(p.Command[1:len(p.Command):len(p.Command)], path)...)
	var out bytes.Buffer
	child.Stdout, child.WaitDelay = &out, time.Second
	err := child.Run()
	if ctx.Err() != nil {
		return Info{}, fmt.Errorf("probe %s: %w", path, ctx.Err())
	}
	if limited.Err() != nil {
		return Info{}, fmt.Errorf("probe %s: %w: reading it took longer than %v", path, ErrNotResult, probeTime)
	}
	if err == nil {
		return decodeProbe(out.Bytes(), path)
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return Info{}, fmt.Errorf("probe %s: %w", path, err)
	}
	return Info{}, fmt.Errorf("probe %s: %w: reading it broke the HDF5 library (%v)", path, ErrNotResult, exit)
}

// Digest is the function of that name, in this process: for files of known bytes.
func (Prober) Digest(path string) (string, error) { return Digest(path) }

// probed is what the child says: the file's Info, with settings as text, or why
// it can't be used.
type probed struct {
	Info     Info
	Settings string
	Kind     string // "" for Info, else of the error
	Error    string
	Message  string // of an *ErrorOnlyFile
}

// RunProbe is what the child does: it inspects the file and reads its weights,
// and writes what it found for Probe. The error is only about writing.
func RunProbe(path string, w io.Writer) error {
	info, err := readAll(path)
	p := probed{Info: info, Settings: settingsText(info.Settings)}
	p.Info.Settings = nil
	var only *ErrorOnlyFile
	switch {
	case errors.As(err, &only):
		p.Kind, p.Message = "error_only", only.Message
	case errors.Is(err, ErrNotResult):
		p.Kind, p.Error = "not_result", err.Error()
	case err != nil:
		p.Kind, p.Error = "unreadable", err.Error()
	}
	return json.NewEncoder(w).Encode(p)
}

func readAll(path string) (Info, error) {
	info, err := Inspect(path)
	if err != nil {
		return Info{}, err
	}
	if info.Trained {
		_, err = ReadSource(path)
	} else {
		_, err = ReadInitial(path, []string{"wee", "wei", "wie", "wii"})
	}
	return info, err
}

func decodeProbe(text []byte, path string) (Info, error) {
	var p probed
	if err := json.Unmarshal(text, &p); err != nil {
		return Info{}, fmt.Errorf("probe %s: %w", path, err)
	}
	switch p.Kind {
	case "":
	case "error_only":
		return Info{}, &ErrorOnlyFile{Path: path, Message: p.Message}
	case "not_result":
		return Info{}, probeError{p.Error}
	default:
		return Info{}, fmt.Errorf("probe %s: %s", path, p.Error)
	}
	var err error
	p.Info.Settings, err = parseSettings(p.Settings)
	return p.Info, err
}

// probeError is an ErrNotResult with the child's text, which says it already.
type probeError struct{ text string }

func (e probeError) Error() string { return e.text }
func (probeError) Unwrap() error   { return ErrNotResult }
