package access

import (
	"os"
	"strconv"
	"testing"

	"eisweep/internal/protocol"
)

func TestFilesAreSharedAsSaid(t *testing.T) {
	s := newSite(t)
	group := strconv.Itoa(os.Getgid())
	for _, c := range []struct {
		share          Share
		worker, client os.FileMode
	}{
		{Share{Group: group}, 0o600, 0o640},
		{Share{Group: group, Workers: true}, 0o640, 0o640},
		{Share{}, 0o600, 0o600},
	} {
		if err := s.authority.WriteFiles(s.root, s.server.URLs(""), c.share); err != nil {
			t.Fatal(err)
		}
		for role, want := range map[protocol.Role]os.FileMode{protocol.Worker: c.worker, protocol.Client: c.client} {
			info, err := os.Stat(Path(s.root, role))
			if err != nil || info.Mode().Perm() != want {
				t.Errorf("%+v: %s has mode %v, %v", c.share, role, info.Mode(), err)
			}
			if _, err := Read(s.root, role); err != nil {
				t.Errorf("%+v: %v", c.share, err)
			}
		}
	}
	for _, wrong := range []Share{{Workers: true}, {Group: "no such group"}, {Group: "-1"}} {
		if err := s.authority.WriteFiles(s.root, s.server.URLs(""), wrong); err == nil {
			t.Errorf("%+v is taken", wrong)
		}
	}
}

// Whoever is in a group can share with it, whether it has a name or not; root with any that
// there is.
func TestGroupsThatCanBeSharedWith(t *testing.T) {
	for _, c := range []struct {
		group, who int
		own        []int
		ok         bool
	}{
		{1234567, 1000, []int{7, 1234567}, true},
		{0, 1000, []int{7}, false},
		{1234567, 0, []int{0}, false},
		{0, 0, []int{7}, true},
	} {
		if err := (Share{Group: strconv.Itoa(c.group)}).allowed(c.group, c.who, c.own); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
