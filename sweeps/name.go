package sweeps

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"

	"eisweep/sim"
)

const nameRule = "a name is a lower-case letter or digit, then up to 62 of these, _ and -"

var sweepName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// IsName reports whether a text can be a sweep's name.
func IsName(text string) bool { return sweepName.MatchString(text) }

// checkName says what a sweep's name is like where this is none.
func checkName(name string) error {
	if !IsName(name) {
		return fmt.Errorf("%q is not a sweep's name: %s", sim.Excerpt(name), nameRule)
	}
	return nil
}

// isPath tells a source that is a file or folder from one that is a sweep's name.
func isPath(source string) bool {
	return strings.Contains(source, "/") || strings.HasSuffix(source, ".h5")
}

// checkSource returns a source as a sweep has it: a name, or an absolute path,
// which is relative to folder where it isn't absolute.
func checkSource(source, folder string) (string, error) {
	if !isPath(source) {
		if err := checkName(source); err != nil {
			return "", fmt.Errorf("%w; a path holds a / (./%s) or ends in .h5", err, sim.Excerpt(source))
		}
		return source, nil
	}
	return absolute(source, folder)
}

// absolute resolves a path of a sweep file. One that is not UTF-8 no such file can name.
func absolute(path, folder string) (string, error) {
	if strings.ContainsRune(path, 0) || !utf8.ValidString(path) {
		return "", fmt.Errorf("%q is no path that a sweep file can name", sim.Excerpt(path))
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(folder, path)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("resolve %s: %w", path, err)
	}
	return abs, nil
}
