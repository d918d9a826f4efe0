package sweeps

import (
	"fmt"
	"io/fs"
	"path/filepath"
)

// shelf is a Library of what a test puts into it.
type shelf struct {
	sweeps map[string]*Sweep
	files  map[string][]ResultFile // by absolute path
}

func (l *shelf) Sweep(name string) (*Sweep, error) {
	if s, ok := l.sweeps[name]; ok {
		return s, nil
	}
	return nil, fmt.Errorf("no sweep %s was launched: %w", name, fs.ErrNotExist)
}

func (l *shelf) Results(path string) ([]ResultFile, error) {
	if files, ok := l.files[path]; ok {
		return files, nil
	}
	return nil, fmt.Errorf("open %s: %w", filepath.Base(path), fs.ErrNotExist)
}
