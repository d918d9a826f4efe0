package worker

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"eisweep/internal/atomicfile"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/root"
)

// returning is how many times Listen it may take until everybody is back who was at work
// when the queue began anew.
const returning = 4

// settled finds out whether an order has its outcome, and how long to listen for an
// earlier attempt before another; 0 is not at all. An order that the queue knows nothing
// of may be older than the queue: a coordinator on another host begins with an empty
// store, and the attempts that were at work are there all the same.
func (w *Worker) settled(d *queue.Delivery) (settled bool, listen time.Duration, err error) {
	settled, err = d.Settled(w.hard)
	if settled || err != nil || d.Redelivered() {
		return settled, w.Listen, err
	}
	n, over := w.begun(d.Task())
	if n == 0 {
		return false, 0, nil
	}
	d.Begun(n)
	settled, err = d.Settled(w.hard)
	if over || w.Alone {
		return settled, 0, err
	}
	return settled, returning * w.Listen, err
}

// begun counts the attempts at an order by their logs, and reports whether the last has
// ended.
func (w *Worker) begun(task *protocol.Task) (n int, over bool) {
	first := w.Root.Log(task.ID, task.Run, 1)
	folder, err := os.Open(filepath.Dir(first)) // else an NFS client doesn't see what others have just made
	if err == nil {
		err = folder.Close()
	}
	for err == nil {
		if _, err = os.Lstat(w.Root.Log(task.ID, task.Run, n+1)); err == nil {
			n++
		}
	}
	if !errors.Is(err, fs.ErrNotExist) {
		w.Log.Warn("earlier attempts cannot be looked for", "task", task.ID, "error", err)
	}
	if n == 0 {
		return 0, false
	}
	said, err := atomicfile.Read(w.Root.Log(task.ID, task.Run, n), root.MaxLog)
	return n, err == nil && ended.Match(said)
}

// ended is the last that a log says.
var ended = regexp.MustCompile(`(?m)^\S+ (ended: |result of )`)
