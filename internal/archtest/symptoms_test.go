package archtest

import (
	"regexp"
	"strings"
	"testing"
)

// foreign are words that docs/cluster.md quotes of Slurm, systemd, Kubernetes and the system.
var foreign = []string{
	"Permission denied",
	"permission denied",
	"Read-only file system",
	"failed",
	"Priority",
	"Resources",
	"QOSMax",
	"AssocGrp",
	"PartitionTimeLimit",
	"InvalidQOS",
	"Held",
	"PerJob",
	"Invalid job array specification",
	"Pending",
	"/results",
	"certificate is valid for ",
	", not ",
	".eisweep/incoming",
	"storage",
	"lost",
	"silent",
}

var quoted = regexp.MustCompile("`([^`]+)`")

// symptom finds the bold part of an entry, which quotes messages.
var symptom = regexp.MustCompile(`(?m)^- \*\*(.+?)\*\*:`)

// TestSymptomsAreWhatIsSaid looks up the messages that the symptoms on the page quote: whoever searches the page for what the program
// said has to find it.
func TestSymptomsAreWhatIsSaid(t *testing.T) {
	var said strings.Builder
	for _, s := range sources(t) {
		if !s.test {
			said.Write(s.text)
		}
	}
	_, entries, _ := strings.Cut(string(read(t, "docs/cluster.md")), "## When something is wrong")
	symptoms := symptom.FindAllStringSubmatch(entries, -1)
	for _, s := range symptoms {
		for _, m := range quoted.FindAllStringSubmatch(s[1], -1) {
			for _, part := range strings.Split(m[1], "…") {
				part = strings.Trim(part, " ")
				if part != "" && !strings.Contains(said.String(), part) && !isForeign(part) {
					t.Errorf("docs/cluster.md quotes %q, which nothing here says", part)
				}
			}
		}
	}
	if len(symptoms) < 40 {
		t.Errorf("%d symptoms were found; did the page's form change?", len(symptoms))
	}
}

func isForeign(text string) bool {
	for _, f := range foreign {
		if text == strings.TrimSpace(f) {
			return true
		}
	}
	return false
}
