package trials

import (
	"os"
	"strings"
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
