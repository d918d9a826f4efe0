package hooks

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// directory holds the files of sweeps, in the private directory of the root.
const directory = "hooks"

// file is what is kept of a sweep's hooks. Only the owner of the root may read it: it has secrets.
type file struct {
	Format int           `json:"format"` // 1
	Sweep  string        `json:"sweep"`
	Armed  time.Time     `json:"armed"` // before the launch that requested the hooks
	Hooks  control.Hooks `json:"hooks"`
	// FailedBefore is how many tasks had failed before the launch and were not run again, or fewer if a rerun has repaired some.
	FailedBefore int `json:"failed_before"`
	// FiredFailure and FiredFinish say which events of the launch have become deliveries.
	FiredFailure bool        `json:"fired_failure"`
	FiredFinish  bool        `json:"fired_finish"`
	Deliveries   []*delivery `json:"deliveries"` // that are not accepted, of this launch and of earlier ones
}

// delivery is a command to run, or a webhook to send.
type delivery struct {
	ID      string           `json:"id"`
	Notice  Notice           `json:"notice"`
	Command string           `json:"command,omitempty"`
	Webhook *control.Webhook `json:"webhook,omitempty"`

	Attempts int       `json:"attempts"`           // that began
	Next     time.Time `json:"next"`               // when to try again
	Started  bool      `json:"started,omitempty"`  // of a command: it is not started again
	Error    string    `json:"error,omitempty"`    // of the last attempt
	FailedAt time.Time `json:"failed_at,omitzero"` // when the first attempt failed
	Over     bool      `json:"over,omitempty"`     // it failed and is not tried again

	busy bool // an attempt is under way
}

// undelivered counts the hooks that are still to run or to be sent.
func (f *file) undelivered() (n int) {
	for _, d := range f.Deliveries {
		if !d.Over && !d.Started {
			n++
		}
	}
	if !f.FiredFailure && f.Hooks.OnFailure != "" {
		n++
	}
	if !f.FiredFinish {
		if f.Hooks.OnFinish != "" {
			n++
		}
		n += len(f.Hooks.Webhooks)
	}
	return n
}

// isArmed reports whether an event of the launch may still come.
func (f *file) isArmed() bool {
	h := &f.Hooks
	wantsFailure, wantsFinish := h.OnFailure != "" || len(h.Webhooks) > 0, h.OnFinish != "" || len(h.Webhooks) > 0
	return wantsFailure && !f.FiredFailure || wantsFinish && !f.FiredFinish
}

// maxBytes bounds what is read of a file.
const maxBytes = 8 << 20

func pathOf(r *root.Root, sweep string) string { return r.Private(directory, sweep+".json") }

// read reads all files. unread says by sweep which ones cannot be read, or by "" that they cannot be listed.
func read(r *root.Root) (files map[string]*file, unread map[string]error) {
	files, unread = map[string]*file{}, map[string]error{}
	entries, err := os.ReadDir(r.Private(directory))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		unread[""] = err
	}
	for _, e := range entries {
		sweep, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok || !sweeps.IsName(sweep) {
			continue
		}
		if f, err := readOne(r, sweep); err == nil {
			files[sweep] = f
		} else if !errors.Is(err, fs.ErrNotExist) {
			unread[sweep] = err
		}
	}
	return files, unread
}

// readOne reads the file of a sweep. Commands that had started are over.
func readOne(r *root.Root, sweep string) (*file, error) {
	text, err := atomicfile.Read(pathOf(r, sweep), maxBytes)
	if err != nil {
		return nil, err
	}
	f := new(file)
	if err := json.Unmarshal(text, f); err != nil {
		return nil, err
	}
	if f.Format != 1 || f.Sweep != sweep {
		return nil, fmt.Errorf("%s.json has format %d and sweep %q, want 1 and %q", sweep, f.Format, f.Sweep, sweep)
	}
	for _, d := range f.Deliveries {
		if d.Started && !d.Over {
			d.fail(errInterrupted, time.Now())
			d.Over = true
		}
	}
	return f, nil
}

var errInterrupted = errors.New("the coordinator ended while the command ran; whether it succeeded is not known")

// write makes a file durable, or removes it if nothing is left in it.
func (f *file) write(r *root.Root) error {
	path := pathOf(r, f.Sweep)
	if !f.isArmed() && len(f.Deliveries) == 0 {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove hooks of sweep %s: %w", f.Sweep, err)
		}
		return nil
	}
	err := atomicfile.Mkdir(filepath.Dir(path), 0o700)
	var text []byte
	if err == nil {
		text, err = json.Marshal(f)
	}
	if err == nil {
		err = atomicfile.Write(path, append(text, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("keep hooks of sweep %s: %w", f.Sweep, err)
	}
	return nil
}

// fail notes an attempt that failed.
func (d *delivery) fail(err error, now time.Time) {
	if d.Error = err.Error(); d.FailedAt.IsZero() {
		d.FailedAt = now
	}
}
