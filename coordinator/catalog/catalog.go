package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/internal/quality"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Catalog holds what the manifests of a root say about every task, and which task's result has
// which name. It keeps the places of lines, not the lines: there may be millions. It is safe for
// concurrent use. Refresh reads what was written since.
type Catalog struct {
	root   *root.Root
	hashes *hashCache

	mu        sync.Mutex
	manifests map[string]*manifestIndex // by sweep
	tasks     taskTable
	look      uint32           // what was found when it was smaller no longer counts
	faults    map[string]error // why manifests cannot be read, by sweep; what they said before counts

	owned  bool            // by the process that holds the root's lock: finished sweeps are read only when needed
	unread map[string]bool // sweeps whose manifests are read when they are needed
	index  idIndex         // of the tasks of those, and of sweeps that were removed since
	// indexComplete says that all of those are in the index.
	indexComplete bool
}

// Ref is a reference to a manifest's line, with what must be known about it at once.
type Ref struct {
	in          *manifestIndex
	begin       int64
	file        uint64 // the hash of the file's name
	bytes       int64
	modified    int64  // the file, nanoseconds since 1970; in lines of earlier versions when the task finished
	length      uint32 // of the line
	run         int32
	look        uint32
	code        uint8     // of a failure, its class; of a result, its verdict
	state       FileState // at the look
	kind        lineKind
	hasModified bool // it is not when the task finished
}

// lineKind is what a line is about.
type lineKind uint8

const (
	resultLine lineKind = iota
	supersededLine
	failureLine
)

// Sweep is the sweep whose manifest has the line.
func (s *Ref) Sweep() string { return s.in.sweep }

// Class is the class of the failure that the line reports.
func (s *Ref) Class() protocol.Class { return protocol.ClassCode(s.code).Class() }

// Verdict says whether the result that the line reports is suspect.
func (s *Ref) Verdict() quality.Verdict { return quality.Verdict(s.code) }

// isFailure reports whether the line is about a failure.
func (s *Ref) isFailure() bool { return s.kind == failureLine }

// SameFile reports whether two lines are about files of one name.
func (s *Ref) SameFile(o *Ref) bool { return s.file == o.file }

// Entry is a line of a sweep's manifest.
type Entry struct {
	Sweep string
	Line  manifest.Line
}

// Read reads the manifests of all sweeps of a root.
func Read(r *root.Root) (*Catalog, error) {
	x := New(r)
	return x, x.Refresh()
}

// New returns an empty catalog of a root: it knows nothing before Refresh.
func New(r *root.Root) *Catalog {
	return &Catalog{root: r, manifests: map[string]*manifestIndex{}, faults: map[string]error{},
		unread: map[string]bool{}, hashes: newHashCache(r)}
}

// NewForOwner is New for the process that holds the root's lock: the catalog also stores the outcomes
// of hashing results, in .eisweep/hashed.jsonl, and keeps no lines of finished sweeps (see Unload).
func NewForOwner(r *root.Root) *Catalog {
	x := New(r)
	x.owned, x.hashes.writes = true, true
	return x
}

// Root is the root whose manifests the catalog holds.
func (x *Catalog) Root() *root.Root { return x.root }

// Refresh reads what was appended to manifests, and which are new, gone or replaced, but those of finished sweeps that are
// read only when they are needed. What was known about files is looked at again. A manifest that cannot be read is no error
// here: see Faults.
func (x *Catalog) Refresh() error {
	names, err := x.root.Sweeps()
	if err != nil {
		return fmt.Errorf("list sweeps: %w", err)
	}
	x.hashes.refresh()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.look++
	for name := range maps.Clone(x.manifests) {
		if _, found := slices.BinarySearch(names, name); !found {
			x.drop(name)
		}
	}
	clear(x.unread)
	x.updateIndex(names)
	for _, name := range names {
		if x.manifests[name] == nil && x.isReleasable(name) {
			x.unread[name] = true
			continue
		}
		_ = x.read(name) // it is among the faults
	}
	return nil
}

// drop forgets the lines of a sweep's manifest, but not the run numbers: the queue may know them, and none
// is given twice. The index keeps those of sweeps whose lines were unloaded.
func (x *Catalog) drop(name string) {
	m := x.manifests[name]
	delete(x.manifests, name)
	delete(x.faults, name)
	if m == nil {
		return
	}
	elsewhere := func(s Ref) bool { return s.in == m }
	for id, n := range x.tasks.all() {
		if !x.tasks.mayReferTo(n, m) {
			continue
		}
		h := x.tasks.historyOf(n)
		if !slices.ContainsFunc(h.copies, elsewhere) && !slices.ContainsFunc(h.failures, elsewhere) {
			continue
		}
		h.copies, h.failures = slices.DeleteFunc(h.copies, elsewhere), slices.DeleteFunc(h.failures, elsewhere)
		h.recount()
		x.tasks.put(id, h)
	}
	x.tasks.dismiss(m)
}

