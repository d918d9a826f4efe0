package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"eisweep/internal/atomicfile"
	"eisweep/internal/folder"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/results"
	"eisweep/sim"
)

// Prober reads a file of unknown origin: results.Prober.
type Prober interface {
	Digest(ctx context.Context, path string) (results.Found, error)
}

// takeOver looks for a complete result that an earlier attempt at the order left, and makes it
// this attempt's: a worker that was killed, or couldn't reach the queue, may have had no time to
// commit it. A file that is no result of the task is left alone.
func (a *attempt) takeOver(ctx context.Context, log *attemptLog) (out protocol.Outcome, found bool) {
	w, task := a.worker, a.delivery.Task()
	if w.Prober == nil {
		return out, false
	}
	for n := a.number; n >= 1; n-- {
		path := w.Root.Incoming(task.ID, task.Run, n)
		info, err := os.Lstat(path)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		result, err := w.Prober.Digest(ctx, path)
		if err == nil && (result.Info.ID != task.ID || result.Info.ModelVersion != sim.ModelVersion) {
			err = errors.New("it is another task's")
		}
		if err == nil {
			err = a.link(path)
		}
		if err != nil {
			log.say("the file that attempt %d left is not used: %v", n, err)
			continue
		}
		log.say("result of attempt %d, %d bytes, digest %s", n, result.Bytes, result.Digest)
		out = a.outcome()
		out.SHA256, out.Digest, out.Bytes = result.SHA256, result.Digest, result.Bytes
		out.Spent += a.took(n, info.ModTime())
		return out, true
	}
	return out, false
}

// link gives an earlier attempt's result this one's name, durably.
func (a *attempt) link(from string) error {
	to := a.incoming()
	if from == to {
		return nil
	}
	f, err := atomicfile.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	if err = removeFile(to); err == nil {
		if err = atomicfile.Link(f, to); atomicfile.HasNoLinks(err) {
			err = atomicfile.Rename(f, from, to)
		}
	}
	if err == nil {
		err = folder.Sync(filepath.Dir(to))
	}
	return err
}

// took is how long an earlier attempt ran until it had its result, by its log.
func (a *attempt) took(n int, finished time.Time) time.Duration {
	task := a.delivery.Task()
	f, err := atomicfile.Open(a.worker.Root.Log(task.ID, task.Run, n))
	if err != nil {
		return 0
	}
	defer f.Close()
	head := make([]byte, 64)
	read, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return 0
	}
	word, _, _ := bytes.Cut(head[:read], []byte(" "))
	started, err := time.Parse(time.RFC3339, string(word))
	if err != nil {
		return 0
	}
	return max(0, finished.Sub(started))
}

// isFinished reports whether one of the attempts at an order may have left a complete result.
func (w *Worker) isFinished(task *protocol.Task, attempts int) bool {
	for n := 1; n <= attempts && w.Prober != nil; n++ {
		if _, err := os.Lstat(w.Root.Incoming(task.ID, task.Run, n)); err == nil {
			return true
		}
	}
	return false
}

// removeEarlier removes what attempts at an order before the next one left in incoming: results,
// parts of them, spools. Nothing comes of them once the order is settled. Only a result of
// an attempt that the queue doesn't know stays: it may be committed in an earlier store.
func (w *Worker) removeEarlier(d *queue.Delivery, next int) error {
	if next == 1 {
		return nil
	}
	task := d.Task()
	stem := strings.TrimSuffix(w.Root.Incoming(task.ID, task.Run, next), fmt.Sprintf("%d.h5", next))
	names, err := filepath.Glob(folder.Literal(stem) + "*")
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range names {
		number, _, _ := strings.Cut(strings.TrimPrefix(name, stem), ".")
		n, err := strconv.Atoi(number)
		if err != nil || n >= next || n <= d.Unknown() && !strings.HasSuffix(name, ".part") {
			continue
		}
		errs = append(errs, removeFile(name))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("remove earlier attempts' files: %w", err)
	}
	return nil
}
