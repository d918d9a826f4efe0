package root

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"eisweep/internal/atomicfile"
)

// Holder is who holds the lock of a root.
type Holder struct {
	Host    string    `json:"host"`
	PID     int       `json:"pid"`
	Since   time.Time `json:"since"`
	Version string    `json:"version"`
	Command string    `json:"command"` // as typed
}

// Is reports whether two descriptions are of one holding of a lock.
func (h Holder) Is(o Holder) bool {
	return h.PID == o.PID && h.Host == o.Host && h.Since.Equal(o.Since)
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
	return fmt.Sprintf("root %s is in use by `%s` (process %d on %s, since %s): wait for it to end, stop it "+
		"there, or give another root (-p)",
		e.Path, e.Holder.Command, e.Holder.PID, e.Holder.Host, e.Holder.Since.Local().Format(time.DateTime))
}

// Lock is the right to be the coordinator of a root. Its methods are safe for concurrent use.
type Lock struct {
	root     *Root
	holder   Holder // this process
	previous Holder // who had signed before

	mu     sync.Mutex
	file   *os.File // nil once it is given up
	signed bool
}

// held keeps the files of all locks: a file that nobody refers to any more would
// be closed by the garbage collector, and its lock with it.
var held sync.Map

// Lock takes the lock of the root for this process. Sign then records version and command for others. The error is an
// *InUseError when another process holds it. The lock ends with the process, whatever way it ends.
func (r *Root) Lock(version, command string) (*Lock, error) {
	return r.lock(version, command, lookTime)
}

// TryLock is Lock, but does not wait, and where another process holds the lock, it returns a lock that this process does not
// hold: only Holder, Held and Take may be called then.
func (r *Root) TryLock(version, command string) (*Lock, error) {
	l, err := r.lock(version, command, 0)
	if used := (*InUseError)(nil); errors.As(err, &used) {
		return l, nil
	}
	return l, err
}

// lock returns the lock, unheld after an *InUseError.
func (r *Root) lock(version, command string, patience time.Duration) (*Lock, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("lock root %s: %w", r.path, err)
	}
	since := time.Now().UTC().Truncate(time.Second)
	l := &Lock{root: r, holder: Holder{Host: host, PID: os.Getpid(), Since: since, Version: version, Command: command}}
	if err := l.acquire(patience); err != nil {
		return l, err
	}
	l.previous, _ = readHolder(l.file) // nobody in particular, then
	return l, nil
}

// Held reports whether this process holds the lock, as far as it knows: see Check.
func (l *Lock) Held() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file != nil
}

// Take takes the lock although another process may hold it, by replacing its file: the other's Check then says that its
// lock is lost. Only the owner of the newest epoch may do so (see package lease). A held lock stays as it is.
func (l *Lock) Take() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil {
		return nil
	}
	d, err := atomicfile.Create(l.root.Private("lock"), 0o600)
	if err != nil {
		return fmt.Errorf("take lock of root: %w", err)
	}
	if err = flock(d.File, 0); err == nil {
		err = atomicfile.Rename(d.File, d.Name(), l.root.Private("lock"))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("take lock of root: %w", err), d.Discard())
	}
	l.file = d.File
	held.Store(l.file, true)
	return nil
}

// Sign records this process in the lock's file. A process that finds another signature has lost the lock, so it signs
// only when it owns the root: where hosts don't see each other's locks, several have one. Sign also removes what a crash
// left half written.
func (l *Lock) Sign() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.signed = true
	if l.file == nil {
		return fmt.Errorf("sign lock of root: %w", os.ErrClosed)
	}
	if err := l.sign(); err != nil {
		return fmt.Errorf("sign lock of root: %w", err)
	}
	l.root.removeStale()
	return nil
}

// acquire opens the lock's file and locks it, trying for as long as patience, and signs it if the one before was signed. It starts
// over if the file was removed or replaced meanwhile: the lock of a file that has no name keeps nobody out.
func (l *Lock) acquire(patience time.Duration) error {
	for {
		f, err := l.root.lockFile()
		if err != nil {
			return err
		}
		if err := flock(f, patience); err != nil {
			defer f.Close()
			if errors.Is(err, unix.EWOULDBLOCK) {
				holder, _ := readHolder(f) // nobody in particular, then
				return &InUseError{Path: l.root.path, Holder: holder}
			}
			return fmt.Errorf("lock root %s: %w", l.root.path, err)
		}
		if named, err := atomicfile.Named(f, l.root.Private("lock")); !named {
			f.Close()
			if err != nil {
				return fmt.Errorf("lock root %s: %w", l.root.path, err)
			}
			continue
		}
		l.file = f
		held.Store(f, true)
		if !l.signed {
			return nil
		}
		if err := l.sign(); err != nil {
			return errors.Join(fmt.Errorf("lock root %s: %w", l.root.path, err), l.unlock())
		}
		return nil
	}
}

