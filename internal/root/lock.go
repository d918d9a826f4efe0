package root

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Holder is who holds the lock of a root.
type Holder struct {
	Host    string    `json:"host"`
	PID     int       `json:"pid"`
	Since   time.Time `json:"since"`
	Version string    `json:"version"`
	Command string    `json:"command"` // as typed
}

// InUseError is the error of a root that another coordinator works on.
type InUseError struct {
	Path   string // of the root
	Holder Holder // zero where the lock's text could not be read
}

func (e *InUseError) Error() string {
	if e.Holder.PID == 0 {
		return fmt.Sprintf("root %s is in use by another eisweep: wait for it to end or give another root (-p)", e.Path)
	}
	return fmt.Sprintf("root %s is in use by `%s` (process %d on %s, since %s): wait for it to end, stop it there, or give another root (-p)",
		e.Path, e.Holder.Command, e.Holder.PID, e.Holder.Host, e.Holder.Since.Local().Format(time.DateTime))
}

// Lock is the right to be the coordinator of a root.
type Lock struct {
	file   *os.File
	holder Holder // as signed
}

// held keeps the files of all locks: a file that nobody refers to any more would
// be closed by the garbage collector, and its lock with it.
var held sync.Map

// Lock takes the lock of the root for this process; version and command tell
// others who has it. The error is an *InUseError when another process holds it.
// The lock ends with the process, whatever way it ends.
func (r *Root) Lock(version, command string) (*Lock, error) {
	f, err := r.lockFile()
	if err != nil {
		return nil, err
	}
	if err := flock(f); err != nil {
		defer f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			holder, _ := readHolder(f) // nobody in particular, then
			return nil, &InUseError{Path: r.path, Holder: holder}
		}
		return nil, fmt.Errorf("lock root %s: %w", r.path, err)
	}
	l := &Lock{file: f}
	held.Store(f, true)
	if err := l.sign(version, command); err != nil {
		return nil, errors.Join(fmt.Errorf("lock root %s: %w", r.path, err), l.Unlock())
	}
	return l, nil
}

// A look at the lock has it for a moment. Who wants it tries again for so long.
const (
	lookTime  = 500 * time.Millisecond
	lookAgain = 5 * time.Millisecond
)

func flock(f *os.File) error {
	for begun := time.Now(); ; time.Sleep(lookAgain) {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EWOULDBLOCK) || time.Since(begun) > lookTime {
			return err
		}
	}
}

// ErrLockLost is wrapped when a file system forgot the lock and another took it.
var ErrLockLost = errors.New("another took the root's lock meanwhile")

// Still finds out whether the lock is still held, which a network file system
// forgets when it doesn't hear of its holder for long. One that nobody took is
// taken again. The error wraps ErrLockLost, or says why it cannot be found out.
func (l *Lock) Still() error {
	if l.file == nil {
		return fmt.Errorf("hold lock of root: %w", os.ErrClosed)
	}
	// It is a lock of this same open file: held already, it stays.
	if err := unix.Flock(int(l.file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		if errors.Is(err, unix.EWOULDBLOCK) {
			return fmt.Errorf("hold lock of root: %w", ErrLockLost)
		}
		return fmt.Errorf("hold lock of root: %w", err)
	}
	there, err := readHolder(l.file)
	if err != nil {
		return fmt.Errorf("hold lock of root: %w", err)
	}
	if there != l.holder {
		return fmt.Errorf("hold lock of root: %w", ErrLockLost)
	}
	return nil
}

// Unlock gives the lock up. A second call does nothing.
func (l *Lock) Unlock() error {
	if l.file == nil {
		return nil
	}
	var err error
	if l.Still() == nil {
		// The text goes first: it must not name this process when another holds the lock.
		err = l.file.Truncate(0)
	}
	err = errors.Join(err, l.file.Close())
	held.Delete(l.file)
	l.file = nil
	if err != nil {
		return fmt.Errorf("unlock root: %w", err)
	}
	return nil
}

// Holder returns who holds the root's lock, and false when nobody does.
func (r *Root) Holder() (Holder, bool) {
	signed, held, err := r.LookAtLock()
	if err != nil || !held {
		return Holder{}, false
	}
	return signed, true
}

// LookAtLock returns who signed the root's lock, and whether it is held as far as this
// machine sees: some network file systems show a machine its own locks only.
func (r *Root) LookAtLock() (signed Holder, held bool, err error) {
	f, err := os.Open(r.Private("lock"))
	if err != nil {
		return Holder{}, false, fmt.Errorf("look at lock of root: %w", err)
	}
	defer f.Close()
	if held = unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB) != nil; !held {
		unix.Flock(int(f.Fd()), unix.LOCK_UN) // closing the file does so too, but later
	}
	signed, _ = readHolder(f) // nobody in particular, then
	return signed, held, nil
}

func (r *Root) lockFile() (*os.File, error) {
	name := r.Private("lock")
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock root %s: %w", r.path, err)
	}
	if err := check(name, false); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (l *Lock) sign(version, command string) error {
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	l.holder = Holder{Host: host, PID: os.Getpid(), Since: time.Now().UTC().Truncate(time.Second), Version: version, Command: command}
	text, err := json.Marshal(l.holder)
	if err != nil {
		return err
	}
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err = l.file.WriteAt(append(text, '\n'), 0)
	return errors.Join(err, l.file.Sync())
}

// readHolder returns the zero Holder when the text is not there yet.
func readHolder(f *os.File) (Holder, error) {
	text, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<16))
	if err != nil {
		return Holder{}, fmt.Errorf("read lock: %w", err)
	}
	var h Holder
	if json.Unmarshal(text, &h) != nil {
		return Holder{}, nil
	}
	return h, nil
}
