package shim

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// declared finds the functions that Go code exports, and what C code offers it.
var declared = regexp.MustCompile(`(?m)^func ([A-Z]\w*)|\b(h5_\w+)[(;]`)

// The decision record names every function of the shim, and no other.
func TestTheDecisionListsEveryFunction(t *testing.T) {
	record := read(t, "../../../../../docs/decisions/hdf5.md")
	_, table, _ := strings.Cut(record, "## What the shim contains")
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files (%v)", len(files), err)
	}
	known := map[string]bool{}
	for _, file := range append(files, "shim.h") {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, found := range declared.FindAllStringSubmatch(read(t, file), -1) {
			name := found[1] + found[2]
			known[name] = true
			if file != "shim.h" && found[2] != "" {
				continue // a call
			}
			if !strings.Contains(table, "`"+name+"`") {
				t.Errorf("%s of %s is missing", name, file)
			}
		}
	}
	for _, row := range strings.Split(table, "\n| `")[1:] {
		names, _, _ := strings.Cut("`"+row, " |")
		for name := range strings.SplitSeq(strings.ReplaceAll(names, "`", ""), ", ") {
			if !known[name] {
				t.Errorf("%s is listed, and the shim has no such function", name)
			}
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
