package archtest

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// promised are the targets that the documentation counts on.
var promised = []string{
	"help",
	"build",
	"static",
	"release",
	"run",
	"check",
	"test",
	"e2e",
	"race",
	"lint",
	"generate",
	"verify",
	"bench",
	"bench-reference",
	"clean",
}

var target = regexp.MustCompile(`(?m)^([a-z][a-z0-9-]*):`)

func TestMakeHelpListsEveryTarget(t *testing.T) {
	help, err := exec.Command("make", "-s", "-C", top, "help").CombinedOutput()
	if err != nil {
		t.Fatalf("make help: %v\n%s", err, help)
	}
	found := map[string]bool{}
	for _, m := range target.FindAllStringSubmatch(string(read(t, "Makefile")), -1) {
		found[m[1]] = true
		if !strings.Contains(string(help), "make "+m[1]+" ") {
			t.Errorf("make help doesn't list %s:\n%s", m[1], help)
		}
	}
	for _, name := range promised {
		if !found[name] {
			t.Errorf("the Makefile has no target %s", name)
		}
	}
}
