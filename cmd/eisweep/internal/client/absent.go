package client

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/access"
	"eisweep/internal/atomicfile"
	"eisweep/internal/natsconn"
	"eisweep/internal/queue"
	"eisweep/internal/root"
)

// AbsentError says that no coordinator answers for a root.
type AbsentError struct {
	Path     string // of the root
	RootFlag string
	Flags    string      // with which another command finds the root and its NATS server
	Holder   root.Holder // of the root's lock; zero: nobody, as far as this machine sees
	LockErr  error       // why the holder is unknown; nil if it is known

	cause     error // nil: no coordinator was ever started
	otherNATS bool  // the command may have asked another NATS server than the coordinator uses
	stopped   bool  // the holder is a process on this machine, and is stopped (SIGSTOP)
	version   error // why this program cannot work with the owner, which may have ended; see CheckVersion
	elsewhere bool  // a coordinator may answer, but it works on another directory, of which this is a copy
}

// newAbsent finds out which process owns the root.
func newAbsent(e *cli.Env, r *root.Root, c *Connection, cause error) *AbsentError {
	a := &AbsentError{Path: r.Path(), RootFlag: e.RootFlag, Flags: e.Flags(), cause: cause}
	a.Holder, _, a.LockErr = r.Holder()
	a.stopped, a.version = IsStopped(a.Holder), CheckVersion(r)
	switch {
	case c.External():
		a.otherNATS = errors.Is(cause, queue.ErrNoCoordinator) || errors.Is(cause, queue.ErrNoQueue) || errors.Is(cause, natsconn.ErrUnreachable)
	case errors.Is(cause, access.ErrNoAccess):
		a.cause, a.otherNATS = nil, true
	default:
		a.otherNATS = strings.Contains(a.Holder.Command, " --nats")
	}
	return a
}

func (a *AbsentError) Error() string {
	h := a.Holder
	switch {
	case a.elsewhere:
		return a.Summary() + ": " + a.Remedy()
	case a.HasRun():
		return fmt.Sprintf("`%s` works on %s by itself (process %d on %s, since %s): wait until it ends, or stop it there and "+
			"share the work, of which nothing is lost: `eisweep coordinator%s`, workers, and `eisweep launch` continue from there",
			h.Command, a.Path, h.PID, h.Host, since(h), a.Flags)
	case a.version != nil:
		return a.version.Error()
	case a.IsStorage():
		return a.Summary()
	}
	return a.Summary() + "; " + a.Remedy()
}

// Remedy says what to do so that a coordinator answers.
func (a *AbsentError) Remedy() string {
	h := a.Holder
	host, _ := os.Hostname()
	switch {
	case a.elsewhere:
		return "give that directory; if this one was moved, start its coordinator again (eisweep coordinator" + a.Flags + "); to make a copy " +
			"a root of its own, remove its .eisweep"
	case !a.HasCoordinator() && a.IsStorage() && cli.Remedy(a.LockErr) != "":
		return cli.Remedy(a.LockErr)
	case !a.HasCoordinator():
		return "start one, here or on another machine that shares the root directory: eisweep coordinator" + a.Flags
	case a.stopped:
		return fmt.Sprintf("continue it with `kill -CONT %d`", h.PID)
	case a.otherNATS:
		return "if it uses the site's NATS server, give the same --nats or --nats-context; it may also still be starting"
	case h.Host == host:
		return fmt.Sprintf("it may still be starting: see its log; if it hangs, end it with `kill -KILL %d` and start it again, "+
			"by which nothing is lost", h.PID)
	}
	return fmt.Sprintf("check on %s whether it hangs or is still starting, and whether this machine can reach its address; "+
		"it can be ended there (`kill -KILL %d`) and started again, by which nothing is lost", h.Host, h.PID)
}

