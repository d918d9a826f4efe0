package cli

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// The citation names what CITATION.cff names.
func TestCitationIsThatOfTheRepository(t *testing.T) {
	text, err := os.ReadFile("../../../../CITATION.cff")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		fmt.Sprintf("title: %q", paperTitle), fmt.Sprintf("title: %q", softwareTitle), "doi: " + paperDOI,
		fmt.Sprintf("year: %d", paperYear), "family-names: Mackwood", "family-names: Naumann", "family-names: Sprekeler",
		`name: "The eisweep authors"`, "journal: eLife", "volume: 10", "start: e59715",
	} {
		if !strings.Contains(string(text), line) {
			t.Errorf("CITATION.cff has no %s", line)
		}
		_, value, _ := strings.Cut(line, ": ")
		if !strings.Contains(Citation(), strings.Trim(value, `"`)) {
			t.Errorf("the citation lacks %s", value)
		}
	}
}
