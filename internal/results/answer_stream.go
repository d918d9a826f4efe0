package results

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxAnswerLine is how long a line of JSON may be that a child answers with.
const maxAnswerLine = 1 << 20

// answerStream splits what a child writes into answers: each is a line of JSON and as many bytes as it announces.
type answerStream struct {
	limit    int // of those bytes
	answered func(line, text []byte) error
	err      error // why the child's answers are no longer accepted

	line, text []byte // of the answer that is arriving
	missing    int    // bytes of text; meaningful when line ends
}

// Write implements io.Writer.
func (s *answerStream) Write(p []byte) (int, error) {
	for rest := p; s.err == nil; {
		if !bytes.HasSuffix(s.line, []byte("\n")) {
			if rest = s.takeLine(rest); s.err != nil || !bytes.HasSuffix(s.line, []byte("\n")) {
				break
			}
		}
		n := min(s.missing, len(rest))
		s.text, rest, s.missing = append(s.text, rest[:n]...), rest[n:], s.missing-n
		if s.missing > 0 {
			break
		}
		line, text := s.line, s.text
		s.line, s.text = nil, nil
		s.err = s.answered(line, text)
	}
	if s.err != nil {
		return 0, s.err
	}
	return len(p), nil
}

// takeLine moves text up to the end of the line, and returns the rest.
func (s *answerStream) takeLine(text []byte) []byte {
	n := bytes.IndexByte(text, '\n') + 1
	complete := n > 0
	if !complete {
		n = len(text)
	}
	if s.line = append(s.line, text[:n]...); len(s.line) > maxAnswerLine {
		s.err = fmt.Errorf("a line of its answer has more than %d bytes", maxAnswerLine)
	}
	if complete && s.err == nil {
		var announced struct{ Bytes int }
		s.err = json.Unmarshal(s.line, &announced)
		if s.missing = announced.Bytes; s.err == nil && (s.missing < 0 || s.missing > s.limit) {
			s.err = fmt.Errorf("its answer has %d bytes, and at most %d are accepted", s.missing, s.limit)
		} else if s.missing > 0 {
			s.text = make([]byte, 0, s.missing)
		}
	}
	return text[n:]
}

// writeAnswer writes what an answerStream splits.
func writeAnswer(w io.Writer, p *probeAnswer, text []byte) error {
	p.Bytes = len(text)
	err := json.NewEncoder(w).Encode(p)
	if len(text) > 0 {
		_, err2 := w.Write(text)
		err = errors.Join(err, err2)
	}
	return err
}
