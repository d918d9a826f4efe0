package atomicfile

import (
	"errors"
	"io/fs"
	"os"
)

// ErrDenied is wrapped, with the path, when the file system says again and again that a name is taken, and nothing has it. It does not
// wrap fs.ErrExist, after which callers try other names, or wait for whoever has this one.
var ErrDenied = errors.New("the file system says that the name is taken, but nothing has it: check or remount the file system " +
	"(see dmesg), or use a directory on another one")

// maxDenied is how often a name is tried that nothing has: another program may have had it and removed it meanwhile.
const maxDenied = 10

func denied(op, path string) error { return &fs.PathError{Op: op, Path: path, Err: ErrDenied} }

// undenied gives a name, and tries again while that is said to be taken and is not.
func undenied(op, name string, give func() error) (err error) {
	for range maxDenied {
		if err = give(); !errors.Is(err, fs.ErrExist) {
			return err
		}
		if _, e := os.Lstat(name); e == nil {
			return err
		} else if !errors.Is(e, fs.ErrNotExist) {
			return e
		}
	}
	return denied(op, name)
}
