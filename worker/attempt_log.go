package worker

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"eisweep/internal/root"
)

// attemptLog is the log of one attempt, a file of its own. An error of writing
// shows at close.
type attemptLog struct {
	file *os.File
	err  error
}

// openLog begins the log anew if there is one: the attempt's number was given
// before, to one that was handed back.
func openLog(path string) (*attemptLog, error) {
	const how = os.O_WRONLY | os.O_CREATE | os.O_TRUNC | unix.O_NOFOLLOW
	f, err := os.OpenFile(path, how, 0o600)
	if errors.Is(err, fs.ErrPermission) && os.Remove(path) == nil { // it was another user's
		f, err = os.OpenFile(path, how, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	if err := root.ShareFile(path); err != nil {
		return nil, errors.Join(fmt.Errorf("share log: %w", err), f.Close())
	}
	return &attemptLog{file: f}, nil
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