// add adds a manifest's line. The last line of a task in a manifest is its state there. Of several
// manifests, the one with the highest run counts, and of the same run a result before a failure.
func (x *Catalog) add(m *manifestIndex, b *manifest.Brief) {
	m.size = b.End
	h := x.historyOf(b.ID)
	s := Ref{in: m, begin: b.Begin, length: uint32(b.End - b.Begin), run: int32(b.Run), bytes: b.Bytes, modified: b.Finished.UnixNano()}
	if !b.Modified.IsZero() {
		s.modified, s.hasModified = b.Modified.UnixNano(), true
	}
	h.run = max(h.run, s.run)
	h.failures = slices.DeleteFunc(h.failures, func(f Ref) bool { return f.in == m })
	delete(m.conflicts, b.ID)
	if b.State == manifest.Failed {
		s.kind, s.code = failureLine, uint8(protocol.Class(b.Class).Code())
		h.fail(s)
		x.tasks.put(b.ID, h)
		return
	}
	if h.failed != nil && (s.run >= h.newest || h.failed.in == m) {
		h.failed = nil
	}
	h.newest, s.code = max(h.newest, s.run), uint8(b.Verdict)
	if s.file = hashName(b.File); b.State == manifest.Superseded {
		s.kind = supersededLine
	}
	x.noteConflict(m, s.file, b.ID)
	h.copies = slices.DeleteFunc(h.copies, func(c Ref) bool { return c.in == m && c.file == s.file })
	h.copies = append(slices.Clip(h.copies), s)
	m.files.set(s.file, x.tasks.put(b.ID, h)) // the name was another task's before, if that was superseded
}

// Line reads the line that a reference leads to.
func (x *Catalog) Line(s Ref) (*Entry, error) {
	l, err := manifest.ReadLine(x.root.Manifest(s.in.sweep), s.begin, s.begin+int64(s.length))
	if err != nil {
		return nil, err
	}
	return &Entry{s.in.sweep, l}, nil
}

// Latest returns the line of a task's newest run; nil when there is none.
func (x *Catalog) Latest(id sweeps.ID) (*manifest.Line, error) {
	h := x.History(id)
	all := slices.Concat(h.copies, h.failures)
	if len(all) == 0 {
		return nil, nil
	}
	last := slices.MaxFunc(all, func(a, b Ref) int { return int(a.run - b.run) })
	if h.failed != nil {
		last = *h.failed
	}
	l, err := x.Line(last)
	if err != nil {
		return nil, err
	}
	return &l.Line, nil
}

// History returns what is known about a task, as it is now.
func (x *Catalog) History(id sweeps.ID) History {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.loadTask(id)
	return x.historyOf(id)
}

// historyOf is History of what has been read. The lock is held.
func (x *Catalog) historyOf(id sweeps.ID) History {
	h, _ := x.tasks.history(id)
	return h
}

// LastRun is the highest run number of a task that a manifest has, or had since the catalog was opened; 0 for none.
func (x *Catalog) LastRun(id sweeps.ID) int {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.loadTask(id)
	h := x.historyOf(id)
	return h.LastRun()
}

// Has reports whether there is a sweep of that name.
func (x *Catalog) Has(sweep string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.manifests[sweep] != nil || x.unread[sweep]
}

// Contains reports whether a sweep's manifest has a task.
func (x *Catalog) Contains(id sweeps.ID, sweep string) bool {
	h := x.History(id)
	here := func(s Ref) bool { return s.in.sweep == sweep }
	return slices.ContainsFunc(h.copies, here) || slices.ContainsFunc(h.failures, here)
}

// WithPrefix adds the tasks whose ids begin with start to found.
func (x *Catalog) WithPrefix(start string, found map[sweeps.ID]bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.makeIndex()
	for e := range x.index.between(keysWith(start)) {
		x.load(x.index.name(e))
	}
	for id, n := range x.tasks.all() {
		if x.tasks.hasLines(n) && strings.HasPrefix(id.String(), start) {
			found[id] = true
		}
	}
}
