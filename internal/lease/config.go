package lease

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"time"

	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
)

// Config says which root is to be owned, and by whom.
type Config struct {
	Root *root.Root
	Lock Lock
	// Term is how long the owner may start writes after a renewal; 0 is 40 s. All other times are fractions of it. All
	// processes that may own the root must use the same value.
	Term time.Duration
	// Waiting, if not nil, is called once if the previous owner may be alive or dead, with that owner and the time
	// after which it is considered dead if it shows no sign of life.
	Waiting func(root.Holder, time.Duration)
	Log     *slog.Logger // nil: nothing is logged
	// Protocol names what other processes must use to work with the owner; see protocol.Compatibility.
	Protocol string

	store store          // nil: the root's
	now   func() instant // nil: the system's clocks
	boot  string         // "": the system's
	local bool           // the root is on a file system that only one kernel mounts at a time; set if store is nil

	directory uint64 // see record; set if store is nil
}

// Lock is the root's lock. *root.Lock is one.
type Lock interface {
	// Held reports whether this process holds the lock, as Acquire's caller does.
	Held() bool
	// Take takes the lock from a process that holds it but does not own the root any more.
	Take() error
	// Check returns nil if the lock is held. The error wraps root.ErrLockLost when another process has it.
	Check() error
	// Holder is this process.
	Holder() root.Holder
	// Previous is the process that signed the lock file before this one and has not withdrawn its signature.
	Previous() root.Holder
}

const (
	defaultTerm = 40 * time.Second
	// reads is how many reads must find an owner's counter unchanged before the owner is considered dead.
	reads = 12
)

// Times of a lease. The reads take 11 intervals, 55 s, which leaves 15 s after the end of the owner's term.
func (c *Config) renewal() time.Duration  { return c.Term / 4 }  // between two renewals
func (c *Config) interval() time.Duration { return c.Term / 8 }  // between two reads
func (c *Config) prompt() time.Duration   { return c.Term / 20 } // what a read may take
func (c *Config) poll() time.Duration     { return c.Term / 40 } // between two looks at the clocks
func (c *Config) patience() time.Duration { return (reads - 1) * c.interval() }

func (c *Config) setDefaults() error {
	if c.Term == 0 {
		c.Term = defaultTerm
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.store == nil {
		c.store = directory(c.Root.Private("owner"))
		local, err := c.Root.IsLocal()
		if err != nil {
			return err
		}
		c.local = local
		if c.directory, err = c.Root.DirectoryNumber(); err != nil {
			return err
		}
	}
	if c.now == nil {
		c.now = now
	}
	if c.boot == "" {
		boot, err := bootID(bootFile)
		if err != nil {
			return err
		}
		c.boot = boot
	}
	return nil
}

const bootFile = "/proc/sys/kernel/random/boot_id"

// bootID reads the boot id of this kernel. Where there is no /proc, it returns an id that no other process has, so no
// two processes seem to run on the same kernel.
func bootID(path string) (string, error) {
	text, err := atomicfile.Read(path, 100)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "unknown-" + rand.Text(), nil
	case err != nil:
		return "", fmt.Errorf("identify host: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// next makes the record of the owner that follows another.
func (c *Config) next(previous record, dead bool) record {
	return record{
		Epoch: previous.Epoch + 1, Holder: c.Lock.Holder(), Boot: c.boot, Local: c.local, Mark: rand.Text(), Counter: 1,
		Unfenced: !dead || previous.Unfenced, Directory: c.directory, Protocol: c.Protocol,
	}
}
