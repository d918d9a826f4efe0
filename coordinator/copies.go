package coordinator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"

	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
)

// copies tells under which SHA-256 inputs/ has the outside files that launches
// named, by their paths: a sweep stays readable, and its tasks can be run again,
// when such a file has been moved or deleted since.
type copies map[string]string

func copiesFile(r *root.Root) string { return r.Private("inputs", "paths.json") }

// readCopies reads what was copied; nothing where no launch has copied anything yet.
func readCopies(r *root.Root) (copies, error) {
	c := copies{}
	text, err := atomicfile.Read(copiesFile(r), maxText)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read which files were copied: %w", err)
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, &fs.PathError{Op: "read which files were copied", Path: copiesFile(r), Err: fmt.Errorf("%w; remove it, and launch the sweeps again that start from files outside", err)}
	}
	return c, nil
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
