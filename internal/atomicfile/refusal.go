package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// IsStorage reports whether an error came from a file system: with a path, two paths, the name of a call, or only its
// number.
func IsStorage(err error) bool {
	return errors.As(err, new(*fs.PathError)) || errors.As(err, new(*os.LinkError)) || errors.As(err, new(*os.SyscallError)) ||
		errors.As(err, new(syscall.Errno))
}

// IsRefused reports whether the system could not open or read a file that may exist. Nothing is then known of the file, and
// another attempt may succeed. It is false where the file is missing, or is not a regular file.
func IsRefused(err error) bool {
	return errors.As(err, new(syscall.Errno)) && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrNotRegular)
}
