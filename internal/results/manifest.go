package results

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"eisweep/internal/folder"
)

// ReadManifest yields the lines of a manifest in their order. A missing file has
// no lines; a last line without its end, which a crash left, is left out. After
// an error, which names the line, nothing more is yielded; of a line that is none
// it is a *fs.PathError that wraps ErrDamagedManifest.
func ReadManifest(path string) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err != nil {
			yield(Line{}, fmt.Errorf("read manifest: %w", err))
			return
		}
		defer f.Close()
		for line, err := range readLines(f) {
			if err != nil {
				err = &fs.PathError{Op: "read manifest", Path: path, Err: err}
			}
			if !yield(line, err) || err != nil {
				return
			}
		}
	}
}

func readLines(r io.Reader) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		number := 0
		for text, err := range texts(r) {
			number++
			var line Line
			if err == nil {
				if line, err = parseLine(text); err != nil {
					err = fmt.Errorf("line %d: %w: %w", number, ErrDamagedManifest, err)
				}
			}
			if err != nil {
				yield(Line{}, err)
				return
			}
			if !yield(line, nil) {
				return
			}
		}
	}
}

// texts yields the lines that have an end.
func texts(r io.Reader) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for in := bufio.NewReaderSize(r, 64<<10); ; {
			text, err := in.ReadBytes('\n')
			if err == io.EOF {
				return // what is left is a torn line
			}
			if !yield(text, err) || err != nil {
				return
			}
		}
	}
}

func parseLine(text []byte) (Line, error) {
	var line Line
	if err := checkLine(text); err != nil {
		return Line{}, err
	}
	if err := json.Unmarshal(text, &line); err != nil {
		return Line{}, err
	}
	return line, line.check()
}

// Manifest is a manifest that is being written. One process may have it open at
// a time (the root's lock sees to that), and one goroutine may use it.
type Manifest struct {
	file *os.File
	size int64 // of the lines that are whole
}

// OpenManifest opens a manifest for writing, making it if it is missing, and cuts
// off a torn last line. Its folder must exist.
func OpenManifest(path string) (*Manifest, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, fmt.Errorf("open manifest: %w", err)
	}
	m := &Manifest{file: f}
	if err := m.prepare(); err != nil {
		f.Close()
		return nil, fmt.Errorf("open manifest %s: %w", path, err)
	}
	return m, nil
}

func (m *Manifest) prepare() error {
	end, err := m.file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if m.size, err = wholeLines(m.file, end); err != nil {
		return err
	}
	if m.size < end {
		if err := m.file.Truncate(m.size); err != nil {
			return err
		}
		if err := m.file.Sync(); err != nil {
			return err
		}
	}
	return folder.Sync(filepath.Dir(m.file.Name()))
}

// wholeLines returns where the last line that ended ends.
func wholeLines(f io.ReaderAt, end int64) (int64, error) {
	buffer := make([]byte, 64<<10)
	for end > 0 {
		from := max(0, end-int64(len(buffer)))
		part := buffer[:end-from]
		if _, err := f.ReadAt(part, from); err != nil && err != io.EOF {
			return 0, err
		}
		if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
			return from + int64(i) + 1, nil
		}
		end = from
	}
	return 0, nil
}

// Append adds lines by one write and makes them durable. After an error none of
// them counts: the manifest is as before, or refuses further lines.
func (m *Manifest) Append(lines ...Line) error {
	text, err := encodeLines(lines)
	if err == nil && len(text) > 0 {
		err = m.write(text)
	}
	if err != nil {
		return fmt.Errorf("append to manifest %s: %w", m.file.Name(), err)
	}
	return nil
}

func (m *Manifest) write(text []byte) error {
	_, err := m.file.WriteAt(text, m.size)
	if err == nil {
		err = m.file.Sync()
	}
	if err == nil {
		m.size += int64(len(text))
		return nil
	}
	if undo := m.file.Truncate(m.size); undo != nil {
		m.file.Close() // every further Append fails
		err = errors.Join(err, undo)
	}
	return err
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

// InPlace reports whether the manifest still has its name: lines of one that was moved
// or removed are found by nobody.
func (m *Manifest) InPlace() bool {
	open, err := m.file.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(m.file.Name())
	return err == nil && os.SameFile(open, named)
}

// Close closes the manifest. What Append took is durable already.
func (m *Manifest) Close() error {
	if err := m.file.Close(); err != nil {
		return fmt.Errorf("close manifest: %w", err)
	}
	return nil
}
