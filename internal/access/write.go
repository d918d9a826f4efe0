package access

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"slices"
	"strconv"

	"eisweep/internal/atomicfile"
	"eisweep/internal/protocol"
	"eisweep/internal/root"
)

// Share says who else than the coordinator's user may read access files.
type Share struct {
	Group   string // name or number of a group; "" shares with nobody
	Workers bool   // worker.access too, else client.access alone
}

// private is the group of files that no group may read.
const private = -1

// WriteFiles leaves the access files in the root, in place of those before: each is
// the old or the new one at any time. urls say where the server is reached.
func (a *Authority) WriteFiles(r *root.Root, urls []string, share Share) error {
	group, err := share.group()
	if err != nil {
		return fmt.Errorf("write access files: %w", err)
	}
	if group == private {
		err = r.Unshare()
	} else {
		err = r.ShareWith(group, share.Workers)
	}
	if err != nil {
		return fmt.Errorf("write access files: %w", err)
	}
	directory, err := r.DirectoryNumber()
	if err != nil {
		return fmt.Errorf("write access files: %w", err)
	}
	for _, role := range []protocol.Role{protocol.Worker, protocol.Client} {
		data, err := File{Format: format, Root: a.root, URLs: urls, CA: a.secrets.CA, Seed: a.secrets.Seeds[role], Epoch: a.epoch,
			Directory: directory}.encode()
		if err != nil {
			return fmt.Errorf("write access files: %w", err)
		}
		readers := group
		if role == protocol.Worker && !share.Workers {
			readers = private
		}
		if err := write(Path(r, role), data, readers); err != nil {
			return fmt.Errorf("write access files: %w", err)
		}
	}
	return nil
}

// IsOutdated reports whether an access file of the root is an earlier owner's: it was cut off while it wrote the file, which
// arrived late.
func (a *Authority) IsOutdated(r *root.Root) bool {
	for _, role := range []protocol.Role{protocol.Worker, protocol.Client} {
		if f, err := Read(r, role); err == nil && f.Epoch < a.epoch {
			return true
		}
	}
	return false
}

// RemoveFiles takes the access files away. Those that aren't there are no error.
func RemoveFiles(r *root.Root) error {
	var failed []error
	for _, role := range []protocol.Role{protocol.Worker, protocol.Client} {
		if err := os.Remove(Path(r, role)); err != nil && !errors.Is(err, os.ErrNotExist) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// Check returns an error when the group is none of this machine's.
func (s Share) Check() error {
	_, err := s.group()
	return err
}

func (s Share) group() (int, error) {
	if s.Group == "" {
		if s.Workers {
			return 0, errors.New("workers can be shared with a group only: name one")
		}
		return private, nil
	}
	n, err := strconv.Atoi(s.Group)
	if err != nil || n < 0 {
		g, err := user.LookupGroup(s.Group)
		if err != nil {
			return 0, fmt.Errorf("group %q: %w", s.Group, err)
		}
		if n, err = strconv.Atoi(g.Gid); err != nil {
			return 0, err
		}
	}
	own, err := os.Getgroups()
	if err != nil {
		return 0, fmt.Errorf("list groups: %w", err)
	}
	return n, s.allowed(n, os.Geteuid(), append(own, os.Getegid()))
}

// allowed says whether a user in these groups can give files to a group: its members can,
// and root can give them to any group.
func (s Share) allowed(n, who int, own []int) error {
	if slices.Contains(own, n) {
		return nil
	}
	if who != 0 {
		return fmt.Errorf("group %q: you are not a member of it, and so can give nothing to it (`id -Gn` lists your groups)", s.Group)
	}
	var unknown user.UnknownGroupIdError
	if _, err := user.LookupGroupId(strconv.Itoa(n)); errors.As(err, &unknown) {
		return fmt.Errorf("group %q: there is none of this number", s.Group)
	}
	return nil // nobody knows where a container has no list of groups
}

// write puts a file in place of another, whole and on the disk, readable by its owner
// and the group.
func write(path string, data []byte, group int) error {
	f, err := atomicfile.Create(path, 0o600)
	if err != nil {
		return err
	}
	if group != private {
		err = errors.Join(f.Chown(-1, group), f.Chmod(0o640))
	}
	if err == nil {
		_, err = f.Write(data)
	}
	if err != nil {
		return errors.Join(err, f.Discard())
	}
	return f.Commit()
}
