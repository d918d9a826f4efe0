package archtest

import (
	"bytes"
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// vague names say where code was put, not what it is.
var vague = []string{"util", "utils", "common", "helper", "helpers", "manager", "misc"}

func TestFilesAreNamedForWhatTheyHold(t *testing.T) {
	for _, s := range sources(t) {
		base := strings.TrimSuffix(strings.TrimSuffix(path.Base(s.path), ".go"), "_test")
		if slices.Contains(vague, base) || slices.Contains(vague, s.syntax.Name.Name) {
			t.Errorf("%s: name the file and the package for the noun they hold", s.path)
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	comments := map[string][]string{}
	for _, s := range sources(t) {
		if !s.test {
			comments[s.pkg] = append(comments[s.pkg], docOf(s)...)
		}
	}
	for pkg, found := range comments {
		if len(found) != 1 {
			t.Errorf("%s has %d package comments (in %v), want one", pkg, len(found), found)
		}
	}
}

// docOf gives the file's path if it holds a package comment.
func docOf(s source) []string {
	if s.syntax.Doc == nil || strings.TrimSpace(s.syntax.Doc.Text()) == "" || ast.IsGenerated(s.syntax) {
		return nil
	}
	return []string{s.path}
}

// machine finds paths that exist on one machine only; the pieces are apart so that this file passes its own test.
var machine = regexp.MustCompile(`(^|[\s"'=(` + "`" + `])/(` + strings.Join([]string{"root", "work", "tmp"}, "|") + `)/[A-Za-z]`)

// unfinished finds marks of work left over.
var unfinished = regexp.MustCompile(`\b(` + strings.Join([]string{"TO" + "DO", "FIX" + "ME", "XX" + "X"}, "|") + `)\b`)

func TestNoPathsOfOneMachineAndNothingUnfinished(t *testing.T) {
	for _, name := range files(t) {
		if slices.Contains([]string{".h5", ".sum", ".gz", ".png", ".json"}, path.Ext(name)) {
			continue
		}
		for number, line := range bytes.Split(read(t, name), []byte("\n")) {
			if machine.Match(line) || unfinished.Match(line) {
				t.Errorf("%s:%d: %s", name, number+1, bytes.TrimSpace(line))
			}
		}
	}
}

// TestFilesHoldOneNoun takes a long file as a sign that it holds several.
func TestFilesHoldOneNoun(t *testing.T) {
	const most = 400
	for _, s := range sources(t) {
		if lines := bytes.Count(s.text, []byte("\n")); lines > most && !s.test && !ast.IsGenerated(s.syntax) {
			t.Errorf("%s has %d lines; does it hold one noun?", s.path, lines)
		}
	}
}
