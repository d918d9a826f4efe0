package manifest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"

	"eisweep/internal/atomicfile"
)

// Read yields the lines of a manifest in their order. A missing file has no lines; a torn last line, which a crash left,
// is left out. An error, which names the line, ends it; it is a *fs.PathError that wraps ErrDamaged for a damaged line.
func Read(path string) iter.Seq2[Line, error] { return readFile(path, 0, readLines) }

// readFile yields what read yields of a manifest from an offset, and names the file in its error, which ends it. A missing file
// has nothing.
func readFile[T any](path string, from int64, read func(io.Reader) iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		f, err := atomicfile.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err == nil {
			defer f.Close()
			_, err = f.Seek(from, io.SeekStart)
		}
		if err != nil {
			yield(none, fmt.Errorf("read manifest: %w", err))
			return
		}
		for item, err := range read(f) {
			if err != nil {
				err = &fs.PathError{Op: "read manifest", Path: path, Err: err}
			}
			if !yield(item, err) || err != nil {
				return
			}
		}
	}
}

func readLines(r io.Reader) iter.Seq2[Line, error] { return parsed(r, parseLine) }

// parsed yields what lines say, up to the first one that is damaged or cannot be read.
func parsed[T any](r io.Reader, parse func(text []byte) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		number := 0
		for text, err := range texts(r) {
			number++
			if err != nil {
				yield(none, err)
				return
			}
			line, err := parse(text)
			if err != nil {
				yield(none, fmt.Errorf("line %d: %w: %w", number, ErrDamaged, err))
				return
			}
			if !yield(line, nil) {
				return
			}
		}
	}
}

// maxLine is the length of the longest line in bytes. A line takes a kilobyte; what has no end
// for longer is none, and is not read into memory.
const maxLine = 1 << 20

// texts yields the lines that have an end, each valid until the next. One that is too long is an error.
func texts(r io.Reader) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		in := bufio.NewReaderSize(r, 64<<10)
		for number := 1; ; number++ {
			text, err := readText(in)
			if err == io.EOF {
				return // what is left is a torn line
			}
			if errors.Is(err, ErrDamaged) {
				err = fmt.Errorf("line %d: %w", number, err)
			}
			if !yield(text, err) || err != nil {
				return
			}
		}
	}
}

// readText reads up to the end of a line, and keeps no more of it than a line may have. The text is valid until the next
// read.
func readText(in *bufio.Reader) (text []byte, err error) {
	for length := 0; ; {
		part, err := in.ReadSlice('\n')
		if length == 0 && err == nil && len(part) <= maxLine {
			return part, nil
		}
		if length += len(part); length <= maxLine {
			text = append(text, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
		case err == nil && length > maxLine:
			return nil, fmt.Errorf("%w: it has %d bytes", ErrDamaged, length)
		default:
			return text, err
		}
	}
}

func parseLine(text []byte) (Line, error) {
	var line Line
	if _, err := checkLine(text); err != nil {
		return Line{}, err
	}
	if err := json.Unmarshal(text, &line); err != nil {
		return Line{}, err
	}
	return line, line.check()
}

func encodeLines(lines []Line) ([]byte, error) {
	var out []byte
	for i := range lines {
		if err := lines[i].check(); err != nil {
			return nil, fmt.Errorf("line of %s: %w", lines[i].ID, err)
		}
		object, err := json.Marshal(&lines[i])
		if err != nil {
			return nil, fmt.Errorf("line of %s: %w", lines[i].ID, err)
		}
		out = appendChecked(out, object)
	}
	return out, nil
}
