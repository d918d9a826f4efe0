package results

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"eisweep/internal/atomicfile"
	"eisweep/internal/folder"
)

// ErrManifestChanged is wrapped when a manifest that is being written was moved, replaced, cut or added to by another.
var ErrManifestChanged = errors.New("another program has changed it")

// Manifest is a manifest that is being written. One process may have it open at
// a time (the root's lock sees to that), and one goroutine may use it.
type Manifest struct {
	file *os.File
	size int64 // of the lines that are whole
}

// OpenManifest opens a manifest for writing, making it if it is missing, and cuts
// off a torn last line. Its folder must exist. The error wraps atomicfile.ErrNotRegular for a link, FIFO or directory.
func OpenManifest(path string) (*Manifest, error) {
	f, err := atomicfile.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644)
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
// them counts: the manifest is as before, or refuses further lines. The error wraps ErrManifestChanged, and nothing was
// written, where another program has changed the file since this one opened it or wrote to it.
func (m *Manifest) Append(lines ...Line) error {
	text, err := encodeLines(lines)
	if err == nil && len(text) > 0 {
		if err = m.unchanged(); err == nil {
			err = m.write(text)
		}
	}
	if err != nil {
		return fmt.Errorf("append to manifest %s: %w", m.file.Name(), err)
	}
	return nil
}

// write adds text at the file's end, wherever that is by now: no line of another is overwritten.
func (m *Manifest) write(text []byte) error {
	_, err := m.file.Write(text)
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

// unchanged looks whether the file still has its name and the size that it had after the last write.
func (m *Manifest) unchanged() error {
	open, err := m.file.Stat()
	named := false
	if err == nil {
		named, err = atomicfile.Named(m.file, m.file.Name())
	}
	switch {
	case err != nil:
		return err
	case !named:
		return fmt.Errorf("%w: it was moved, removed or replaced", ErrManifestChanged)
	case open.Size() != m.size:
		return fmt.Errorf("%w: it has %d bytes and not %d", ErrManifestChanged, open.Size(), m.size)
	}
	return nil
}

// InPlace reports whether the manifest is as it was after the last line: lines of one that was moved
// or removed are found by nobody, and one that another wrote to is to be opened anew.
func (m *Manifest) InPlace() bool { return m.unchanged() == nil }

// Close closes the manifest. What Append took is durable already.
func (m *Manifest) Close() error {
	if err := m.file.Close(); err != nil {
		return fmt.Errorf("close manifest: %w", err)
	}
	return nil
}
