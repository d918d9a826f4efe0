package pack

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"eisweep/internal/manifest"
	"eisweep/sweeps"
)

// The names of a sweep's files beside its results.
const (
	manifestName = "manifest.jsonl"
	launchName   = "sweep.toml"
)

// ErrNoResults is wrapped by the error of a sweep without results.
var ErrNoResults = errors.New("there is nothing to pack")

// Sweep is a sweep that is to be packed.
type Sweep struct {
	Name  string
	dir   string
	lines []span // of the manifest
	files []manifest.Line
}

// span is where a line of a manifest is.
type span struct{ begin, end int64 }

// Results is the number of its results.
func (s *Sweep) Results() int { return len(s.files) }

// NewSweep reads the manifest in a sweep's directory and selects the tasks for which wanted is true. It leaves out lines of results
// that were superseded. The error wraps ErrNoResults if none of these tasks has a result.
func NewSweep(name, dir string, wanted func(sweeps.ID) bool) (*Sweep, error) {
	s := &Sweep{Name: name, dir: dir}
	path := filepath.Join(dir, manifestName)
	last := map[sweeps.ID]manifest.Brief{}
	for b, err := range manifest.ReadBriefs(path, 0) {
		if err != nil {
			return nil, err
		}
		last[b.ID] = b
	}
	for b, err := range manifest.ReadBriefs(path, 0) {
		if err != nil {
			return nil, err
		}
		isLast := last[b.ID].Begin == b.Begin
		if !wanted(b.ID) || last[b.ID].State == manifest.Superseded || !isLast && b.State != manifest.Failed {
			continue
		}
		s.lines = append(s.lines, span{b.Begin, b.End})
		if b.State != manifest.Done {
			continue
		}
		line, err := manifest.ReadLine(path, b.Begin, b.End)
		if err != nil {
			return nil, err
		}
		s.files = append(s.files, line)
	}
	if len(s.files) == 0 {
		return nil, fmt.Errorf("%s has no results: %w", dir, ErrNoResults)
	}
	slices.SortFunc(s.files, func(a, b manifest.Line) int { return strings.Compare(a.File, b.File) })
	for i, l := range s.files {
		if !isResultName(l.File) || i > 0 && s.files[i-1].File == l.File {
			return nil, &fs.PathError{Op: "pack", Path: path, Err: fmt.Errorf("%q is the file of two results, or not the name of a result", l.File)}
		}
	}
	return s, nil
}

// size is the number of bytes of the packed lines of the manifest.
func (s *Sweep) size() int64 {
	var n int64
	for _, l := range s.lines {
		n += l.end - l.begin
	}
	return n
}

// finished is when its last result was.
func (s *Sweep) finished() time.Time {
	var last time.Time
	for i := range s.files {
		if t := s.files[i].Finished; t.After(last) {
			last = t
		}
	}
	return last
}

// modified is the modification time that a result has in a pack: that at which its bytes had the line's SHA-256. Commands then
// need not hash it again.
func modified(l *manifest.Line) time.Time {
	if l.Modified.IsZero() {
		return l.Finished
	}
	return l.Modified
}

// isResultName reports whether a result can have a name in a sweep's directory.
func isResultName(name string) bool {
	return strings.HasSuffix(name, ".h5") && len(name) <= 255 && name[0] != '.' && !strings.ContainsAny(name, `/\`) &&
		utf8.ValidString(name) && !strings.ContainsFunc(name, unicode.IsControl)
}

// exists reports whether a path names something.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
