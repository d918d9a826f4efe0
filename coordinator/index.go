package coordinator

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// index is what the manifests of a root say of every task, and what they say lies
// under which name. It keeps places of lines, not the lines: there may be millions.
// It is safe for concurrent use; refresh takes in what was written since.
type index struct {
	root     *root.Root
	hashings *hashings

	mu        sync.Mutex
	manifests map[string]*indexed // by sweep
	tasks     map[sweeps.ID]*history
	look      uint32           // what was found at earlier looks at files doesn't count any more
	faults    map[string]error // why manifests cannot be read, by sweep; what they said before counts
}

// spot is where a manifest has a line, and what must be known of it at once.
type spot struct {
	in         *indexed
	begin, end int64
	file       uint64 // the hash of the file's name
	bytes      int64
	finished   int64 // milliseconds since 1970
	modified   int64 // the file, nanoseconds since 1970; 0 in lines of earlier versions
	run        int32
	class      classNumber // of a failure
	aside      bool        // the result was superseded
	seen       soundness   // at the look
	look       uint32
}

// located is what a sweep's manifest says of a task.
type located struct {
	sweep string
	line  manifest.Line
}

// readIndex reads the manifests of all sweeps of a root.
func readIndex(r *root.Root) (*index, error) {
	x := newIndex(r)
	return x, x.refresh()
}

// newIndex knows nothing until it is refreshed.
func newIndex(r *root.Root) *index {
	return &index{root: r, manifests: map[string]*indexed{}, tasks: map[sweeps.ID]*history{}, faults: map[string]error{}, hashings: newHashings(r)}
}

// newWritingIndex also remembers on the disk what came out when results were hashed. The
// caller holds the root.
func newWritingIndex(r *root.Root) *index {
	x := newIndex(r)
	x.hashings.writes = true
	return x
}

// refresh takes in what was appended to manifests, and which are new, gone or others.
// Files are looked at anew. A manifest that cannot be read is no error: unreadable tells of it.
func (x *index) refresh() error {
	names, err := x.root.Sweeps()
	if err != nil {
		return fmt.Errorf("list sweeps: %w", err)
	}
	x.hashings.refresh()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.look++
	for name := range maps.Clone(x.manifests) {
		if !slices.Contains(names, name) {
			x.drop(name)
		}
	}
	for _, name := range names {
		_ = x.read(name) // it is among the faults
	}
	return nil
}

// drop forgets all that a sweep's manifest said but the run numbers: the queue may know
// them, and none is given twice.
func (x *index) drop(name string) {
	m := x.manifests[name]
	delete(x.manifests, name)
	delete(x.faults, name)
	elsewhere := func(s spot) bool { return s.in == m }
	for _, h := range x.tasks {
		if !slices.ContainsFunc(h.copies, elsewhere) && !slices.ContainsFunc(h.failures, elsewhere) {
			continue
		}
		h.copies, h.failures = slices.DeleteFunc(h.copies, elsewhere), slices.DeleteFunc(h.failures, elsewhere)
		h.recount()
	}
}

// add takes a manifest line in. The last line of a task in a manifest is its
// state there; of several manifests, the one that tells of the highest run, and
// of the same run a result before a failure.
func (x *index) add(m *indexed, b *manifest.Brief) {
	m.size = b.End
	h := x.tasks[b.ID]
	if h == nil {
		h = &history{}
		x.tasks[b.ID] = h
	}
	s := spot{in: m, begin: b.Begin, end: b.End, run: int32(b.Run), bytes: b.Bytes, finished: b.Finished.UnixMilli()}
	if !b.Modified.IsZero() {
		s.modified = b.Modified.UnixNano()
	}
	h.run = max(h.run, s.run)
	h.failures = slices.DeleteFunc(h.failures, func(f spot) bool { return f.in == m })
	delete(m.contested, b.ID)
	if b.State == manifest.Failed {
		s.class = classOf(protocol.Class(b.Class))
		h.fail(s)
		return
	}
	if h.failed != nil && (s.run >= h.newest || h.failed.in == m) {
		h.failed = nil
	}
	h.newest = max(h.newest, s.run)
	s.file, s.aside = hashName(b.File), b.State == manifest.Superseded
	x.contest(m, s.file, b.ID)
	m.files[s.file] = b.ID // another task's before, if that was superseded
	h.copies = slices.DeleteFunc(h.copies, func(c spot) bool { return c.in == m && c.file == s.file })
	h.copies = append(slices.Clip(h.copies), s)
}

// line reads the line at a spot.
func (x *index) line(s spot) (*located, error) {
	l, err := manifest.ReadLine(x.root.Manifest(s.in.sweep), s.begin, s.end)
	if err != nil {
		return nil, err
	}
	return &located{s.in.sweep, l}, nil
}

// latest returns the line of a task that tells of its newest order; nil when there
// is none.
func (x *index) latest(id sweeps.ID) (*manifest.Line, error) {
	h := x.of(id)
	all := slices.Concat(h.copies, h.failures)
	if len(all) == 0 {
		return nil, nil
	}
	last := slices.MaxFunc(all, func(a, b spot) int { return int(a.run - b.run) })
	if h.failed != nil {
		last = *h.failed
	}
	l, err := x.line(last)
	if err != nil {
		return nil, err
	}
	return &l.line, nil
}

// of returns what is known of a task: a copy, which stays as it is.
func (x *index) of(id sweeps.ID) history {
	x.mu.Lock()
	defer x.mu.Unlock()
	h := x.tasks[id]
	if h == nil {
		return history{}
	}
	out := *h
	out.copies, out.failures = slices.Clone(h.copies), slices.Clone(h.failures)
	return out
}

// run is the highest run number of a task that a manifest has; 0 for none.
func (x *index) run(id sweeps.ID) int {
	x.mu.Lock()
	defer x.mu.Unlock()
	if h := x.tasks[id]; h != nil {
		return int(h.run)
	}
	return 0
}

// raise takes in that a run number was given.
func (x *index) raise(id sweeps.ID, run int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	h := x.tasks[id]
	if h == nil {
		h = &history{}
		x.tasks[id] = h
	}
	h.run = max(h.run, int32(run))
}

// has says whether there is such a sweep.
func (x *index) has(sweep string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.manifests[sweep] != nil
}

// sweeps lists those that have a manifest, sorted.
func (x *index) sweeps() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Sorted(maps.Keys(x.manifests))
}

// belongs says whether a sweep's manifest has a task.
func (x *index) belongs(id sweeps.ID, sweep string) bool {
	h := x.of(id)
	here := func(s spot) bool { return s.in.sweep == sweep }
	return slices.ContainsFunc(h.copies, here) || slices.ContainsFunc(h.failures, here)
}

// starting adds the tasks whose ids begin so.
func (x *index) starting(start string, found map[sweeps.ID]bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for id, h := range x.tasks {
		if len(h.copies)+len(h.failures) > 0 && strings.HasPrefix(id.String(), start) {
			found[id] = true
		}
	}
}
