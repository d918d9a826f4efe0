package coordinator

import (
	"os"

	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/records"
	"eisweep/internal/control"
	"eisweep/sweeps"
)

// standing is the record of a launched sweep.
func (k *Coordinator) standing(s *launchedSweep) *records.Sweep {
	out := &records.Sweep{Format: 1, Stand: k.stand(s), Priority: s.priority, Launched: s.launched, File: s.file, Reruns: map[sweeps.ID]int{}}
	for id := range s.reruns {
		if t, ok := k.machine.Task(id); ok && !t.IsSettled() {
			out.Reruns[id] = t.Run
		}
	}
	return out
}

func (k *Coordinator) stand(s *launchedSweep) control.Stand {
	if is := k.machine.Status(s.name); !k.isComplete(s.name) || is == lifecycle.Cancelled {
		return control.Stand(is)
	}
	return control.Finished
}

// standOf is stand by the sweep's name; "" when it was not launched.
func (k *Coordinator) standOf(sweep string) control.Stand {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.sweep(sweep); s != nil {
		return k.stand(s)
	}
	return ""
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
	record, n := k.standing(k.sweep(sweep)), k.machine.Counts(sweep)
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
	for _, s := range k.sweeps {
		record, err := records.Read(k.config.Root, s.name)
		if err != nil || record.Epoch >= k.epoch() || k.faults.list[s.name] != nil {
			continue
		}
		if !k.ownsRoot() {
			return
		}
		if err := k.writeStanding(s.name, k.standing(s)); err != nil {
			k.config.Log.Warn("replace an earlier owner's record", "sweep", s.name, "error", err)
		}
	}
}
