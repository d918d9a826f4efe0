package manifest

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"eisweep/internal/quality"
	"eisweep/sim"
	"eisweep/sweeps"
)

// State is how a task ended.
type State string

// The states of tasks in a manifest.
const (
	Done       State = "done"       // File is its result
	Failed     State = "failed"     // Class and Error say why
	Superseded State = "superseded" // another task has its name; its result was moved to File
)

// Line is one line of a manifest: one outcome. The last line of an id is the
// task's state. New fields may come; none changes its meaning.
type Line struct {
	ID         sweeps.ID      `json:"id"`
	Sweep      string         `json:"sweep"`
	Experiment sim.Experiment `json:"experiment"`
	Seed       uint32         `json:"seed"`
	Parameters sim.Values     `json:"parameters"` // what varies in the sweep, by dotted name
	State      State          `json:"state"`
	Class      string         `json:"class,omitempty"` // of a failure: numeric, invalid, storage, lost, source
	Error      string         `json:"error,omitempty"` // of a failure, in words

	Run     int `json:"run"`     // which order to execute it was, from 1
	Attempt int `json:"attempt"` // one more than the attempts at this run that were lost or failed
	// Token names the attempt, and its log: 16 hex digits. Lines of earlier versions have none.
	Token string `json:"token,omitempty"`

	File   string `json:"file,omitempty"`   // of a result, relative to the sweep's folder
	Digest string `json:"digest,omitempty"` // of what the file says, hex
	SHA256 string `json:"sha256,omitempty"` // of the file, hex
	Bytes  int64  `json:"bytes,omitempty"`  // the file's size
	// Modified is the file's modification time when its bytes had that hash: "modified", RFC
	// 3339 in UTC to the nanosecond; left out when zero, as in lines of earlier versions.
	Modified time.Time `json:"-"`

	Started  time.Time `json:"-"`       // "started", RFC 3339 in UTC to the millisecond; left out when zero
	Finished time.Time `json:"-"`       // "finished", likewise
	Seconds  float64   `json:"seconds"` // between the two
	// CPUSeconds and Steps are the CPU time of a result's computation and the number of its Euler steps; 0 in lines of earlier
	// versions, CPUSeconds also after a checkpoint.
	CPUSeconds float64 `json:"cpu_seconds,omitempty"`
	Steps      int64   `json:"steps,omitempty"`
	Host       string  `json:"host,omitempty"`
	Worker     string  `json:"worker,omitempty"`
	Version    string  `json:"version,omitempty"` // of the program that computed it

	// Quality is whether the result can be trusted; nil for failures, in lines of earlier versions, and where the result's log
	// does not say it.
	Quality *quality.Quality `json:"quality,omitempty"`

	ModelVersion int       `json:"model_version"`
	ReusedFrom   string    `json:"reused_from,omitempty"` // the sweep that it was linked from instead of computed
	Replaces     sweeps.ID `json:"replaces,omitzero"`     // the task that `rerun --set` replaced by this one
}

const timeFormat = "2006-01-02T15:04:05.000Z07:00"

type plainLine Line

// timedLine is a line with its times as text.
type timedLine struct {
	*plainLine
	Started  string `json:"started,omitempty"`
	Finished string `json:"finished,omitempty"`
	Modified string `json:"modified,omitempty"`
}

// MarshalJSON writes a line as the manifest has it.
func (l Line) MarshalJSON() ([]byte, error) {
	plain := plainLine(l)
	return json.Marshal(timedLine{&plain, timeText(l.Started, timeFormat), timeText(l.Finished, timeFormat),
		timeText(l.Modified, time.RFC3339Nano)})
}

// UnmarshalJSON reads a line. Unknown fields are ignored.
func (l *Line) UnmarshalJSON(text []byte) error {
	timed := timedLine{plainLine: (*plainLine)(l)}
	if err := json.Unmarshal(text, &timed); err != nil {
		return err
	}
	var err1, err2, err3 error
	l.Started, err1 = parseTime(timed.Started)
	l.Finished, err2 = parseTime(timed.Finished)
	l.Modified, err3 = parseTime(timed.Modified)
	return errors.Join(err1, err2, err3)
}

// check refuses lines that say nothing about a task.
func (l *Line) check() error {
	switch {
	case l.ID == (sweeps.ID{}):
		return errors.New("it has no task id")
	case l.State != Done && l.State != Failed && l.State != Superseded:
		return fmt.Errorf("its state is %q, not done, failed or superseded", l.State)
	case l.State != Failed && l.File == "":
		return fmt.Errorf("it is %s but names no file", l.State)
	case l.State != Failed && (!filepath.IsLocal(l.File) || l.File == "."), l.State == Done && l.File != filepath.Base(l.File):
		return fmt.Errorf("its file is %q, which is not in the sweep's directory", l.File)
	default:
		return nil
	}
}

func timeText(t time.Time, format string) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(format)
}

func parseTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339, text)
}
