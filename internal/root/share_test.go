package root

import (
	"errors"
	"os"
	"testing"
)

func TestSharedRootShowsItsNamesToTheGroup(t *testing.T) {
	r, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name            string
		do              func() error
		directory, file os.FileMode
		incoming        os.FileMode
	}{
		{"made", func() error { return nil }, 0o700, 0o600, 0o700},
		{"shared", func() error { return r.ShareWith(os.Getgid(), false) }, 0o750, 0o640, 0o700},
		{"with workers", func() error { return r.ShareWith(os.Getgid(), true) }, 0o750, 0o640, 0o770},
		{"without workers", func() error { return r.ShareWith(os.Getgid(), false) }, 0o750, 0o640, 0o700},
		{"with workers again", func() error { return r.ShareWith(os.Getgid(), true) }, 0o750, 0o640, 0o770},
		{"taken back", r.Unshare, 0o700, 0o600, 0o700},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		if got := mode(t, r.Private()); got != step.directory {
			t.Errorf("%s: the private directory has mode %v", step.name, got)
		}
		if got := mode(t, identityFile(r.Path())); got != step.file {
			t.Errorf("%s: the id has mode %v", step.name, got)
		}
		if got := mode(t, r.Private("incoming")); got != step.incoming {
			t.Errorf("%s: incoming has mode %v", step.name, got)
		}
		for _, open := range []func(string) (*Root, error){Open, OpenExisting} {
			if _, err := open(r.Path()); err != nil {
				t.Errorf("%s: %v", step.name, err)
			}
		}
	}
}

// TestFilesOfASharedFolderAreReadable has a user whose umask keeps files to itself.
func TestFilesOfASharedFolderAreReadable(t *testing.T) {
	r, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	leave := func(path string) os.FileMode {
		t.Helper()
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := ShareFile(path); err != nil {
			t.Fatal(err)
		}
		return mode(t, path)
	}
	early := r.Private("checkpoints", "early")
	if got := leave(early); got != 0o600 {
		t.Errorf("in a directory that isn't shared: mode %v", got)
	}
	if err := r.ShareWith(os.Getgid(), true); err != nil {
		t.Fatal(err)
	}
	if got := mode(t, early); got != 0o640 {
		t.Errorf("from before: mode %v", got)
	}
	if got := leave(r.Private("incoming", "late")); got != 0o640 {
		t.Errorf("in a shared directory: mode %v", got)
	}
}

func mode(t testing.TB, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

// Only who owns the root's directory may share a private directory in it.
func TestOwnerOfTheFolderIsTrusted(t *testing.T) {
	r, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(r.Private())
	if err != nil {
		t.Fatal(err)
	}
	owner, err := r.Owner()
	if err != nil || owner != os.Geteuid() {
		t.Errorf("owner %d, %v", owner, err)
	}
	stranger := owner + 1
	if err := checkOwner(r.Private(), info, []int{stranger, owner}); err != nil {
		t.Errorf("the owner's is refused: %v", err)
	}
	if err := checkOwner(r.Private(), info, []int{stranger}); !errors.Is(err, ErrUntrusted) {
		t.Errorf("a planted one: %v", err)
	}
}
