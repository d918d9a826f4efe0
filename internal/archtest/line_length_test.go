package archtest

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestLinesAreShort wants lines of at most 140 characters, of which a tab counts as one, in Go, C, TypeScript, scripts and pages. Rows of
// tables in a page, and lines with an address, may be longer.
func TestLinesAreShort(t *testing.T) {
	const most = 140
	for _, name := range files(t) {
		if !hasShortLines(name) {
			continue
		}
		for number, line := range bytes.Split(read(t, name), []byte("\n")) {
			if n := utf8.RuneCount(line); n > most && !mayBeLong(name, string(line)) {
				t.Errorf("%s:%d: %d characters, at most %d are allowed", name, number+1, n, most)
			}
		}
	}
}

func hasShortLines(name string) bool {
	if strings.Contains(name, "/testdata/") || strings.HasPrefix(name, "tools/kubernetes/keda/") || name == "docs/parameters.md" ||
		strings.HasSuffix(name, "_stubs_amd64.go") { // generated
		return false
	}
	return slices.Contains([]string{".go", ".c", ".h", ".md", ".sh", ".py", ".ts", ".tsx"}, path.Ext(name))
}

// mayBeLong reports whether a line cannot be shorter: a row of a table, or an address.
func mayBeLong(name, line string) bool {
	isRow := path.Ext(name) == ".md" && (strings.HasPrefix(line, "|") || strings.Contains(line, "│"))
	return isRow || strings.Contains(line, "https://") || strings.HasPrefix(line, "//go:generate")
}