// Summary says that no coordinator answers, and why, without a remedy.
func (a *AbsentError) Summary() string {
	h := a.Holder
	because := ""
	if a.cause != nil {
		because = " (" + cli.FirstLine(a.cause.Error()) + ")"
	}
	switch {
	case a.elsewhere:
		return a.Path + " is not the directory that its coordinator works on, but a copy (cp -a, rsync), or it was moved"
	case a.HasCoordinator() && a.stopped:
		return fmt.Sprintf("no coordinator answers for %s%s, because its process is stopped by SIGSTOP: `%s` (process %d on %s, since %s)",
			a.Path, because, h.Command, h.PID, h.Host, since(h))
	case a.HasCoordinator():
		return fmt.Sprintf("no coordinator answers for %s%s, but its process exists: `%s` (process %d on %s, since %s)",
			a.Path, because, h.Command, h.PID, h.Host, since(h))
	case a.LockErr != nil && a.cause != nil:
		return fmt.Sprintf("no coordinator answers for %s%s; whether one runs is unknown (%s)", a.Path, because, cli.FirstLine(a.LockErr.Error()))
	case a.LockErr != nil:
		return fmt.Sprintf("whether a coordinator runs for %s is unknown (%s)", a.Path, cli.FirstLine(a.LockErr.Error()))
	case a.cause != nil:
		return fmt.Sprintf("no coordinator answers for %s%s", a.Path, because)
	}
	return "no coordinator runs for " + a.Path
}

// IsElsewhere reports whether the root's coordinator works on another directory, of which this is a copy.
func (a *AbsentError) IsElsewhere() bool { return a.elsewhere }

// NoteCopy notes that a command treats a copy as a root of its own.
func (a *AbsentError) NoteCopy(e *cli.Env) {
	if a.elsewhere {
		e.Notef("%s; this command works on it as on a root of its own", a.Summary())
	}
}

func since(h root.Holder) string { return h.Since.Local().Format(time.DateTime) }

// ExitCode is ExitInUse if another command owns the root, ExitStorage if the file system does not say who does, else ExitLost.
func (a *AbsentError) ExitCode() int {
	switch {
	case a.HasRun():
		return cli.ExitInUse
	case a.IsStorage():
		return cli.ExitStorage
	}
	return cli.ExitLost
}

// IsStorage reports whether the lock cannot be examined although this user may do so.
func (a *AbsentError) IsStorage() bool {
	return a.LockErr != nil && !errors.Is(a.LockErr, fs.ErrPermission)
}

// Unwrap returns why nobody answers, and why the lock's holder is unknown.
func (a *AbsentError) Unwrap() []error {
	return slices.DeleteFunc([]error{a.cause, a.LockErr}, func(err error) bool { return err == nil })
}

// HasCoordinator reports whether a coordinator holds the root, though it does not answer.
func (a *AbsentError) HasCoordinator() bool { return IsCoordinator(a.Holder) }

// HasRun reports whether a `run` or a similar command works on the root by itself.
func (a *AbsentError) HasRun() bool { return a.Holder.PID != 0 && !a.HasCoordinator() }

// HasReports reports whether the command that works on the root is one that reports the progress of sweeps.
func (a *AbsentError) HasReports() bool {
	command := a.Holder.Command + " "
	return a.HasRun() && (strings.Contains(command, " run ") || strings.Contains(command, " rerun "))
}

// IsCoordinator distinguishes a coordinator from other commands that hold a root's lock.
func IsCoordinator(h root.Holder) bool { return strings.Contains(h.Command+" ", " coordinator ") }

// OrRun returns the error of finding no coordinator; if a `run` or a similar command works on the root, one that says so.
func OrRun(e *cli.Env, r *root.Root, c *Connection, err error) error {
	if a := newAbsent(e, r, c, err); a.HasRun() {
		return a
	}
	return err
}

// IsStopped reports whether a holder is a process on this machine that a signal has stopped.
func IsStopped(h root.Holder) bool {
	host, err := os.Hostname()
	if err != nil || h.PID == 0 || h.Host != host {
		return false
	}
	stat, err := atomicfile.Read("/proc/"+strconv.Itoa(h.PID)+"/stat", 1<<12)
	if err != nil {
		return false
	}
	_, fields, _ := bytes.Cut(stat[max(0, bytes.LastIndexByte(stat, ')')):], []byte(" ")) // the name before may hold anything
	return bytes.HasPrefix(fields, []byte("T"))
}
