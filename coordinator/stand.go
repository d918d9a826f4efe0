package coordinator

import (
	"os"

	"eisweep/coordinator/records"
	"eisweep/internal/control"
)

// standOf is stand by the sweep's name; "" when it was not launched.
func (k *Coordinator) standOf(sweep string) control.Stand {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.sweeps.Status(sweep)
}

// writeStanding makes a sweep's record durable. A coordinator of `run` leaves none: its unfinished sweeps are
// not resumed until `run` is called again.
func (k *Coordinator) writeStanding(name string, s *records.Sweep) error {
	if k.config.Exclusive {
		return nil
	}
	s.Epoch = k.epoch()
	return records.Write(k.config.Root, name, s)
}

// finish makes durable that all tasks of a sweep are settled.
func (k *Coordinator) finish(sweep string) {
	if !k.machine.IsFinished(sweep) {
		return // a task is executed again meanwhile
	}
	record, n := k.sweeps.Record(k.sweeps.Get(sweep)), k.machine.Counts(sweep)
	if info, err := os.Lstat(k.config.Root.Manifest(sweep)); err == nil && n.Dropped == 0 {
		record.Settled = &records.Settled{Tasks: n.Total, Done: n.Done, Failed: n.Failed, Manifest: info.Size()}
	}
	if err := k.writeStanding(sweep, record); err != nil {
		k.config.Log.Warn("the sweep is complete, and a restart would look at it again", "error", err)
	}
}

// epoch is the number of this owner of the root; 0 if nobody else can own it.
func (k *Coordinator) epoch() uint64 {
	if k.config.Ownership == nil {
		return 0
	}
	return k.config.Ownership.Epoch()
}

// replaceOldRecords rewrites the records of launched sweeps that an earlier owner wrote: it was cut off while
// it wrote them, and they arrived late. Records that cannot be read or written are left to the next call.
func (k *Coordinator) replaceOldRecords() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for s := range k.sweeps.All() {
		record, err := records.Read(k.config.Root, s.Name)
		if err != nil || record.Epoch >= k.epoch() || k.faults.list[s.Name] != nil {
			continue
		}
		if !k.ownsRoot() {
			return
		}
		if err := k.writeStanding(s.Name, k.sweeps.Record(s)); err != nil {
			k.config.Log.Warn("replace an earlier owner's record", "sweep", s.Name, "error", err)
		}
	}
}
