package sweeps

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"eisweep/sweeps/internal/document"
)

// Each file of testdata/faults is a sweep file with the report that it gets: the
// lines from the first "#!" on.
func TestReports(t *testing.T) {
	names, err := filepath.Glob("testdata/faults/*.toml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no files in testdata/faults: %v", err)
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text, want, ok := strings.Cut(string(content), "#!\n")
		if !ok {
			t.Errorf("%s says not what its report is", name)
			continue
		}
		if got := report(t, filepath.Base(name), text, vectorLibrary(t)); got != strings.TrimSpace(uncommented(want)) {
			t.Errorf("%s: the report is\n%s\nwant\n%s", name, commented(got), want)
		}
	}
}

// report is what parsing and expanding a file says.
func report(t *testing.T, name, text string, lib Library) string {
	t.Helper()
	s, err := Parse("/files/"+name, []byte(text))
	if err == nil {
		_, err = s.Expand(t.Context(), lib)
	}
	var faults *Faults
	if !errors.As(err, &faults) {
		return fmt.Sprintf("no faults but %v", err)
	}
	return strings.ReplaceAll(err.Error(), "/files/"+name, name)
}

func commented(text string) string { return "# " + strings.ReplaceAll(text, "\n", "\n# ") }

func uncommented(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, "# ")
	}
	return strings.Join(lines, "\n")
}

func TestFaultOfTheCommandLineHasNoPlace(t *testing.T) {
	s := mustParse(t, "name = 'x'\nexperiment = 'APPROXIMATE'\n")
	_, err := s.With(Overrides{Name: "../x", Source: "No Name", Seeds: []uint32{1, 1}})
	var faults *Faults
	if !errors.As(err, &faults) || len(faults.List) != 3 {
		t.Fatalf("error is %v, want three faults", err)
	}
	for _, f := range faults.List {
		if f.Line != 0 || f.File != "" {
			t.Errorf("%v points into the file", f)
		}
	}
}

func TestCaretIsUnderWideText(t *testing.T) {
	content := []byte("a = 'ü€'\t# ¡\nb = 1")
	f := (&text{name: "f", bytes: content}).fault(document.Span{Start: 4, End: 11}, "wrong", "")
	if want := "f:1:5: wrong\n    1 | a = 'ü€'\t# ¡\n      |     ^^^^"; f.String() != want {
		t.Errorf("fault is\n%s\nwant\n%s", f, want)
	}
}

func TestTextThatIsNoTOML(t *testing.T) {
	for text, want := range map[string]string{
		"name = \"\xff\"\n":                          "x:1:9: the file is not UTF-8 text",
		"name = 'x'\n\nname":                         "x:3:",
		"\ufeffname = 3\n":                           "x:1:8: name must be text",
		"seeds = [99999999999999999999]":             "x:1:",
		"seeds = { }":                                "x:1:9: seeds needs first and count",
		"seeds = { first = 1, count = 0, x = 1 }":    "x:1:30: count of seeds must be a positive integer",
		"parameters = { numint.dt = 1, numint = 3 }": "x:1:31: not TOML: this key already has a value",
		"[parameters.foo]":                           "x:1:1: unknown parameter foo",
		"[parameters.numint]\n[axes.sy]\n":           "x: the sweep has no name",
	} {
		if _, err := Parse("x", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error is %v, want %q", text, err, want)
		}
	}
}

func TestManyFaults(t *testing.T) {
	_, err := Parse("x", []byte("name = 'x'\nexperiment = 'APPROXIMATE'\nseeds = ["+strings.Repeat("-1,", 1000)+"]"))
	var faults *Faults
	if !errors.As(err, &faults) || len(faults.List) != maxFaults+1 || !strings.Contains(err.Error(), "more than 50 faults") {
		t.Errorf("error is %v", err)
	}
	s := mustParse(t, "name = 'x'\nexperiment = 'APPROXIMATE'\n[axes]\nnumint.every_n = { from = 501, to = 600, step = 1 }")
	if _, err = s.Expand(t.Context(), nil); !errors.As(err, &faults) || len(faults.List) != maxFaults+1 {
		t.Errorf("error is %v", err)
	}
}
