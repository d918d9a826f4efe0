package measures

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// The page has a row for each measure, in the order of All.
func TestPageListsMeasures(t *testing.T) {
	page, err := os.ReadFile("../../docs/measures.md")
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	table.WriteString("| measure | unit | definition | from |\n|---|---|---|---|\n")
	for _, m := range All() {
		from := "`" + strings.ReplaceAll(m.Source, ", ", "`, `") + "`"
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", m.Name, m.Unit, m.Definition, from)
	}
	if !strings.Contains(string(page), table.String()) {
		t.Errorf("docs/measures.md has no table\n%s", table.String())
	}
}
