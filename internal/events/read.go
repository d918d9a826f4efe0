package events

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
)

// Query selects events. The zero Query selects all.
type Query struct {
	About string    // a sweep, the start of a task's id, a worker or a host
	Since time.Time // not before
	After uint64    // with higher numbers only
	// Before selects events with lower numbers only; 0 is any number.
	Before uint64
	Last   int // so many at most, the last ones; 0 is any number
}

// has reports whether a query selects an event, whatever its Last.
func (q *Query) has(e *Event) bool {
	return e.Seq > q.After && (q.Before == 0 || e.Seq < q.Before) && !e.Time.Before(q.Since) && e.IsAbout(q.About)
}

// Read reads the selected events of a root, in their order. A root without a log has none. It needs no coordinator. The error wraps
// fs.ErrPermission where the log is not shared with this user.
func Read(r *root.Root, q Query) ([]Event, error) {
	if q.Last > 0 {
		return readLast(r, q)
	}
	return NewFollower(r, q).Next()
}

// readLast reads from the end, no more blocks of the files than it takes.
func readLast(r *root.Root, q Query) (out []Event, err error) {
	before, about := uint64(math.MaxUint64), q.needle() // a file that becomes the earlier one meanwhile is read twice
	for _, name := range []string{path(r), earlierPath(r)} {
		for line, err := range linesFromEnd(name) {
			if err != nil {
				return nil, err
			}
			if !bytes.Contains(line, about) {
				continue
			}
			e, ok := parse(line)
			if !ok || e.Seq >= before {
				continue
			}
			if before = e.Seq; q.has(&e) {
				out = append(out, e)
			}
			if len(out) == q.Last || before <= q.After {
				slices.Reverse(out)
				return out, nil
			}
		}
	}
	slices.Reverse(out)
	return out, nil
}

// wholeLines leaves out the last line if it has no end.
func wholeLines(text []byte) []byte { return text[:bytes.LastIndexByte(text, '\n')+1] }

// Follower reads the events of a root as they come. It is used from one goroutine.
type Follower struct {
	root  *root.Root
	query Query
	seq   uint64      // of the last event that was read, selected or not
	was   os.FileInfo // the file at the last look
	end   int64       // up to where it was read
}

// NewFollower makes a follower of the selected events.
func NewFollower(r *root.Root, q Query) *Follower { return &Follower{root: r, query: q, seq: q.After} }

// Next returns the selected events that were written since the last call; at first, those that exist. It does not wait. The errors are
// those of Read.
func (f *Follower) Next() ([]Event, error) {
	current, err := atomicfile.Open(path(f.root))
	if errors.Is(err, fs.ErrNotExist) {
		return f.earlier(nil) // it is between two files
	}
	if err != nil {
		return nil, fmt.Errorf("read event log: %w", err)
	}
	defer current.Close()
	is, err := current.Stat()
	if err != nil {
		return nil, fmt.Errorf("read event log: %w", err)
	}
	var out []Event
	if f.was == nil || !os.SameFile(f.was, is) || is.Size() < f.end {
		// The current file is opened before the earlier one: if it becomes that one meanwhile, its events are read once all the same.
		if out, err = f.earlier(nil); err != nil {
			return nil, err
		}
		f.end = 0
	}
	text, err := io.ReadAll(io.NewSectionReader(current, f.end, 2*maxBytes))
	if err != nil {
		return nil, fmt.Errorf("read event log: %w", err)
	}
	whole := wholeLines(text)
	f.was, f.end = is, f.end+int64(len(whole))
	return f.take(out, whole), nil
}

// earlier appends the selected events of the earlier file.
func (f *Follower) earlier(out []Event) ([]Event, error) {
	text, err := read(earlierPath(f.root))
	if err != nil {
		return nil, err
	}
	return f.take(out, text), nil
}

// take appends the selected events of some lines that were not read before.
func (f *Follower) take(out []Event, text []byte) []Event {
	about := f.query.needle()
	for line := range bytes.Lines(text) {
		if !bytes.Contains(line, about) {
			continue
		}
		e, ok := parse(line)
		if !ok || e.Seq <= f.seq {
			continue
		}
		if f.seq = e.Seq; f.query.has(&e) {
			out = append(out, e)
		}
	}
	return out
}

// needle is what the line of every selected event contains.
func (q *Query) needle() []byte {
	about := []byte(q.About)
	if bytes.ContainsFunc(about, isEscaped) {
		return nil
	}
	return about
}

// isEscaped reports whether JSON may have something else for a character.
func isEscaped(c rune) bool { return c >= utf8.RuneSelf || c < ' ' || strings.ContainsRune(`"\<>&`, c) }
