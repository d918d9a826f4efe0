package worker

import (
	"errors"
	"fmt"
	"os"
	"time"

	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
)

// attemptLog is the log of one attempt, in its own file. An error of writing appears at close.
type attemptLog struct {
	file *os.File
	err  error
}

// openLog begins a log, whose name must be free.
func openLog(path string) (*attemptLog, error) {
	f, err := atomicfile.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	if err := root.Share(f); err != nil {
		return nil, errors.Join(fmt.Errorf("share log: %w", err), f.Close())
	}
	return &attemptLog{file: f}, nil
}

// lineTime is how a line's time is written, with milliseconds: logs of a task are ordered by their first lines.
const lineTime = "2006-01-02T15:04:05.000Z07:00"

func (l *attemptLog) printf(format string, args ...any) {
	_, err := fmt.Fprintf(l.file, "%s "+format+"\n", append([]any{time.Now().UTC().Format(lineTime)}, args...)...)
	l.err = errors.Join(l.err, err)
}

func (l *attemptLog) close() error {
	if err := errors.Join(l.err, l.file.Close()); err != nil {
		return fmt.Errorf("write log: %w", err)
	}
	return nil
}
