package trials

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// A block of commands that the page's own test leaves to a trial, which has what they need.
var left = regexp.MustCompile("(?ms)^<!-- not run: [^\n]*\\btrials\\b[^\n]* -->\n```sh\n(.*?)^```$")

// commandsOf are the blocks of commands in a section of docs/cluster.md that are left to trials.
func commandsOf(t testing.TB, section string) (blocks []string) {
	t.Helper()
	page, err := os.ReadFile("../docs/cluster.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(string(page), "\n## "+section+"\n")
	if !found {
		t.Fatalf("docs/cluster.md has no section %s", section)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	for _, m := range left.FindAllStringSubmatch(text, -1) {
		blocks = append(blocks, m[1])
	}
	return blocks
}
