package access

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
	"eisweep/internal/root"
)

// ErrNoAccess is wrapped when the root has no access file for the role.
var ErrNoAccess = errors.New("no coordinator has been started on this root")

// DamagedError says that an access file is none that can be used: a coordinator writes it
// anew.
type DamagedError struct {
	Path string
	Err  error
}

func (e *DamagedError) Error() string { return fmt.Sprintf("read access file %s: %v", e.Path, e.Err) }

func (e *DamagedError) Unwrap() error { return e.Err }

// maxFile bounds the size of an access file.
const maxFile = 64 << 10

// Path returns where the access file of a role lies.
func Path(r *root.Root, role protocol.Role) string { return r.Private(string(role) + ".access") }

// Read reads the access file of a role. The error wraps ErrNoAccess, root.ErrForbidden
// when this user may not read it, or root.ErrUntrusted when others could have written
// it, or is a *DamagedError, and says what to do.
func Read(r *root.Root, role protocol.Role) (*File, error) {
	path := Path(r, role)
	sharer, err := r.Owner()
	if err != nil {
		return nil, fmt.Errorf("read access file: %w", err)
	}
	data, err := readTrusted(path, unwritable, sharer)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s is missing: start `eisweep coordinator -p %s`: %w", path, r.Path(), ErrNoAccess)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("read %s: ask its owner to start the coordinator with --share-group or --share-workers: %w",
			path, root.ErrForbidden)
	case errors.As(err, new(*DamagedError)):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("read access file: %w", err)
	}
	f, err := parse(data, r.ID())
	if err != nil {
		return nil, &DamagedError{path, err}
	}
	return f, nil
}

// Options are those of a connection to the coordinator of the root. Wherever the
// coordinator is started later, the connection follows: the access file is read anew
// whenever it has to be made again. It never follows back to an earlier owner of the root. The errors are Read's.
func Options(r *root.Root, role protocol.Role) (natsconn.Options, error) {
	follow := follower{root: r, role: role}
	if _, err := follow.reach(); err != nil {
		return natsconn.Options{}, err
	}
	return natsconn.Options{RootID: r.ID(), Role: role, Reach: follow.reach}, nil
}

// follower reads the access file of a role for one connection.
type follower struct {
	root *root.Root
	role protocol.Role

	mu    sync.Mutex
	epoch uint64 // the highest that was read
}

func (w *follower) reach() (natsconn.Access, error) {
	f, err := Read(w.root, w.role)
	if err != nil {
		return natsconn.Access{}, err
	}
	a, err := f.Access()
	if err != nil {
		return a, &DamagedError{Path(w.root, w.role), err}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if f.Epoch < w.epoch {
		return natsconn.Access{}, fmt.Errorf("%s names the coordinator of epoch %d, and that of epoch %d has "+
			"owned the root since: the file arrived late, or an NFS client has an old copy; the coordinator writes it again",
			Path(w.root, w.role), f.Epoch, w.epoch)
	}
	w.epoch = f.Epoch
	return a, nil
}

// readTrusted reads a file of this user, or of the others named, that nobody else must
// be able to use as closed says. Its directory is
// listed first: over NFS a name that was missing a moment ago otherwise stays missing.
func readTrusted(path string, closed os.FileMode, others ...int) ([]byte, error) {
	if err := list(path); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ELOOP) {
		return nil, fmt.Errorf("%s is a link: remove it and restart the coordinator: %w", path, root.ErrUntrusted)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if err := trusted(path, info, closed, append(others, os.Geteuid())...); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = &DamagedError{path, errors.New("it is too large for one: restart the coordinator, which writes it anew")}
	}
	return data, err
}
