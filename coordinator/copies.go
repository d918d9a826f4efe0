package coordinator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"

	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
)

// copies tells under which SHA-256 inputs/ has the outside files that launches
// named, by their paths: a sweep stays readable, and its tasks can be run again,
// when such a file has been moved or deleted since.
type copies map[string]string

func copiesFile(r *root.Root) string { return r.Private("inputs", "paths.json") }

// readCopies reads what was copied; nothing where no launch has copied anything yet. The error wraps an
// *fs.PathError when the list cannot be read, or is not one: to begin a new list would lose the copies of files that
// are gone.
func readCopies(r *root.Root) (copies, error) {
	text, err := atomicfile.Read(copiesFile(r), maxText)
	if errors.Is(err, fs.ErrNotExist) {
		return copies{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read which files were copied: %w", err)
	}
	var c copies
	if err = json.Unmarshal(text, &c); err == nil {
		err = c.check()
	}
	if err != nil {
		return nil, &fs.PathError{Op: "read which files were copied", Path: copiesFile(r), Err: fmt.Errorf("it is damaged: %w; %s", err, copiesRemedy)}
	}
	return c, nil
}

const copiesRemedy = "restore it from a backup, or remove it and launch the sweeps that start from outside files again"

var isSum = regexp.MustCompile("^[0-9a-f]{64}$").MatchString

// check says what can't be in a list.
func (c copies) check() error {
	if c == nil {
		return errors.New("it has no list")
	}
	for path, sum := range c {
		if !filepath.IsAbs(path) || !isSum(sum) {
			return fmt.Errorf("it has no path with its SHA-256 in %q: %q", path, sum)
		}
	}
	return nil
}

// keepCopies adds to what was copied.
func keepCopies(r *root.Root, more copies) error {
	all, err := readCopies(r)
	if err != nil {
		return err
	}
	before := maps.Clone(all)
	maps.Copy(all, more)
	if maps.Equal(all, before) {
		return nil
	}
	text, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		return fmt.Errorf("note copied files: %w", err)
	}
	if err := writeFile(copiesFile(r), append(text, '\n')); err != nil {
		return fmt.Errorf("note copied files: %w", err)
	}
	return nil
}

// within lists the paths that were copied and are path or lie in the folder path.
func (c copies) within(path string) []string {
	var out []string
	for known := range c {
		if known == path || filepath.Dir(known) == path {
			out = append(out, known)
		}
	}
	slices.Sort(out)
	return out
}
