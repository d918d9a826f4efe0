package views

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/inspect"
	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/internal/atomicfile"
	"eisweep/internal/dashboard"
	"eisweep/sweeps"
)

// mostLog is how much of a log an answer has, in bytes.
const mostLog = 256 << 10

// log answers a request for the log of an attempt, from an offset, or if that is negative for its end.
func (d *Dashboard) log(id sweeps.ID, token string, offset int64) (*api.Log, error) {
	logs, err := inspect.AttemptLogs(d.Root, id)
	if err != nil {
		return nil, err
	}
	for i := len(logs) - 1; i >= 0; i-- {
		if l := &logs[i]; token == "" || token == l.Token {
			return readLog(id, l, offset)
		}
	}
	if token != "" {
		return nil, &dashboard.Refusal{Code: 404, Text: "the task has no such log"}
	}
	return &api.Log{ID: id}, nil // it has not begun, or its logs were cleaned
}

// readLog reads whole lines of a log. One that has not ended yet is left for later, unless it is longer than an answer.
func readLog(id sweeps.ID, l *inspect.AttemptLog, offset int64) (*api.Log, error) {
	out := &api.Log{ID: id, Run: l.Run, Attempt: l.Attempt, Token: l.Token}
	f, err := atomicfile.Open(l.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil // cleaned in between
	}
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	out.Bytes = info.Size()
	isEnd := offset < 0
	if isEnd {
		offset = max(0, out.Bytes+max(offset, -mostLog))
	}
	text := make([]byte, mostLog)
	n, err := f.ReadAt(text, min(offset, out.Bytes))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read log: %w", err)
	}
	text = text[:n]
	if first := bytes.IndexByte(text, '\n'); isEnd && offset > 0 && first >= 0 {
		offset, text = offset+int64(first)+1, text[first+1:]
	}
	if last := bytes.LastIndexByte(text, '\n'); last >= 0 || len(text) < mostLog {
		text = text[:last+1]
	}
	out.Offset, out.Next = offset, offset+int64(len(text))
	var shown strings.Builder
	for line := range bytes.Lines(text) {
		shown.WriteString(cli.OneLine(string(bytes.TrimRight(line, "\n"))) + "\n")
	}
	out.Text = shown.String()
	return out, nil
}
