package diagnosis

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"eisweep/coordinator/records"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/events"
	"eisweep/internal/problems"
	"eisweep/internal/root"
	"eisweep/internal/units"
)

const (
	readEvery = time.Minute      // between two reads of the records of finished sweeps
	lateAfter = 60 * time.Second // a measurement that takes longer: the storage does not answer
)

// Disks count as full below the first number of bytes, and as low below the second or a twentieth of the disk, whichever is less.
const (
	fullBytes = 64 << 20
	lowBytes  = 5 << 30
)

// measured is what was measured of storage, and read about the sweeps that the coordinator has not launched.
type measured struct {
	root        *root.Root
	launched    func() []string // the sweeps whose directories must exist
	record      func(events.Event)
	directories []string
	pause       time.Duration // between two measurements
	ready       chan struct{} // closed after the first measurement

	mu       sync.Mutex
	begun    time.Time // of the measurement under way; zero between two
	read     time.Time // when the records were last read
	disks    []problems.Problem
	missing  map[string]time.Time       // launched sweeps without a sweep file, since when
	gone     []problems.Problem         // those of them that lacked it in two measurements
	archived map[string]records.Settled // finished sweeps
}

func newMeasured(r *root.Root, launched func() []string, record func(events.Event), directories []string) *measured {
	directories = slices.DeleteFunc(append([]string{r.Path()}, directories...), func(path string) bool { return path == "" })
	return &measured{root: r, launched: launched, record: record, directories: slices.Compact(directories), ready: make(chan struct{})}
}

