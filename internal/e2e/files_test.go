package e2e

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

// write writes a file of a text in which names are replaced: old, new, old, new.
func write(t testing.TB, path, text string, replacements ...string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(strings.NewReplacer(replacements...).Replace(text)), 0o755); err != nil {
		t.Fatal(err)
	}
}

func linesOf(text string) []string { return strings.Split(strings.TrimRight(text, "\n"), "\n") }

// ownerOf is the number of the user that a file belongs to.
func ownerOf(info os.FileInfo) int {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(s.Uid)
	}
	return -1
}
