package events

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"

	"eisweep/internal/atomicfile"
)

// blockBytes is how much is read at a time.
const blockBytes = 128 << 10

// linesFromEnd returns the whole lines of a file, the last one first. A file that does not exist has none.
func linesFromEnd(name string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		file, err := atomicfile.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err != nil {
			yield(nil, fmt.Errorf("read event log: %w", err))
			return
		}
		defer file.Close()
		info, err := file.Stat()
		if err != nil {
			yield(nil, fmt.Errorf("read event log: %w", err))
			return
		}
		backward(file, min(info.Size(), 2*maxBytes), yield)
	}
}

// backward yields the whole lines before an offset, the last one first. A line that is too long for an event is yielded in part.
func backward(file io.ReaderAt, end int64, yield func([]byte, error) bool) {
	var rest []byte // the beginning of a line whose end was read, and the end
	isWhole := false
	for end > 0 {
		n := min(end, blockBytes)
		block := make([]byte, n, int(n)+len(rest))
		if _, err := file.ReadAt(block, end-n); err != nil {
			yield(nil, fmt.Errorf("read event log: %w", err))
			return
		}
		end -= n
		text := append(block, rest...)
		if !isWhole { // what follows the last line break is no whole line
			text = text[:bytes.LastIndexByte(text, '\n')+1]
			isWhole = len(text) > 0
		}
		for len(text) > 0 {
			start := bytes.LastIndexByte(text[:len(text)-1], '\n') + 1
			if start == 0 && end > 0 {
				break // the line begins in an earlier block
			}
			if !yield(text[start:], nil) {
				return
			}
			text = text[:start]
		}
		rest = text[max(0, len(text)-2*maxLine):]
	}
}
