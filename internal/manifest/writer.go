package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"eisweep/internal/atomicfile"
)

// Writer appends to a manifest. Only one process may have a manifest open for writing
// (the root's lock ensures that), and only one goroutine may use a Writer.
type Writer struct {
	file *os.File
	size int64 // of the lines that are whole
}

// Open opens a manifest for writing, making it if it is missing, and cuts
// off a torn last line. Its directory must exist. The error wraps atomicfile.ErrNotRegular for a link, FIFO or directory.
func Open(path string) (*Writer, error) {
	f, err := atomicfile.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open manifest: %w", err)
	}
	w := &Writer{file: f}
	if err := w.prepare(); err != nil {
		f.Close()
		return nil, fmt.Errorf("open manifest %s: %w", path, err)
	}
	return w, nil
}

func (w *Writer) prepare() error {
	end, err := w.file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if w.size, err = wholeLines(w.file, end); err != nil {
		return err
	}
	if w.size < end {
		if err := w.file.Truncate(w.size); err != nil {
			return err
		}
		if err := w.file.Sync(); err != nil {
			return err
		}
	}
	return atomicfile.SyncDir(filepath.Dir(w.file.Name()))
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
// them counts: the manifest is as before, or refuses further lines. The error wraps ErrChanged, and nothing was
// written, where another program has changed the file since this one opened it or wrote to it.
func (w *Writer) Append(lines ...Line) error {
	text, err := encodeLines(lines)
	if err == nil && len(text) > 0 {
		if err = w.unchanged(); err == nil {
			err = w.write(text)
		}
	}
	if err != nil {
		return fmt.Errorf("append to manifest %s: %w", w.file.Name(), err)
	}
	return nil
}

// write adds text at the file's end, wherever that is by now: no line of another is overwritten.
func (w *Writer) write(text []byte) error {
	_, err := w.file.Write(text)
	if err == nil {
		err = w.file.Sync()
	}
	if err == nil {
		w.size += int64(len(text))
		return nil
	}
	if undo := w.file.Truncate(w.size); undo != nil {
		w.file.Close() // every further Append fails
		err = errors.Join(err, undo)
	}
	return err
}

// unchanged reports whether the file still has its name and the size that it had after the last write.
func (w *Writer) unchanged() error {
	open, err := w.file.Stat()
	named := false
	if err == nil {
		named, err = atomicfile.Named(w.file, w.file.Name())
	}
	switch {
	case err != nil:
		return err
	case !named:
		return fmt.Errorf("%w: it was moved, removed or replaced", ErrChanged)
	case open.Size() != w.size:
		return fmt.Errorf("%w: it has %d bytes and not %d", ErrChanged, open.Size(), w.size)
	}
	return nil
}

// InPlace reports whether the manifest is as it was after the last line: lines of one that was moved
// or removed are found by nobody, and one that another wrote to is to be opened anew.
func (w *Writer) InPlace() bool { return w.unchanged() == nil }

// Close closes the manifest. What Append took is durable already.
func (w *Writer) Close() error {
	if err := w.file.Close(); err != nil {
		return fmt.Errorf("close manifest: %w", err)
	}
	return nil
}
