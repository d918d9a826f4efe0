// Package advice suggests remedies for errors of the operating system.
//
// It guarantees that a remedy fits its cause: too many open files never lead to the advice to
// make room on the disk. It knows error numbers, but not the operation that failed.
//
// Start reading at For.
package advice

import (
	"errors"
	"strings"
	"syscall"
)

// known are the remedies by error number. Where one number's text contains another's, the longer
// text comes first.
var known = []struct {
	number syscall.Errno
	advice string
}{
	{syscall.ENOSPC, "the disk is full, or has no room for more files (df, df -i): make room on it"},
	{syscall.EDQUOT, "your quota on this file system is used up: remove some of your files, or ask for more"},
	{syscall.EFBIG, "the file would be larger than allowed: raise the limit of this process (ulimit -f), or " +
		"use a file system for larger files"},
	{syscall.ENFILE, "this machine has too many open files: end programs that hold them, or raise fs.file-max"},
	{syscall.EMFILE, "this process has too many open files: raise its limit (ulimit -n, LimitNOFILE= of systemd)"},
	{syscall.ENOMEM, "this machine or this process has no memory left: end other programs, or raise the limit"},
	{syscall.EACCES, "this user lacks permission: change the owner or permissions of the file or directory " +
		"(ls -ld shows them), or use a directory that you can write to"},
	{syscall.EPERM, "this user lacks permission, or the file is protected: change its owner, permissions (ls -ld) or attributes (lsattr)"},
	{syscall.EROFS, "the file system is mounted read-only, on purpose or after an error (see dmesg): mount it " +
		"for writing, or use another directory"},
	{syscall.ESTALE, "the file server no longer has the directory, or was restarted: mount it again"},
	{syscall.EIO, "a device or a file server failed (see dmesg): repair or replace it, then run `eisweep verify`"},
	{syscall.ENXIO, "the device is gone: connect and mount it again"},
	{syscall.ENODEV, "the device is gone: connect and mount it again"},
	{syscall.ETIMEDOUT, "a file server does not answer: wait for it, or mount it again"},
	{syscall.EHOSTDOWN, "a file server does not answer: wait for it, or mount it again"},
	{syscall.EHOSTUNREACH, "a file server cannot be reached: check the network, or mount it again"},
	{syscall.ENETUNREACH, "a file server cannot be reached: check the network, or mount it again"},
	{syscall.ENOLCK, "the file system does not support locks: mount it with locks (NFS: without nolock, with " +
		"its lock service), or use another directory"},
	{syscall.ENOSYS, "this system lacks the call, or a sandbox forbids it: allow it, or use a directory on another file system"},
	{syscall.ENOTSUP, "the file system does not support this: use a directory on another one"},
	{syscall.EXDEV, "the two directories are on different file systems: put them on the same one"},
	{syscall.ENOENT, "it was removed, moved or renamed: put it back, or name the right one (-p, EISWEEP_ROOT)"},
	{syscall.ENOTDIR, "a file is in the place of a directory: move it out of the way, or name the right directory (-p, EISWEEP_ROOT)"},
	{syscall.EISDIR, "a directory is in the place of a file: move it out of the way"},
	{syscall.EEXIST, "something else has the name: move it out of the way"},
	{syscall.ENOTEMPTY, "the directory is not empty: move what is in it out of the way"},
	{syscall.ELOOP, "symbolic links form a loop, or a link is where none is allowed: put the file or directory itself there"},
	{syscall.ENAMETOOLONG, "the path is too long for the file system: use a directory with a shorter path"},
	{syscall.EMLINK, "the file has as many hard links as its file system allows: remove some"},
	{syscall.EBUSY, "another program or a mount uses it: end that program or unmount it, then try again"},
	{syscall.ETXTBSY, "the program file is in use: end the processes that run it, then try again"},
	{syscall.EPIPE, "the program that read the output has ended: run it again, or write to a file"},
	{syscall.EAGAIN, "the system was short of a resource: try again, with fewer processes (ulimit -u)"},
	{syscall.EINTR, "a signal interrupted the call: try again"},
	{syscall.EINVAL, "the file system rejected the operation: use a directory on another one"},
}

// For returns the remedy for an error, or "" if it has no cause that is known here. Errors that
// arrived as text from another process are recognised by their text.
func For(err error) string {
	if err == nil {
		return ""
	}
	var number syscall.Errno
	if errors.As(err, &number) {
		return of(number)
	}
	text := err.Error()
	for _, k := range known {
		if strings.Contains(text, k.number.Error()) {
			return k.advice
		}
	}
	return ""
}

func of(number syscall.Errno) string {
	for _, k := range known {
		if k.number == number {
			return k.advice
		}
	}
	return "repair the cause of \"" + number.Error() + "\""
}
