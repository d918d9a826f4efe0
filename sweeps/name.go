package sweeps

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

const nameRule = "a name is a lower-case letter or digit, then up to 62 of these, _ and -"

// CheckName tells whether name can be a sweep's: [a-z0-9][a-z0-9_-]{0,62}.
func CheckName(name string) error {
	ok := len(name) >= 1 && len(name) <= 63
	for i, c := range []byte(name) {
		alphanumeric := c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		ok = ok && (alphanumeric || i > 0 && (c == '_' || c == '-'))
	}
	if !ok {
		return fmt.Errorf("%q is not a sweep's name: %s", name, nameRule)
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
		if err := CheckName(source); err != nil {
			return "", fmt.Errorf("%w; a path holds a / (./%s) or ends in .h5", err, source)
		}
		return source, nil
	}
	return absolute(source, folder)
}

// absolute resolves a path of a sweep file. One that is not UTF-8 no such file can name.
func absolute(path, folder string) (string, error) {
	if strings.ContainsRune(path, 0) || !utf8.ValidString(path) {
		return "", fmt.Errorf("%q is no path that a sweep file can name", path)
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
