package coordinator

import (
	"errors"
	"fmt"
	"io/fs"

	"eisweep/coordinator/plan"
	"eisweep/coordinator/records"
	"eisweep/internal/atomicfile"
	"eisweep/sweeps"
)

// storeLaunched stores the file of a launch. Even if it is interrupted, the record matches the file that
// exists.
func (k *Coordinator) storeLaunched(s *sweeps.Sweep) error {
	name, text := s.Name(), s.TOML()
	sum := records.Sum(text)
	present, unread := records.ReadFile(k.config.Root, name)
	err := k.recordFile(name, func(f *records.File) {
		if f.Pending = sum; unread == nil {
			f.SHA256 = records.Sum(present)
		}
	})
	if err == nil {
		err = records.StoreFile(k.config.Root.SweepDir(name), k.config.Root.SweepFile(name), text)
	}
	if err == nil {
		err = k.recordFile(name, func(f *records.File) { *f = records.File{SHA256: sum} })
	}
	if err != nil {
		return fmt.Errorf("store file of sweep %s: %w", name, err)
	}
	return nil
}

// recordFile changes what the record says of a sweep's stored file, if the sweep has a record. A record that
// cannot be read or understood is written anew when the sweep is opened, which `run` does not do.
func (k *Coordinator) recordFile(name string, change func(*records.File)) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.sweeps.Get(name); s != nil {
		change(&s.File)
	}
	stand, err := records.Read(k.config.Root, name)
	if err != nil {
		if k.config.Exclusive && atomicfile.IsStorage(err) && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	before := stand.File
	if change(&stand.File); stand.File == before {
		return nil
	}
	stand.Epoch = k.epoch()
	return records.Write(k.config.Root, name, stand)
}

// fileOf is what is to be recorded of the file of a sweep that a launch opens.
func (k *Coordinator) fileOf(s *sweeps.Sweep, o plan.Request) records.File {
	if !o.KeepFile {
		return records.File{SHA256: records.Sum(s.TOML())}
	}
	if known := k.sweeps.Get(s.Name()); known != nil {
		return known.File
	}
	_, sum, err := records.LaunchedSum(k.config.Root, s.Name())
	if err != nil {
		sum = "" // the next restart reports it
	}
	return records.File{SHA256: sum}
}
