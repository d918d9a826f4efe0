package archtest

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var link = regexp.MustCompile(`\]\(([^)\s]+)\)|<img[^>]* src="([^"]+)"`)

func TestLinksLeadSomewhere(t *testing.T) {
	seen := 0
	for _, name := range files(t) {
		if path.Ext(name) != ".md" {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(string(read(t, name)), -1) {
			target := m[1] + m[2]
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			seen++
			follow(t, name, target)
		}
	}
	if seen == 0 {
		t.Error("no links found in any page")
	}
}

// follow checks that a link's file exists, and its heading if it names one.
func follow(t *testing.T, from, target string) {
	t.Helper()
	file, heading, _ := strings.Cut(target, "#")
	to := from
	if file != "" {
		to = path.Join(path.Dir(from), file)
	}
	arrive(t, from, target, to, heading)
}

// arrive checks that a page exists, and its heading if one is named.
func arrive(t *testing.T, from, target, to, heading string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(top, filepath.FromSlash(to))); err != nil {
		t.Errorf("%s refers to %s, which is not there", from, target)
		return
	}
	if heading != "" && !hasHeading(string(read(t, to)), heading) {
		t.Errorf("%s refers to %s; %s has no such heading", from, target, to)
	}
}

var notInAnchor = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)

// hasHeading makes anchors as Markdown viewers do: lower case, punctuation out, spaces to dashes.
func hasHeading(text, anchor string) bool {
	for line := range strings.Lines(text) {
		title := strings.TrimSpace(strings.TrimLeft(line, "#"))
		made := strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(title), ""), " ", "-")
		if strings.HasPrefix(line, "#") && made == anchor {
			return true
		}
	}
	return false
}

// TestDocsAreReachable wants the index of docs/ linked from the front page, and every other page of docs/ from the index.
func TestDocsAreReachable(t *testing.T) {
	if !strings.Contains(string(read(t, "README.md")), "(docs/README.md)") {
		t.Error("README.md doesn't link to docs/README.md")
	}
	index := string(read(t, "docs/README.md"))
	for _, name := range files(t) {
		page, inside := strings.CutPrefix(name, "docs/")
		if inside && path.Ext(name) == ".md" && page != "README.md" && !strings.Contains(index, "("+page) {
			t.Errorf("docs/README.md doesn't link to %s", page)
		}
	}
}
