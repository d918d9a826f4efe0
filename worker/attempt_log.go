package worker

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
)

// attemptLog is the log of one attempt, a file of its own. An error of writing
// shows at close.
type attemptLog struct {
	file *os.File
	err  error
}

// openLog begins a log. One that is there is kept under another name: the attempt's number
// was given before, to one that was handed back.
func openLog(path string) (*attemptLog, error) {
	const how = os.O_WRONLY | os.O_CREATE | os.O_EXCL
	f, err := atomicfile.OpenFile(path, how, 0o600)
	if errors.Is(err, fs.ErrExist) {
		if err := keepLog(path); err != nil {
			return nil, fmt.Errorf("keep earlier log: %w", err)
		}
		f, err = atomicfile.OpenFile(path, how, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	if err := root.Share(f); err != nil {
		return nil, errors.Join(fmt.Errorf("share log: %w", err), f.Close())
	}
	return &attemptLog{file: f}, nil
}

// keepLog adds the first number to a log's name that is free: 1 is the oldest.
func keepLog(path string) error {
	for n := 1; ; n++ {
		if err := atomicfile.Move(path, fmt.Sprintf("%s.%d", path, n)); !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
}

func (l *attemptLog) say(format string, args ...any) {
	_, err := fmt.Fprintf(l.file, "%s "+format+"\n", append([]any{time.Now().UTC().Format(time.RFC3339)}, args...)...)
	l.err = errors.Join(l.err, err)
}

func (l *attemptLog) close() error {
	if err := errors.Join(l.err, l.file.Close()); err != nil {
		return fmt.Errorf("write log: %w", err)
	}
	return nil
}
