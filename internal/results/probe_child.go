package results

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"eisweep/internal/results/h5"
)

// What the child of a Prober reads.
const (
	wantNetwork = "network" // everything that a task could start from
	wantDigest  = "digest"
	wantLog     = "log"
)

// probeAnswer is what the child writes about a file: its contents, or why it can't be used.
type probeAnswer struct {
	Info    Info
	Digest  string        `json:",omitempty"`
	Log     []string      `json:",omitempty"`
	Kind    string        // of the error; "" when there is none
	Number  syscall.Errno `json:",omitempty"` // of an error of the system
	Error   string
	Message string // of an *ErrorOnlyFile
	Bytes   int    `json:",omitempty"` // of a query's answer, which follow the line
}

// maxMessage is how many bytes of a message in a file are passed on.
const maxMessage = 4 << 10

// RunProbe is what the child runs: it limits itself, reads the files that are open on its descriptors from 3 on, and
// writes an answer about each. The queries are those that it may be asked. It returns errors only of the limits, the
// descriptors and the writing, and for a query that it doesn't know.
func RunProbe(want string, paths []string, w io.Writer, queries ...Query) error {
	read, err := reading(want, queries)
	if err != nil {
		return err
	}
	var files []*os.File
	size := int64(0)
	for i, path := range paths {
		f := os.NewFile(uintptr(3+i), path)
		info, err := f.Stat()
		if errors.Is(err, syscall.EBADF) || err == nil && !info.Mode().IsRegular() {
			return fmt.Errorf("probe: descriptor %d is not an open file (%v); use `eisweep show`", 3+i, err)
		}
		if files = append(files, f); err == nil { // after an error, reading it fails as well and says more
			size += info.Size()
		}
	}
	if err := limitProbe(size); err != nil {
		return err
	}
	for _, f := range files {
		answer, text := probe(read, f)
		if err := writeAnswer(w, &answer, text); err != nil {
			return err
		}
		collectMuch()
	}
	return nil
}

// collectMuch collects what is left of large arrays: the limit of memory applies to each file. After a small file it does
// nothing, since that would take longer than reading the file.
func collectMuch() {
	var now runtime.MemStats
	if runtime.ReadMemStats(&now); now.HeapAlloc > probeMemory/16 {
		runtime.GC()
	}
}

// readFunc reads what a child was asked for from an open file; the bytes are a query's answer.
type readFunc func(found *Contents, f *h5.File, path string) ([]byte, error)

// reading returns the function that reads what want names: one of the constants above, or a query and its argument.
func reading(want string, queries []Query) (readFunc, error) {
	if slices.Contains([]string{wantNetwork, wantDigest, wantLog}, want) {
		return func(found *Contents, f *h5.File, path string) ([]byte, error) { return nil, found.read(want, f, path) }, nil
	}
	name, argument, _ := strings.Cut(want, " ")
	i := slices.IndexFunc(queries, func(q Query) bool { return q.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("probe: there is no query %q", name)
	}
	return func(found *Contents, f *h5.File, path string) (text []byte, err error) {
		if found.Info, err = inspectOpen(f, path); err != nil {
			return nil, err
		}
		if text, err = queries[i].Answer(&Reader{Info: found.Info, file: f}, argument); err != nil {
			return nil, fmt.Errorf("read result %s: %w", path, err)
		}
		return text, nil
	}, nil
}

// probe reads one file.
func probe(read readFunc, f *os.File) (probeAnswer, []byte) {
	found, text, err := readFile(read, f)
	p := probeAnswer{Info: found.Info, Digest: found.Digest, Log: found.Log}
	var only *ErrorOnlyFile
	var number syscall.Errno
	switch {
	case errors.As(err, &number):
		p = probeAnswer{Kind: "refused", Number: number, Error: err.Error()}
	case errors.As(err, &only):
		p = probeAnswer{Kind: "error_only", Message: only.Message[:min(len(only.Message), maxMessage)]}
	case errors.Is(err, ErrLog):
		p.Kind, p.Error = "log", err.Error()
	case err != nil:
		p = probeAnswer{Kind: "not_result", Error: err.Error()}
	default:
		return p, text
	}
	return p, nil
}

// readFile reads an open file. A file that the library can't read is no result.
func readFile(read readFunc, from *os.File) (found Contents, text []byte, err error) {
	f, err := openResultFile(from)
	if err == nil {
		defer f.Close()
		text, err = read(&found, f, from.Name())
	}
	var only *ErrorOnlyFile
	if err != nil && !errors.Is(err, ErrNotResult) && !errors.As(err, &only) {
		err = notResult(err)
	}
	return found, text, err
}

func (found *Contents) read(want string, f *h5.File, path string) (err error) {
	if want == wantDigest {
		return found.readDigest(context.Background(), f, path)
	}
	if found.Info, err = inspectWhole(f, path); err != nil {
		return err
	}
	switch {
	case want == wantLog:
		found.Log, err = f.ReadLines("/stdout")
	case found.Info.Trained:
		_, err = readSource(context.Background(), f)
	default:
		_, err = readWeights(context.Background(), f, []string{"wee", "wei", "wie", "wii"})
	}
	if err != nil && want == wantLog {
		err = fmt.Errorf("%w: %w", ErrLog, err)
	}
	if err != nil {
		return fmt.Errorf("read result %s: %w", path, err)
	}
	return nil
}

func decodeProbe(text []byte, path string) (Contents, error) {
	var p probeAnswer
	if err := json.Unmarshal(text, &p); err != nil {
		return Contents{}, fmt.Errorf("probe %s: %w", path, err)
	}
	var unread error
	switch p.Kind {
	case "":
	case "log":
		unread = probeError{p.Error, ErrLog}
	case "error_only":
		return Contents{}, &ErrorOnlyFile{Path: path, Message: p.Message}
	case "refused":
		return Contents{}, probeError{p.Error, p.Number}
	default:
		return Contents{}, probeError{p.Error, ErrNotResult}
	}
	return Contents{Info: p.Info, Digest: p.Digest, Log: p.Log}, unread
}

// probeError has the child's text, which already contains that of the wrapped error.
type probeError struct {
	text string
	is   error
}

func (e probeError) Error() string { return e.text }
func (e probeError) Unwrap() error { return e.is }
