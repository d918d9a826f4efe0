package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheImageHoldsTheProgramAlone runs the shipped sweep in a container that may write to the results' directory and
// nowhere else, reaches no network and has no privilege, and wants the files that the ordinary build writes.
func TestTheImageHoldsTheProgramAlone(t *testing.T) {
	e := newEngine(t)
	e.image()
	if user := e.does("podman", "image", "inspect", "--format", "{{.User}}", "eisweep"); strings.TrimSpace(user) != "1000:1000" {
		t.Errorf("the image's user is %q", user)
	}
	inside := strings.TrimSpace(e.does("podman", "image", "mount", "eisweep"))
	if found := files(t, inside); strings.Join(found, " ") != "eisweep licences.txt" {
		t.Errorf("the image holds %q", found)
	}
	hasLicences(t, inside)
	e.does("podman", "image", "unmount", "eisweep")

	results := t.TempDir()
	if err := os.Chown(results, 1000, 1000); err != nil {
		t.Fatal(err)
	}
	e.does("podman", "run", "--rm", "--read-only", "--read-only-tmpfs=false", "--network", "none", "--cap-drop", "all", "--volume",
		results+":/results", "eisweep", "run", "quick")
	sameAsOrdinary(t, results)
	if info, err := os.Stat(filepath.Join(results, "quick")); err != nil || ownerOf(info) != 1000 {
		t.Errorf("the results belong to user %d, %v", ownerOf(info), err)
	}
}

// hasLicences wants the licences of the program and of what is linked into it in an image.
func hasLicences(t *testing.T, inside string) {
	t.Helper()
	text := contents(filepath.Join(inside, "licences.txt"))
	for _, work := range []string{"MIT License", "==== Go", "==== github.com/nats-io/nats-server/v2 ", "==== libhdf5-dev of Debian"} {
		if !strings.Contains(text, work) {
			t.Errorf("the image lacks the licence of %q", work)
		}
	}
}