// LookAtLock holds the lock for a moment. Another process that wants it tries again for this time.
const (
	lookTime  = 500 * time.Millisecond
	lookAgain = 5 * time.Millisecond
)

func flock(f *os.File, patience time.Duration) error {
	for begun := time.Now(); ; time.Sleep(lookAgain) {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EWOULDBLOCK) || time.Since(begun) >= patience {
			return err
		}
	}
}

// ErrLockLost is wrapped when a file system forgot the lock and another took it.
var ErrLockLost = errors.New("another took the root's lock meanwhile")

// Holder is this process as Sign writes it.
func (l *Lock) Holder() Holder { return l.holder }

// Previous is who had signed the lock's file when Lock took the lock: a process that ended without Unlock. It is zero
// when there is no such process, or the file was removed since.
func (l *Lock) Previous() Holder { return l.previous }

// Check returns nil if the lock is held. A network file system drops the lock of a client that was disconnected for
// long. Check takes a lock again that no other process has taken, even if its file was removed. The error wraps
// ErrLockLost, or says why the lock cannot be checked.
func (l *Lock) Check() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.check()
}

func (l *Lock) check() error {
	if l.file == nil {
		return fmt.Errorf("hold lock of root: %w", os.ErrClosed)
	}
	switch named, err := atomicfile.Named(l.file, l.root.Private("lock")); {
	case err != nil:
		return fmt.Errorf("hold lock of root: %w", err)
	case !named:
		return l.renew()
	}
	// It is a lock of this same open file: held already, it stays.
	if err := unix.Flock(int(l.file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		if errors.Is(err, unix.EWOULDBLOCK) {
			return fmt.Errorf("hold lock of root: %w", ErrLockLost)
		}
		return fmt.Errorf("hold lock of root: %w", err)
	}
	if !l.signed {
		return nil
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

// renew takes the lock again after its file was removed. Another process that took it in between, even for a moment,
// has created the file again and may have changed the root. Then the lock is lost.
func (l *Lock) renew() error {
	if _, err := os.Lstat(l.root.Private("lock")); err == nil {
		return fmt.Errorf("hold lock of root: its file was replaced: %w", ErrLockLost)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("hold lock of root: %w", err)
	}
	old := l.file
	err := l.acquire(lookTime)
	if l.file != old { // also after an error, when the new file was closed again
		held.Delete(old)
		err = errors.Join(err, old.Close())
	}
	if used := (*InUseError)(nil); errors.As(err, &used) {
		err = ErrLockLost
	}
	if err != nil {
		return fmt.Errorf("hold lock of root: its file was removed: %w", err)
	}
	return nil
}

// Unlock gives the lock up. A second call does nothing.
func (l *Lock) Unlock() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.unlock()
}

func (l *Lock) unlock() error {
	if l.file == nil {
		return nil
	}
	var err error
	if l.signed && l.check() == nil {
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

// Holder returns who holds the root's lock, and false when nobody does. The error says why that cannot be found out; it
// wraps fs.ErrPermission where this user may not look at the lock, as members of a group that shares the root.
func (r *Root) Holder() (Holder, bool, error) {
	signed, held, err := r.LookAtLock()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Holder{}, false, nil
	case err != nil || !held:
		return Holder{}, false, err
	}
	return signed, true, nil
}

// LookAtLock returns who signed the root's lock, and whether it is held as far as this
// machine sees: some network file systems show a machine its own locks only.
func (r *Root) LookAtLock() (signed Holder, held bool, err error) {
	f, err := atomicfile.Open(r.Private("lock"))
	if err != nil {
		return Holder{}, false, fmt.Errorf("look at lock of root: %w", err)
	}
	defer f.Close()
	switch err := unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB); {
	case err == nil:
		_ = unix.Flock(int(f.Fd()), unix.LOCK_UN) // closing the file does so too, but later
	case errors.Is(err, unix.EWOULDBLOCK):
		held = true
	default:
		return Holder{}, false, fmt.Errorf("look at lock of root: %w", &fs.PathError{Op: "flock", Path: f.Name(), Err: err})
	}
	signed, _ = readHolder(f) // nobody in particular, then
	return signed, held, nil
}

func (r *Root) lockFile() (*os.File, error) {
	f, err := openTrusted(r.Private("lock"), os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, fmt.Errorf("lock root %s: %w", r.path, err)
	}
	return f, nil
}

func (l *Lock) sign() error {
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
