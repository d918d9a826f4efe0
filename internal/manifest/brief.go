package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"time"

	"eisweep/internal/atomicfile"
	"eisweep/internal/quality"
	"eisweep/sweeps"
)

// Brief is the part of a manifest's line that an index keeps, and where the line begins and
// ends in the file.
type Brief struct {
	ID         sweeps.ID
	State      State
	Class      string
	Run        int
	File       string
	Bytes      int64
	Finished   time.Time
	Modified   time.Time       // zero in lines of earlier versions
	Verdict    quality.Verdict // of a result; 0 where its quality is unknown
	Begin, End int64
}

// briefLine is a line as far as it is read for a Brief.
type briefLine struct {
	ID       sweeps.ID `json:"id"`
	State    State     `json:"state"`
	Class    string    `json:"class"`
	Run      int       `json:"run"`
	File     string    `json:"file"`
	Bytes    int64     `json:"bytes"`
	Finished string    `json:"finished"`
	Modified string    `json:"modified"`
	Verdict  verdict   `json:"quality"`
}

// verdict is read from a Quality.
type verdict quality.Verdict

// UnmarshalJSON reads a Quality.
func (v *verdict) UnmarshalJSON(text []byte) error {
	if isSound(text) {
		*v = 0
		return nil
	}
	var q *quality.Quality
	err := json.Unmarshal(text, &q)
	*v = verdict(q.Verdict())
	return err
}

// isSound reports whether a Quality is that of a result in which nothing is wrong at all, as of most. It spares reading it.
func isSound(text []byte) bool {
	const start, stopped = `{"unsettled_trial":0,"unsettled_responses":0,"saturated":0,"silent":0,"trials":`, `"stopped_unsettled"`
	return bytes.HasPrefix(text, []byte(start)) && !bytes.Contains(text, []byte(stopped))
}

// ReadBriefs yields what the lines of a manifest say in short, from the one that
// begins at an offset. A missing file has no lines; a last line without its end is
// left out. Errors are as Read's, the line being counted from there.
func ReadBriefs(path string, from int64) iter.Seq2[Brief, error] {
	return readFile(path, from, func(r io.Reader) iter.Seq2[Brief, error] { return briefs(r, from) })
}

func briefs(r io.Reader, begin int64) iter.Seq2[Brief, error] {
	return parsed(r, func(text []byte) (Brief, error) {
		b, err := parseBrief(text)
		b.Begin, b.End = begin, begin+int64(len(text))
		begin = b.End
		return b, err
	})
}

func parseBrief(text []byte) (Brief, error) {
	isChecked, err := checkLine(text)
	if err != nil {
		return Brief{}, err
	}
	var l briefLine
	isQuick := false
	if isChecked {
		l, isQuick = quickBrief(text)
	}
	if !isQuick {
		l = briefLine{}
		if err := json.Unmarshal(text, &l); err != nil {
			return Brief{}, err
		}
	}
	if err := (&Line{ID: l.ID, State: l.State, File: l.File}).check(); err != nil {
		return Brief{}, err
	}
	finished, err1 := parseTime(l.Finished)
	modified, err2 := parseTime(l.Modified)
	if err := errors.Join(err1, err2); err != nil {
		return Brief{}, err
	}
	return Brief{ID: l.ID, State: l.State, Class: l.Class, Run: l.Run, File: l.File, Bytes: l.Bytes,
		Finished: finished, Modified: modified, Verdict: quality.Verdict(l.Verdict)}, nil
}

// ReadLine reads the line of a manifest that begins at an offset and ends at another.
func ReadLine(path string, begin, end int64) (Line, error) {
	f, err := atomicfile.Open(path)
	if err != nil {
		return Line{}, fmt.Errorf("read manifest: %w", err)
	}
	defer f.Close()
	text := make([]byte, end-begin)
	if _, err := f.ReadAt(text, begin); err != nil {
		return Line{}, &fs.PathError{Op: "read manifest", Path: path, Err: err}
	}
	line, err := parseLine(text)
	if err != nil {
		return Line{}, &fs.PathError{Op: "read manifest", Path: path, Err: fmt.Errorf("line at byte %d: %w: %w", begin, ErrDamaged, err)}
	}
	return line, nil
}
