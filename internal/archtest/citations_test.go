package archtest

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// citation is a page of the documentation as Go code names it, with or without a section: docs/model.md#settling.
var citation = regexp.MustCompile(`\bdocs/[a-z0-9/-]+\.md(#[\p{L}\p{N}_-]+)?`)

// TestCitationsLeadSomewhere holds that every page and section that Go code names exists.
func TestCitationsLeadSomewhere(t *testing.T) {
	sections := 0
	for _, s := range sources(t) {
		for _, cited := range citation.FindAll(s.text, -1) {
			page, section, _ := strings.Cut(string(cited), "#")
			arrive(t, s.path, string(cited), page, section)
			if section != "" {
				sections++
			}
		}
	}
	if sections == 0 {
		t.Error("no section is cited anywhere")
	}
}

// unpublished finds names of notes that are no part of the repository; the pieces are apart so that this file passes its
// own test.
var unpublished = regexp.MustCompile(`\b(` + "MODEL" + `|` + "DESIGN" + `)\.md\b`)

func TestNothingRefersToUnpublishedNotes(t *testing.T) {
	for _, name := range files(t) {
		for line := range bytes.Lines(read(t, name)) {
			if unpublished.Match(line) {
				t.Errorf("%s refers to a page that is not in the repository: %s", name, bytes.TrimSpace(line))
			}
		}
	}
}
