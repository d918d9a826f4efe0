package sweeps

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"

	"eisweep/sim"
)

const nameRule = "a name starts with a lower-case letter or digit, followed by up to 62 of these, _ and -"

var sweepName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// IsName reports whether a text can be a sweep's name.
func IsName(text string) bool { return sweepName.MatchString(text) }

// checkName returns an error with the rule for names if this is not one.
func checkName(name string) error {
	if !IsName(name) {
		return fmt.Errorf("%q is not a valid sweep name: %s", sim.Excerpt(name), nameRule)
	}
	return nil
}

// isPath distinguishes a source that is a file or directory from the name of a sweep.
func isPath(source string) bool {
	return strings.Contains(source, "/") || strings.HasSuffix(source, ".h5")
}

// checkSource returns a source as a sweep stores it: a name, or an absolute path. A relative
// path is relative to dir.
func checkSource(source, dir string) (string, error) {
	if !isPath(source) {
		if err := checkName(source); err != nil {
			return "", fmt.Errorf("%w; a path contains a / (./%s) or ends in .h5", err, sim.Excerpt(source))
		}
		return source, nil
	}
	return absolute(source, dir)
}

// absolute resolves a path of a sweep file. A path that is not UTF-8 is an error.
func absolute(path, dir string) (string, error) {
	if strings.ContainsRune(path, 0) || !utf8.ValidString(path) {
		return "", fmt.Errorf("%q is not a path that a sweep file can contain", sim.Excerpt(path))
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("resolve %s: %w", path, err)
	}
	return abs, nil
}
