package sweeps

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var codeBlock = regexp.MustCompile("(?ms)^```(\\w+)( wrong)?\n(.*?)^```$")

// The examples of docs/sweep-files.md expand, and the faulty one has the report
// that the page shows.
func TestExamplesOfTheDocumentation(t *testing.T) {
	page, err := os.ReadFile("../docs/sweep-files.md")
	if err != nil {
		t.Fatal(err)
	}
	lib, got, expanded := docsLibrary(t), "", 0
	for _, block := range codeBlock.FindAllStringSubmatch(string(page), -1) {
		kind, wrong, content := block[1], block[2] != "", block[3]
		switch {
		case kind == "text":
			if want := strings.TrimSpace(content); got != want {
				t.Errorf("the report is\n%s\nwant\n%s", got, want)
			}
		case wrong:
			got = report(t, "recurrence.toml", content, lib)
		default:
			s, err := Parse("/files/example.toml", []byte(completed(content)))
			if err != nil {
				t.Errorf("%s\n%v", content, err)
				continue
			}
			mustExpand(t, s, lib)
			expanded++
		}
	}
	if got == "" || expanded < 5 {
		t.Errorf("the page has %d examples and the report %q", expanded, got)
	}
}

// completed gives an example the name and the experiment that it leaves out.
func completed(content string) string {
	if !strings.Contains(content, "experiment =") {
		content = "experiment = \"APPROXIMATE\"\n" + content
	}
	if !strings.Contains(content, "name =") {
		content = "name = \"example\"\n" + content
	}
	return content
}

func docsLibrary(t *testing.T) *shelf {
	return &shelf{
		sweeps: map[string]*Sweep{"approximate": readShipped(t, "approximate")},
		files: map[string][]ResultFile{
			"/files/weights/trained.h5": {{Path: "/files/weights/trained.h5", SHA256: "ab", NPerAxis: 4}},
			"/files/2021-05-04-13h22M10s_500trials_approx": {
				{Path: "results~pl.is_plastic=BOTH.h5", SHA256: "ab", NPerAxis: 8, NStimuli: 12, Trained: true},
			},
		},
	}
}
