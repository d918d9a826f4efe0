package archtest

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	jsonTag = regexp.MustCompile("json:\"([a-z_]+)")
	field   = regexp.MustCompile("`([a-z_]+)`")
)

// notFields are other words in that section: values of fields, commands, and what a log has.
var notFields = []string{
	"null",
	"run",
	"rerun",
	"launch",
	"plan",
	"watch",
	"params",
	"status",
	"show",
	"tasks",
	"logs",
	"events",
	"explain",
	"workers",
	"pause",
	"resume",
	"cancel",
	"drain",
	"slurm",
	"clean",
	"remove",
	"verify",
	"bench",
	"coordinator",
	"worker",
	"task",
	"progress",
	"summary",
	"score",
	"wait",
	"block",
	"keep",
	"link",
	"leave",
	"open",
	"paused",
	"cancelled",
	"finished",
	"folder",
	"directory",
	"superseded",
	"orphaned",
	"checkpoint",
	"log",
	"time",
	"level",
	"msg",
}

// TestJSONFieldsAreDocumentedAsTheyAre looks up the fields that docs/commands.md lists for programs in the tags of the code.
func TestJSONFieldsAreDocumentedAsTheyAre(t *testing.T) {
	tags := map[string]bool{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, m := range jsonTag.FindAllSubmatch(s.text, -1) {
			tags[string(m[1])] = true
		}
	}
	_, section, _ := strings.Cut(string(read(t, "docs/commands.md")), "## For programs")
	fields := field.FindAllStringSubmatch(section, -1)
	for _, m := range fields {
		if !tags[m[1]] && !slices.Contains(notFields, m[1]) {
			t.Errorf("docs/commands.md has the field %s, which no type has", m[1])
		}
	}
	if len(fields) < 100 {
		t.Errorf("%d fields were found; did the page's form change?", len(fields))
	}
}
