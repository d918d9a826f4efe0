package events

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"math"
	"sync"
	"time"

	"eisweep/internal/root"
)

// Config says where a log writes.
type Config struct {
	Root *root.Root
	// MayWrite reports whether this process may write to the root now. It never waits. Nothing is written while it may not.
	MayWrite func() bool
	// Fence says that an earlier owner of the root may still write to the log.
	Fence bool
	Log   *slog.Logger // gets every event with the same fields
}

// Times and numbers of a log.
const (
	writeTime  = 300 * time.Millisecond // between an event and its write, so that events are written together
	closeTime  = time.Second            // that the last write may always take
	mostRecent = 5000                   // events that After knows
	mostUnsent = 20000                  // events that wait for storage; beyond that the oldest are lost
)

// Log is the event log of a root that this process owns. Its methods are safe for concurrent use.
type Log struct {
	config  Config
	file    file
	workers map[string]Event // see Workers
	last    time.Time        // of the last event of earlier owners

	mu      sync.Mutex
	seq     uint64
	crowd   *crowd
	recent  []Event
	unsent  []Event
	lost    int
	changed chan struct{} // closed at the next event
	wake    chan struct{}
	hurry   chan struct{} // somebody waits for a write
	tried   chan struct{} // closed at the end of the next write
	failed  bool          // the last write

	quit, done chan struct{}
	once       sync.Once
}

// Open opens the log of a root. The caller closes it before it releases the root. Where the earlier log cannot be copied, as on a full
// disk, it is continued as it is; one that cannot be read keeps nobody from working.
func Open(c Config) *Log {
	l := &Log{config: c, file: file{root: c.Root, max: maxBytes}, workers: map[string]Event{}, crowd: newCrowd(),
		changed: make(chan struct{}), wake: make(chan struct{}, 1), hurry: make(chan struct{}, 1), tried: make(chan struct{}),
		quit: make(chan struct{}), done: make(chan struct{})}
	text, earlier := l.readEarlier(path(c.Root)), l.readEarlier(earlierPath(c.Root))
	clean := l.learn(earlier, text)
	if !clean { // the process before this one may have given numbers to events that it did not write
		l.seq += mostUnsent
	}
	l.file.torn = len(text) > 0 && text[len(text)-1] != '\n'
	if len(text) > 0 && (c.Fence || l.file.torn) && c.MayWrite() {
		if err := l.file.fence(text); err != nil {
			c.Log.Warn("the event log is continued without a copy", "error", err)
		} else {
			l.file.torn = false
		}
	}
	if c.MayWrite() {
		if err := l.file.reserve(); err != nil {
			c.Log.Warn("events wait until the event log can be written", "error", err)
		}
	}
	go l.work()
	return l
}

// learn takes in the earlier log, and reports whether its last owner ended it.
func (l *Log) learn(parts ...[]byte) (clean bool) {
	clean = true
	for _, part := range parts {
		var end Event
		for line := range bytes.Lines(part) {
			if !bytes.Contains(line, []byte(`"kind":"worker_`)) {
				continue
			}
			if e, ok := parse(line); ok {
				l.learnWorker(&e)
			}
		}
		for rest := part; len(rest) > 0 && end.Seq == 0; {
			start := bytes.LastIndexByte(rest[:len(rest)-1], '\n') + 1
			end, _ = parse(rest[start:])
			rest = rest[:start]
		}
		if end.Seq > 0 {
			l.seq, l.last, clean = max(l.seq, end.Seq), end.Time, end.Kind == CoordinatorStopped
		}
	}
	return clean
}

func (l *Log) learnWorker(e *Event) {
	switch e.Kind {
	case WorkerJoined, WorkerBack, WorkerSilent:
		l.workers[e.Worker] = *e
	case WorkerLeft:
		delete(l.workers, e.Worker)
	}
}

// Workers are the workers that had joined and had not left by the end of the earlier log, with the event that says whether their
// heartbeats were lost.
func (l *Log) Workers() map[string]Event { return l.workers }

// Until is when the earlier log ended; zero if there is none.
func (l *Log) Until() time.Time { return l.last }

// Add adds an event, whose number it sets, and whose time if it has none. It never waits for storage.
func (l *Log) Add(e Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	e.Time = e.Time.UTC().Truncate(time.Millisecond)
	for _, counted := range l.crowd.before(&e) {
		counted.Time = e.Time
		l.add(counted)
	}
	if l.crowd.admit(&e) {
		l.add(e)
	}
	l.awaken()
}

