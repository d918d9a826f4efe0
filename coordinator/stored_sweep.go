package coordinator

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// The ids of a sweep's tasks follow from the file that its latest launch stored. One flipped
// digit in it makes other tasks, so that file counts only with the SHA-256 that the
// coordinator recorded.

// storedFile is what a coordinator recorded of a sweep's stored file.
type storedFile struct {
	SHA256 string `json:"file_sha256,omitempty"`   // hex; "" in records of earlier versions
	Coming string `json:"coming_sha256,omitempty"` // of the file that a launch is about to store
}

// has says whether the stored file may have that SHA-256.
func (s storedFile) has(sum string) bool {
	return s.SHA256 == "" || s.SHA256 == sum || s.Coming == sum
}

// otherFileError is the error of a stored file that is not the one which was launched.
type otherFileError struct{ is, was, path string }

func (e *otherFileError) Error() string {
	return fmt.Sprintf("it is not the file that was launched (its SHA-256 is %s, not %s), and its tasks would be others; %s", e.is, e.was, e.remedy())
}

func (e *otherFileError) remedy() string {
	return "put the launched file back, or launch the sweep again from a file that has what you want, which may be " + e.path
}

// loadSweep reads the file of a sweep's latest launch. The error wraps an *fs.PathError when it is not
// the file that was launched.
func loadSweep(r *root.Root, name string) (*sweeps.Sweep, error) {
	s, _, err := loadStored(r, name)
	return s, err
}

// loadStored is loadSweep, and also returns the file's SHA-256.
func loadStored(r *root.Root, name string) (*sweeps.Sweep, string, error) {
	path := r.SweepFile(name)
	text, err := readStored(r, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("read the launch of sweep %s, which running it again from its file brings back: %w", name, err)
	}
	if err != nil {
		return nil, "", fmt.Errorf("read the launch of sweep %s: %w", name, err)
	}
	s, err := sweeps.Parse(path, text)
	return s, sumOf(text), err
}

// readStored reads a stored file, and the record again if a launch may have replaced both meanwhile.
func readStored(r *root.Root, name string) ([]byte, error) {
	path := r.SweepFile(name)
	before, err := recordedFile(r, name)
	for err == nil {
		var text []byte
		if text, err = atomicfile.Read(path, sweeps.MaxFile); err != nil || before.has(sumOf(text)) {
			return text, err
		}
		was := before
		if before, err = recordedFile(r, name); err == nil && before == was {
			err = &fs.PathError{Op: "read", Path: path, Err: &otherFileError{sumOf(text), was.SHA256, path}}
		}
	}
	return nil, err
}

// recordedFile reads what is recorded of a sweep's stored file: nothing where no coordinator launched it, where
// the record can't be understood, which a restart reports, or where it is not for this user to read.
func recordedFile(r *root.Root, name string) (storedFile, error) {
	stand, err := ReadStanding(r, name)
	switch {
	case err == nil:
		return stand.File, nil
	case atomicfile.IsStorage(err) && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission):
		return storedFile{}, err
	}
	return storedFile{}, nil
}

// storeLaunched stores the file of a launch. Whenever it is interrupted, the record has the file
// that is there.
func (k *Coordinator) storeLaunched(s *sweeps.Sweep) error {
	name, text := s.Name(), s.TOML()
	sum := sumOf(text)
	present, unread := readStored(k.config.Root, name)
	err := k.recordFile(name, func(f *storedFile) {
		if f.Coming = sum; unread == nil {
			f.SHA256 = sumOf(present)
		}
	})
	if err == nil {
		err = storeSweep(k.config.Root.SweepDir(name), k.config.Root.SweepFile(name), text)
	}
	if err == nil {
		err = k.recordFile(name, func(f *storedFile) { *f = storedFile{SHA256: sum} })
	}
	if err != nil {
		return fmt.Errorf("store file of sweep %s: %w", name, err)
	}
	return nil
}

// recordFile changes what is recorded of a sweep's stored file, if the sweep has a record. One that
// can't be read or understood is written anew when the sweep is opened, which `run` doesn't.
func (k *Coordinator) recordFile(name string, change func(*storedFile)) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.sweep(name); s != nil {
		change(&s.file)
	}
	stand, err := ReadStanding(k.config.Root, name)
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
	return saveStanding(k.config.Root, name, stand)
}

// fileOf is what is to be recorded of the file of a sweep that a launch opens.
func (k *Coordinator) fileOf(s *sweeps.Sweep, o Order) storedFile {
	if !o.KeepFile {
		return storedFile{SHA256: sumOf(s.TOML())}
	}
	if known := k.sweep(s.Name()); known != nil {
		return known.file
	}
	_, sum, err := loadStored(k.config.Root, s.Name())
	if err != nil {
		sum = "" // the next restart reports it
	}
	return storedFile{SHA256: sum}
}

func sumOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
