package catalog

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"eisweep/internal/manifest"
	"eisweep/internal/results"
)

// FindSuperseded finds the superseded result of a line by its bytes, and returns its name relative to dir. One that is
// nowhere was removed; it gets the first name that is free.
func FindSuperseded(dir string, l *manifest.Line) (string, error) {
	for n := 1; ; n++ {
		name := SupersededName(l.ID.String(), n)
		found, err := IdentityOf(l).IsAt(filepath.Join(dir, name))
		if found || errors.Is(err, os.ErrNotExist) {
			return name, nil
		}
		if err != nil {
			return "", err
		}
	}
}

// IdentityOf tells the bytes of a line's result from others.
func IdentityOf(l *manifest.Line) results.Identity {
	return results.Identity{SHA256: l.SHA256, Bytes: l.Bytes}
}

// SupersededName is the nth name, from 1, that a superseded file with a stem may have, relative to its sweep's directory.
func SupersededName(stem string, n int) string {
	if n > 1 {
		return filepath.Join("superseded", fmt.Sprintf("%s.%d.h5", stem, n))
	}
	return filepath.Join("superseded", stem+".h5")
}
