package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
)

// UnlessDone returns the result of f, or the cause of ctx's end if that comes first. f may wait for a person or another
// process; it is then abandoned, and ends with the process.
func UnlessDone[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := f()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, Cause(ctx)
	}
}

// Ask prints a question to stderr and returns the line of the answer, or "" at the end of input. The error is that ctx ended.
func (e *Env) Ask(ctx context.Context, format string, args ...any) (string, error) {
	fmt.Fprintf(e.Stderr, format+" ", oneLineArgs(args)...)
	line, err := UnlessDone(ctx, func() (string, error) {
		line, err := bufio.NewReader(io.LimitReader(e.Stdin, 1<<10)).ReadString('\n')
		if err != nil && line == "" {
			fmt.Fprintln(e.Stderr)
		}
		return line, nil
	})
	if err != nil {
		fmt.Fprintln(e.Stderr)
	}
	return strings.TrimSpace(line), err
}

// Confirm asks a yes-or-no question; anything but yes means no.
func (e *Env) Confirm(ctx context.Context, format string, args ...any) (bool, error) {
	answer, err := e.Ask(ctx, format+" [y/N]", args...)
	answer = strings.ToLower(answer)
	return answer == "y" || answer == "yes", err
}

// ReadInput reads a file that a person names, which may be a pipe or a terminal. It reads at most one byte more than the limit.
// The error is an input error, or that ctx ended.
func ReadInput(ctx context.Context, what, path string, most int64) ([]byte, error) {
	return UnlessDone(ctx, func() ([]byte, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, Usagef("read %s: %w", what, err)
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil && info.IsDir() {
			return nil, Usagef("read %s: %s is a directory: name a file in it", what, path)
		}
		text, err := io.ReadAll(io.LimitReader(f, most+1))
		if err != nil {
			return nil, Usagef("read %s: %w", what, err)
		}
		return text, nil
	})
}
