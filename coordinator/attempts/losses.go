package attempts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"sync"
	"time"

	"eisweep/internal/atomicfile"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// loss is an attempt that was lost, or failed in a way that is tried again.
type loss struct {
	ID     sweeps.ID      `json:"id"`
	Run    int            `json:"run"`
	Token  string         `json:"token"`
	Class  protocol.Class `json:"class"`
	Error  string         `json:"error"`
	Host   string         `json:"host"`
	Worker string         `json:"worker"`
	At     time.Time      `json:"at"`
}

func lossOf(e queue.Entry, class protocol.Class, reason string) loss {
	return loss{e.ID, e.Run, e.Token, class, reason, e.Host, e.Worker, time.Now().UTC()}
}

// losses counts lost attempts by their runs, and keeps them in .eisweep/losses.jsonl, because a task that takes
// down the host may take NATS's store with it.
type losses struct {
	mu   sync.Mutex
	path string // "" keeps them in memory only
	runs map[run]*lostRun
}

// lostRun is what is known of the lost attempts at a run.
type lostRun struct {
	tokens map[string]bool
	last   loss
}

// maxLosses bounds what is read of the file, in bytes.
const maxLosses = 1 << 30

// newLosses keeps them in memory only.
func newLosses() *losses { return &losses{runs: map[run]*lostRun{}} }

// readLosses reads the losses of unsettled runs, and drops the others from the file.
func readLosses(r *root.Root, settled func(id sweeps.ID, run int) bool) (*losses, error) {
	l := newLosses()
	l.path = r.Private("losses.jsonl")
	text, err := atomicfile.Read(l.path, maxLosses)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read lost attempts: %w", err)
	}
	var kept bytes.Buffer
	for line := range bytes.Lines(text) {
		var one loss
		if json.Unmarshal(line, &one) != nil || settled(one.ID, one.Run) || l.has(one) { // invalid JSON: a crash cut it short
			continue
		}
		l.count(one)
		kept.Write(line)
	}
	if kept.Len() < len(text) {
		err = atomicfile.Write(l.path, kept.Bytes(), 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("drop lost attempts of settled tasks: %w", err)
	}
	return l, nil
}

func (l *losses) has(one loss) bool {
	r := l.runs[run{one.ID, one.Run}]
	return r != nil && r.tokens[one.Token]
}

func (l *losses) count(one loss) {
	key := run{one.ID, one.Run}
	if l.runs[key] == nil {
		l.runs[key] = &lostRun{tokens: map[string]bool{}}
	}
	l.runs[key].tokens[one.Token], l.runs[key].last = true, one
}

// add records a loss, durably and once.
func (l *losses) add(one loss) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.has(one) {
		return nil
	}
	if l.path != "" {
		text, err := json.Marshal(one)
		if err == nil {
			err = appendLine(l.path, text)
		}
		if err != nil {
			return fmt.Errorf("record lost attempt at task %s: %w", one.ID, err)
		}
	}
	l.count(one)
	return nil
}

// appendLine appends a line to a file and syncs it. If the line before it was cut short, it is ended first.
func appendLine(path string, text []byte) (err error) {
	f, err := atomicfile.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	end := info.Size()
	if last := []byte{0}; end > 0 {
		if _, err := f.ReadAt(last, end-1); err != nil {
			return err
		}
		if last[0] != '\n' {
			text = append([]byte{'\n'}, text...)
		}
	}
	if _, err := f.WriteAt(append(text, '\n'), end); err != nil {
		return err
	}
	return f.Sync()
}

// of returns how many attempts at a run were lost.
func (l *losses) of(key run) int {
	n, _ := l.lastOf(key)
	return n
}

// lastOf returns also the last of them; it is empty if none was lost.
func (l *losses) lastOf(key run) (int, loss) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r := l.runs[key]; r != nil {
		return len(r.tokens), r.last
	}
	return 0, loss{}
}

// settle forgets the losses of a settled run; the file keeps them until the next start.
func (l *losses) settle(key run) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.runs, key)
}

// Lost is a run of which attempts were lost.
type Lost struct {
	ID           sweeps.ID
	Run          int
	Lost         int // attempts
	At           time.Time
	Host, Worker string // of the last of them
	Reason       string
}

// LostRepeatedly lists the runs that are not settled and of which several attempts were lost, or failed in a way that is tried again.
func (t *Tracker) LostRepeatedly() iter.Seq[Lost] {
	return func(yield func(Lost) bool) {
		t.losses.mu.Lock()
		defer t.losses.mu.Unlock()
		for key, r := range t.losses.runs {
			l := &r.last
			if n := len(r.tokens); n > 1 && !yield(Lost{key.ID, key.Run, n, l.At, l.Host, l.Worker, l.Error}) {
				return
			}
		}
	}
}