// add adds a listed event. The lock is held.
func (l *Log) add(e Event) {
	l.seq++
	e.Seq = l.seq
	e.trim()
	l.recent = append(l.recent, e)
	if len(l.recent) >= 2*mostRecent {
		l.recent = append([]Event(nil), l.recent[len(l.recent)-mostRecent:]...)
	}
	if l.unsent = append(l.unsent, e); len(l.unsent) > mostUnsent {
		n := len(l.unsent) - mostUnsent
		l.unsent, l.lost = l.unsent[n:], l.lost+n
	}
	close(l.changed)
	l.changed = make(chan struct{})
	if level := properties[e.Kind].level; l.config.Log.Enabled(context.Background(), level) {
		level, message, attrs := e.record()
		l.config.Log.LogAttrs(context.Background(), level, message, attrs...)
	}
}

// awaken has what waits written soon.
func (l *Log) awaken() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// After returns the events after a number that this process still has in memory, the last 5000 or more, and a channel that is closed at
// the next event. Read has earlier ones.
func (l *Log) After(seq uint64) ([]Event, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	first := len(l.recent)
	for first > 0 && l.recent[first-1].Seq > seq {
		first--
	}
	return append([]Event(nil), l.recent[first:]...), l.changed
}

// work writes events until Close.
func (l *Log) work() {
	defer close(l.done)
	for {
		select {
		case <-l.wake:
		case <-l.quit:
			l.finish()
			return
		}
		select {
		case <-time.After(writeTime):
		case <-l.hurry:
		case <-l.quit:
			l.finish()
			return
		}
		if l.write(false) {
			l.awaken()
		}
	}
}

// finish writes all that waits.
func (l *Log) finish() {
	for left, more := math.MaxInt, true; more && l.waiting() < left; {
		left = l.waiting()
		more = l.write(true)
	}
	if n := l.waiting(); n > 0 && l.config.MayWrite() {
		l.config.Log.Warn("the last events could not be written", "events", n)
	}
}

// waiting is how many events wait to be written.
func (l *Log) waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.unsent)
}

// write writes what waits, if this process may. It reports whether more is to be written later.
func (l *Log) write(all bool) (more bool) {
	l.mu.Lock()
	for _, e := range l.crowd.due(time.Now(), all) {
		e.Time = time.Now().UTC().Truncate(time.Millisecond)
		l.add(e)
	}
	more = len(l.crowd.counted) > 0
	list := l.unsent
	l.mu.Unlock()
	if len(list) == 0 {
		return more
	}
	var text bytes.Buffer
	n := 0
	for ; n < len(list) && text.Len() < maxBytes/4; n++ {
		line, err := json.Marshal(&list[n])
		if err == nil { // it has texts and numbers only
			text.Write(append(line, '\n'))
		}
	}
	if !l.config.MayWrite() {
		l.end(true)
		return true
	}
	if err := l.file.append(text.Bytes()); err != nil {
		l.config.Log.Debug("write events", "error", err)
		l.end(true)
		return true
	}
	more = l.written(list[:n]) || more
	l.end(false)
	return more
}

// end wakes those who wait for a write.
func (l *Log) end(failed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed = failed
	close(l.tried)
	l.tried = make(chan struct{})
}

// Save returns once the events that were added before are written. It gives up when a write fails, as on a full disk, or ctx ends:
// then they are written later.
func (l *Log) Save(ctx context.Context) {
	l.mu.Lock()
	last := l.seq
	l.mu.Unlock()
	for failed := false; !failed; {
		l.mu.Lock()
		if len(l.unsent) == 0 || l.unsent[0].Seq > last {
			l.mu.Unlock()
			return
		}
		tried := l.tried
		l.mu.Unlock()
		l.awaken()
		select {
		case l.hurry <- struct{}{}:
		default:
		}
		select {
		case <-tried:
		case <-l.done:
			return
		case <-ctx.Done():
			return
		}
		l.mu.Lock()
		failed = l.failed
		l.mu.Unlock()
	}
}

// written forgets what is written, and reports whether more waits.
func (l *Log) written(list []Event) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range list {
		if len(l.unsent) > 0 && l.unsent[0].Seq == e.Seq {
			l.unsent = l.unsent[1:]
		} else { // it was given up while it was written
			l.lost--
		}
	}
	if n := l.lost; n > 0 {
		l.lost = 0
		l.add(Event{Kind: EventsLost, Time: time.Now().UTC().Truncate(time.Millisecond), Count: n})
	}
	return len(l.unsent) > 0
}

// Close writes what waits, and ends the log. It is idempotent. Storage that does not answer keeps it waiting until ctx ends, but for
// a second at least, which is long enough for any other.
func (l *Log) Close(ctx context.Context) {
	l.once.Do(func() { close(l.quit) })
	least := time.NewTimer(closeTime)
	defer least.Stop()
	select {
	case <-l.done:
		return
	case <-least.C:
	}
	select {
	case <-l.done:
	case <-ctx.Done():
	}
}
