package root

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrInSweep is wrapped by the errors of a new root that would lie in a sweep's directory of another root.
var ErrInSweep = errors.New("results of a sweep lie there; give its root, or another directory (-p, EISWEEP_ROOT)")

// checkNested returns an error if a directory that is no root yet is the directory of a sweep, or lies below one: most
// likely its root was meant.
func checkNested(path string) error {
	if _, err := os.Lstat(filepath.Join(path, private)); err == nil {
		return nil
	}
	for dir := path; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		above := Root{path: filepath.Dir(dir)}
		sweep := filepath.Base(dir)
		if isFile(identityFile(above.path)) && (isFile(above.SweepFile(sweep)) || isFile(above.Manifest(sweep))) {
			return fmt.Errorf("make root %s: it is in the directory of sweep %s of root %s: %w", path, sweep, above.path, ErrInSweep)
		}
	}
	return nil
}

func isFile(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode().IsRegular()
}
