package root

import (
	"fmt"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// networkFileSystems are the types (statfs(2)) of file systems whose locks and
// syncs a message store must not rely on.
var networkFileSystems = map[uint32]string{
	0x6969:     "NFS",
	0x517b:     "SMB",
	0xfe534d42: "SMB2",
	0xff534d42: "CIFS",
	0x0bd00bd0: "Lustre",
	0x47504653: "GPFS",
	0x19830326: "BeeGFS",
	0x00c36400: "Ceph",
	0x5346414f: "AFS",
	0x6b414653: "kAFS",
	0x01021997: "9p",
	0xaad7aaea: "Panasas",
	0x65735546: "FUSE",
}

// localFileSystems are the types of file systems on a disk that only one kernel can mount at a time.
var localFileSystems = map[uint32]bool{
	0xef53:     true, // ext2, ext3, ext4
	0x58465342: true, // XFS
	0x9123683e: true, // Btrfs
	0xf2f52010: true, // F2FS
	0x2fc12fc1: true, // ZFS
	0xca451a4e: true, // bcachefs
}

// IsLocal reports whether this host has the root on a file system that only one kernel can mount at a time. Other
// hosts may still reach it through this one, by NFS for example.
func (r *Root) IsLocal() (bool, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(r.Private(), &stat); err != nil {
		return false, fmt.Errorf("look at file system of %s: %w", r.Private(), err)
	}
	return localFileSystems[uint32(stat.Type)], nil
}

// Store returns the directory of the embedded server's store: in the root, or under
// stateHome (XDG_STATE_HOME or its default) where the root lies on a
// network file system. Its contents are disposable.
func (r *Root) Store(stateHome string) (string, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(r.path, &stat); err != nil {
		return "", fmt.Errorf("look at file system of %s: %w", r.path, err)
	}
	return storeOn(r, int64(stat.Type), stateHome)
}

// storeOn is Store for a root on a file system of that type.
func storeOn(r *Root, fileSystem int64, stateHome string) (string, error) {
	kind, network := networkFileSystems[uint32(fileSystem)]
	if !network {
		return r.Private("store"), nil
	}
	if !filepath.IsAbs(stateHome) {
		return "", fmt.Errorf("root %s lies on %s, where the queue cannot: set XDG_STATE_HOME to the absolute "+
			"path of a directory on a local disk", r.path, kind)
	}
	return filepath.Join(stateHome, "eisweep", r.id), nil
}
