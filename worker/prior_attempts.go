package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"eisweep/internal/atomicfile"
	"eisweep/internal/protocol"
	"eisweep/internal/results"
	"eisweep/sim"
)

// Prober reads a file of unknown origin: results.Prober.
type Prober interface {
	Digest(ctx context.Context, path string) (results.Contents, error)
}

// adopt looks for a complete result that an earlier attempt left, and makes it this attempt's. A worker that
// was killed, or could not reach the queue, may have had no time to commit it. A file that is not a result of
// the task is left alone.
func (a *attempt) adopt(ctx context.Context, log *attemptLog) (out protocol.Outcome, found bool) {
	w, task := a.worker, a.task
	if w.Prober == nil {
		return out, false
	}
	for _, token := range slices.Backward(task.Earlier) {
		path := w.Root.Incoming(task.ID, task.Run, token)
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
			log.printf("the file that attempt %s left is not used: %v", token, err)
			continue
		}
		log.printf("result of attempt %s, %d bytes, digest %s", token, result.Bytes, result.Digest)
		out = a.outcome()
		out.SHA256, out.Digest, out.Bytes, out.Quality = result.SHA256, result.Digest, result.Bytes, result.Info.Quality
		out.Spent += a.took(token, info.ModTime())
		return out, true
	}
	return out, false
}

// link gives an earlier attempt's result this one's name, durably.
func (a *attempt) link(from string) error {
	f, err := atomicfile.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	to := a.incoming()
	if err = atomicfile.Link(f, to); atomicfile.HasNoLinks(err) {
		err = atomicfile.Rename(f, from, to)
	}
	if err == nil {
		err = atomicfile.SyncDir(filepath.Dir(to))
	}
	return err
}

// took is how long an earlier attempt ran until it had its result, by its log.
func (a *attempt) took(token string, finished time.Time) time.Duration {
	f, err := atomicfile.Open(a.worker.Root.Log(a.task.ID, a.task.Run, token))
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

// removeEarlier removes the files of earlier attempts, except their logs. The names of their unfinished files end
// in random characters, so the directories are listed for them, but only after an attempt that was not the first.
func (a *attempt) removeEarlier() {
	root := a.worker.Root
	var files []string
	for _, token := range a.task.Earlier {
		result, checkpoint := root.Incoming(a.task.ID, a.task.Run, token), root.Checkpoint(a.task.ID, token)
		files = append(files, result, checkpoint)
		a.remove(result)
		a.remove(checkpoint)
		a.remove(checkpoint + previousSuffix)
	}
	if len(files) == 0 {
		return
	}
	for _, dir := range []string{filepath.Dir(files[0]), filepath.Dir(files[1])} {
		if err := a.removeParts(dir, files); err != nil {
			a.log().Warn("files of earlier attempts cannot be looked for", "error", err)
		}
	}
}

// removeParts removes the unfinished files in a directory that were to become one of the given files.
func (a *attempt) removeParts(dir string, files []string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("list %s: %w", dir, err)
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		isPart := func(file string) bool { return strings.HasPrefix(path, file+".") && atomicfile.IsTemporary(path) }
		if slices.ContainsFunc(files, isPart) {
			a.remove(path)
		}
	}
	return nil
}
