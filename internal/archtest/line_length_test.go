package archtest

import (
	"bytes"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// longLines are files with quoted text that cannot be broken. The list must only get shorter.
var longLines = []string{
	"cmd/eisweep/internal/cli/printable_test.go",
	"cmd/eisweep/untrusted_text_test.go",
	"internal/hostlimits/limits_test.go",
	"internal/manifest/check_test.go",
	"internal/natsserver/accounts_test.go",
	"internal/protocol/format1_test.go",
	"internal/slurm/script.go",
	"internal/slurm/slurm_test.go",
	"sim/values_test.go",
	"testdata/agree.py",
}

// TestLinesAreShort wants lines of at most 140 characters, of which a tab counts as one, in Go, C, TypeScript, scripts and pages. Rows of
// tables in a page, and lines with an address, may be longer.
func TestLinesAreShort(t *testing.T) {
	const most = 140
	long := map[string]int{}
	for _, name := range files(t) {
		if !hasShortLines(name) {
			continue
		}
		listed := slices.ContainsFunc(longLines, func(d string) bool { return name == d })
		for number, line := range bytes.Split(read(t, name), []byte("\n")) {
			if n := utf8.RuneCount(line); n > most && !mayBeLong(name, string(line)) {
				long[name]++
				if !listed {
					t.Errorf("%s:%d: %d characters, at most %d are allowed", name, number+1, n, most)
				}
			}
		}
	}
	for _, d := range longLines {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(long)), func(name string) bool { return name == d }) {
			t.Errorf("%s has no long lines any more: remove it from longLines", d)
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
