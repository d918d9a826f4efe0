package coordinator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"eisweep/coordinator/launched"
	"eisweep/coordinator/plan"
	"eisweep/coordinator/records"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/events"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// recorder keeps the records of launched sweeps, and the files of their latest launches, as a restart needs them.
type recorder struct {
	*core
	root   *root.Root
	sweeps *launched.Table
	// soleOwner says that no records are kept: the coordinator is one of `run`.
	soleOwner bool
}

// migrate moves the records of an earlier version of this program to where this one keeps them.
func (r *recorder) migrate() error {
	return records.Migrate(r.root, func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.checkOwnership(r.unattended)
	})
}

// write makes a sweep's record durable. A coordinator of `run` leaves none: its unfinished sweeps are
// not resumed until `run` is called again.
func (r *recorder) write(name string, record *records.Sweep) error {
	if r.soleOwner {
		return nil
	}
	record.Epoch = r.epoch()
	return records.Write(r.root, name, record)
}

// finish makes durable that all tasks of a sweep are settled.
func (r *recorder) finish(sweep string) {
	if !r.machine.IsFinished(sweep) {
		return // a task is executed again meanwhile
	}
	s, n := r.sweeps.Get(sweep), r.machine.Counts(sweep)
	record := r.sweeps.Record(s)
	if info, err := os.Lstat(r.root.Manifest(sweep)); err == nil && n.Dropped == 0 {
		record.Settled = &records.Settled{Tasks: n.Total, Done: n.Done, Suspect: s.Suspects(), Failed: n.Failed,
			FailedSince: s.FailedSince(), Classes: s.Classes(), Manifest: info.Size()}
	}
	if err := r.write(sweep, record); err != nil {
		r.log.Warn("cannot record that the sweep is finished; the next start will check it again", "error", err)
	}
	if record.Status == control.Finished {
		r.record(events.Event{Kind: events.SweepFinished, Sweep: sweep, Tasks: n.Total, Done: n.Done, Failed: n.Failed})
	}
}

// replaceOld rewrites the records of launched sweeps that an earlier owner wrote: it was cut off while
// it wrote them, and they arrived late. Records that cannot be read or written are left to the next call.
func (r *recorder) replaceOld(isSetAside func(sweep string) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for s := range r.sweeps.All() {
		record, err := records.Read(r.root, s.Name)
		if err != nil || record.Epoch >= r.epoch() || isSetAside(s.Name) {
			continue
		}
		if !r.ownsRoot() {
			return
		}
		if err := r.write(s.Name, r.sweeps.Record(s)); err != nil {
			r.log.Warn("replace an earlier owner's record", "sweep", s.Name, "error", err)
		}
	}
}

// storeFile stores the file of a launch. Even if it is interrupted, the record matches the file that
// exists.
func (r *recorder) storeFile(s *sweeps.Sweep) error {
	name, text := s.Name(), s.TOML()
	sum := records.Sum(text)
	present, unread := records.ReadFile(r.root, name)
	err := r.changeFile(name, func(f *records.File) {
		if f.Pending = sum; unread == nil {
			f.SHA256 = records.Sum(present)
		}
	})
	if err == nil {
		err = records.StoreFile(r.root.SweepDir(name), r.root.SweepFile(name), text)
	}
	if err == nil {
		err = r.changeFile(name, func(f *records.File) { *f = records.File{SHA256: sum} })
	}
	if err != nil {
		return fmt.Errorf("store file of sweep %s: %w", name, err)
	}
	return nil
}

// changeFile changes what the record says of a sweep's stored file, if the sweep has a record. A record that
// cannot be read or understood is written anew when the sweep is opened, which `run` does not do.
func (r *recorder) changeFile(name string, change func(*records.File)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.sweeps.Get(name); s != nil {
		change(&s.File)
	}
	record, err := records.Read(r.root, name)
	if err != nil {
		if r.soleOwner && atomicfile.IsStorage(err) && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	before := record.File
	if change(&record.File); record.File == before {
		return nil
	}
	record.Epoch = r.epoch()
	return records.Write(r.root, name, record)
}

// file is what is to be recorded of the file of a sweep that a launch opens.
func (r *recorder) file(s *sweeps.Sweep, o plan.Request) records.File {
	if !o.KeepFile {
		return records.File{SHA256: records.Sum(s.TOML())}
	}
	if known := r.sweeps.Get(s.Name()); known != nil {
		return known.File
	}
	_, sum, err := records.LaunchedSum(r.root, s.Name())
	if err != nil {
		sum = "" // the next restart reports it
	}
	return records.File{SHA256: sum}
}
