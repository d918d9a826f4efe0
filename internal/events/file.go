package events

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
)

// maxBytes bounds each of the two files, in bytes; a full one replaces the older one. maxLine bounds a line.
const (
	maxBytes = 16 << 20
	maxLine  = 16 << 10
)

// path is the file that is written, and earlierPath the full one before it.
func path(r *root.Root) string        { return r.Private("events.jsonl") }
func earlierPath(r *root.Root) string { return r.Private("events.1.jsonl") }

// file is the log's file of the owner. It is opened for each write, so that readers on other hosts of a network file system see what
// was written, and a file that somebody removed is made again.
type file struct {
	root *root.Root
	max  int64
	torn bool // the file's last line may lack its end
}

// reserved is how many bytes beyond its end the file has blocks for, where the file system can do that: a full disk is an event too.
const reserved = 64 << 10

// reserve makes the file, and reserves blocks for it. Without them, events wait for space.
func (f *file) reserve() error {
	out, size, err := f.open(0)
	if err != nil {
		return fmt.Errorf("open event log: %w", err)
	}
	_ = unix.Fallocate(int(out.Fd()), unix.FALLOC_FL_KEEP_SIZE, size, reserved)
	if err := out.Close(); err != nil {
		return fmt.Errorf("open event log: %w", err)
	}
	return nil
}

// append appends lines, durably. After an error none of them counts.
func (f *file) append(text []byte) (err error) {
	out, size, err := f.open(int64(len(text)))
	if err != nil {
		return fmt.Errorf("write event log: %w", err)
	}
	defer func() {
		if err = errors.Join(err, out.Close()); err != nil {
			err = fmt.Errorf("write event log: %w", err)
		}
	}()
	if f.torn {
		text = append([]byte{'\n'}, text...)
	}
	if _, err = out.Write(text); err == nil {
		err = out.Sync()
	}
	if err != nil {
		f.torn = out.Truncate(size) != nil || f.torn
		return err
	}
	f.torn = false
	_ = unix.Fallocate(int(out.Fd()), unix.FALLOC_FL_KEEP_SIZE, size+int64(len(text)), reserved)
	return nil
}

// open opens the file to append so many bytes, and returns its size. A full one becomes the earlier one.
func (f *file) open(more int64) (out *os.File, size int64, err error) {
	for {
		if out, err = atomicfile.OpenFile(path(f.root), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600); err != nil {
			return nil, 0, err
		}
		var is os.FileInfo
		if err = root.ShareAlike(out); err == nil {
			is, err = out.Stat()
		}
		if err == nil && (is.Size() == 0 || is.Size()+more <= f.max) {
			return out, is.Size(), nil
		}
		if err == nil {
			err = atomicfile.Rename(out, path(f.root), earlierPath(f.root))
		}
		if err = errors.Join(err, out.Close()); err != nil {
			return nil, 0, err
		}
		f.torn = false
	}
}

// fence gives the file a new inode, with its whole lines: what an earlier owner still writes does not arrive in it.
func (f *file) fence(text []byte) error {
	if err := atomicfile.Write(path(f.root), wholeLines(text), 0o600); err != nil {
		return fmt.Errorf("copy event log: %w", err)
	}
	return nil
}

// readFile reads a file. A test has it fail.
var readFile = atomicfile.Read

// read reads one of the files; a missing one has no lines.
func read(path string) ([]byte, error) {
	text, err := readFile(path, 2*maxBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read event log: %w", err)
	}
	return text, nil
}

// maxSeq is above the numbers that events get. One of damage or malice could not be followed by another.
const maxSeq = 1 << 60

// parse reads a line. It returns false for one that was cut short, or that somebody else has written.
func parse(line []byte) (e Event, ok bool) {
	if len(line) > maxLine || json.Unmarshal(line, &e) != nil || e.Seq == 0 || e.Seq >= maxSeq || e.Kind == "" {
		return Event{}, false
	}
	return e, true
}
