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

// longLines are directories and files whose lines may still be longer. The list must only get shorter.
var longLines = []string{
	"cmd/eisweep",
	"cmd/eisweep/internal/cli",
	"cmd/eisweep/internal/daemon",
	"cmd/eisweep/internal/display",
	"cmd/eisweep/internal/inspect",
	"cmd/eisweep/internal/selection",
	"coordinator",
	"coordinator/attempts",
	"coordinator/autoscale",
	"coordinator/explain",
	"coordinator/lifecycle",
	"coordinator/window",
	"coordinator/workers",
	"docs",
	"internal/access",
	"internal/advice",
	"internal/archtest",
	"internal/control",
	"internal/e2e",
	"internal/estimate",
	"internal/hostlimits",
	"internal/lease",
	"internal/manifest",
	"internal/natsconn",
	"internal/natsserver",
	"internal/protocol",
	"internal/queue",
	"internal/results/h5",
	"internal/root",
	"internal/slurm",
	"sim",
	"sim/internal/kernel",
	"sweeps",
	"sweeps/internal/document",
	"testdata",
	"worker",
}

// TestLinesAreShort wants lines of at most 140 characters, of which a tab counts as one, in Go, C, scripts and pages. Rows of tables in a
// page, and lines with an address, may be longer.
func TestLinesAreShort(t *testing.T) {
	const most = 140
	long := map[string]int{}
	for _, name := range files(t) {
		if !hasShortLines(name) {
			continue
		}
		listed := slices.ContainsFunc(longLines, func(d string) bool { return path.Dir(name) == d || name == d })
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
		if !slices.ContainsFunc(slices.Collect(maps.Keys(long)), func(name string) bool { return path.Dir(name) == d || name == d }) {
			t.Logf("%s has no long lines any more: remove it from longLines", d)
		}
	}
}

func hasShortLines(name string) bool {
	if strings.Contains(name, "/testdata/") || strings.HasPrefix(name, "tools/kubernetes/keda/") || name == "docs/parameters.md" {
		return false
	}
	return slices.Contains([]string{".go", ".c", ".h", ".md", ".sh", ".py"}, path.Ext(name))
}

// mayBeLong reports whether a line cannot be shorter: a row of a table, or an address.
func mayBeLong(name, line string) bool {
	isRow := path.Ext(name) == ".md" && (strings.HasPrefix(line, "|") || strings.Contains(line, "│"))
	return isRow || strings.Contains(line, "https://") || strings.HasPrefix(line, "//go:generate")
}
