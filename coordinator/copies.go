package coordinator

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"eisweep/internal/root"
)

// copies tells under which SHA-256 inputs/ has the outside files that launches
// named, by their paths: a sweep stays readable, and its tasks can be run again,
// when such a file has been moved or deleted since.
type copies map[string]string

func copiesFile(r *root.Root) string { return r.Private("inputs", "paths.json") }

// readCopies reads what was copied. What can't be read is no copy.
func readCopies(r *root.Root) copies {
	c := copies{}
	text, err := os.ReadFile(copiesFile(r))
	if err != nil || json.Unmarshal(text, &c) != nil {
		return copies{}
	}
	return c
}

// keepCopies adds to what was copied.
func keepCopies(r *root.Root, more copies) error {
	all := readCopies(r)
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