// watch measures until ctx ends. Where storage does not answer, a measurement does not end, which problems reports.
func (m *measured) watch(ctx context.Context) {
	tick := time.NewTicker(m.pause)
	defer tick.Stop()
	for first := true; ; first = false {
		done := make(chan struct{})
		go func() {
			defer close(done)
			m.measure()
		}()
		select {
		case <-done:
		case <-ctx.Done():
			return
		}
		if first {
			close(m.ready)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (m *measured) measure() {
	m.mu.Lock()
	before := m.disks
	m.begun = time.Now()
	reads := m.begun.Sub(m.read) >= readEvery
	m.mu.Unlock()
	disks, seen := []problems.Problem{}, map[unix.Fsid]bool{}
	for _, path := range m.directories {
		var is unix.Statfs_t
		if err := unix.Statfs(path, &is); err != nil || seen[is.Fsid] {
			continue // what cannot be read sets sweeps aside, or stops the coordinator
		}
		seen[is.Fsid] = true
		if p, ok := OfDisk(path, is.Bavail*uint64(is.Bsize), is.Blocks*uint64(is.Bsize)); ok {
			p.Since = sinceBefore(before, p)
			disks = append(disks, p)
		}
	}
	m.mu.Lock()
	m.disks = disks
	m.mu.Unlock()
	m.lookForSweeps()
	if reads {
		m.readRecords()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.begun = time.Time{}
}

// lookForSweeps finds the launched sweeps whose directory was removed or moved. The coordinator makes one again for further results, so
// the stored sweep file shows it. A sweep that is just being launched or removed may lack it for a moment.
func (m *measured) lookForSweeps() {
	m.mu.Lock()
	before, known := m.missing, m.gone
	m.mu.Unlock()
	missing, gone := map[string]time.Time{}, []problems.Problem{}
	for _, name := range m.launched() {
		is := func(p problems.Problem) bool { return p.Subject == name }
		wasGone := slices.ContainsFunc(known, is)
		since, again := before[name]
		switch {
		case !atomicfile.IsGone(m.root.SweepFile(name)):
			if wasGone {
				m.record(events.Event{Kind: events.SweepContinued, Sweep: name, Since: since})
			}
			continue
		case !again:
			since = time.Now()
		default:
			p := goneSweep(name, m.root.SweepDir(name), since)
			if gone = append(gone, p); !wasGone {
				m.record(events.Event{Kind: events.SweepSetAside, Sweep: name, Since: since, Error: p.Text, Remedy: p.Remedy})
			}
		}
		missing[name] = since
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.missing, m.gone = missing, gone
}

// goneSweeps are the launched sweeps whose directories are gone.
func (m *measured) goneSweeps() (out []control.SweepFault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.gone {
		out = append(out, control.SweepFault{Sweep: p.Subject, Since: p.Since, Cause: p.Text, Remedy: p.Remedy})
	}
	return out
}

// readRecords reads what has become of finished sweeps.
func (m *measured) readRecords() {
	archived := map[string]records.Settled{}
	names, _ := m.root.Sweeps() // a fault of the root shows elsewhere
	for _, name := range names {
		if s, ok := records.ReadSettled(m.root, name); ok {
			archived[name] = s
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.archived, m.read = archived, time.Now()
}

// forget forgets a sweep that was removed.
func (m *measured) forget(sweep string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.archived, sweep)
	m.gone = slices.DeleteFunc(m.gone, func(p problems.Problem) bool { return p.Subject == sweep })
}

// sinceBefore is since when a problem has lasted that may have been measured before.
func sinceBefore(before []problems.Problem, p problems.Problem) time.Time {
	for _, was := range before {
		if was.Kind == p.Kind && was.Subject == p.Subject {
			return was.Since
		}
	}
	return time.Now()
}

// OfDisk is the problem that the disk of a directory, with so many bytes free of so many, is full or nearly so; not ok if it is
// neither.
func OfDisk(path string, free, size uint64) (p problems.Problem, ok bool) {
	p = problems.Problem{Subject: path, Remedy: "free space there: `eisweep clean SWEEP --dry-run` shows what a sweep no longer needs"}
	switch {
	case free < min(fullBytes, size/20):
		p.Kind, p.Severity = problems.DiskFull, problems.Critical
		p.Text = fmt.Sprintf("the disk of %s is full: %s free", path, units.Size(int64(free)))
	case free < min(lowBytes, size/20):
		p.Kind, p.Severity = problems.DiskLow, problems.Warning
		p.Text = fmt.Sprintf("the disk of %s is nearly full: %s free of %s", path, units.Size(int64(free)), units.Size(int64(size)))
	default:
		return p, false
	}
	return p, true
}

// problems adds those of disks and of sweeps' directories, or that storage does not answer.
func (m *measured) problems(now time.Time, out *problems.Report) {
	launched := m.launched() // a sweep may have been removed since
	m.mu.Lock()
	defer m.mu.Unlock()
	out.Problems = append(out.Problems, m.disks...)
	for _, p := range m.gone {
		if slices.Contains(launched, p.Subject) {
			out.Problems = append(out.Problems, p)
		}
	}
	isKnown := slices.ContainsFunc(out.Problems, func(p problems.Problem) bool { return p.Kind == problems.StorageSilent })
	if late := now.Sub(m.begun); !isKnown && !m.begun.IsZero() && late > lateAfter {
		out.Problems = append(out.Problems, problems.Problem{Kind: problems.StorageSilent, Severity: problems.Critical, Since: m.begun,
			Subject: m.root.Path(), Text: fmt.Sprintf("the storage of %s has not answered for %s", m.root.Path(), units.Duration(late)),
			Remedy: "check the file system and its server; everything continues when it answers"})
	}
}

// archivedSweeps adds what is known of finished sweeps that the coordinator has not launched.
func (m *measured) archivedSweeps(out *problems.Report) {
	m.mu.Lock()
	defer m.mu.Unlock()
	examined := make(map[string]bool, len(out.Sweeps))
	for _, name := range out.Sweeps {
		examined[name] = true
	}
	for name, s := range m.archived {
		if examined[name] {
			continue
		}
		out.Sweeps = append(out.Sweeps, name)
		out.Problems = append(out.Problems, OfSettled(name, &s)...)
	}
}
