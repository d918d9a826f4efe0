package root

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"eisweep/sweeps"
)

func open(t testing.TB, path string) *Root {
	t.Helper()
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpenMakesARootOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "root")
	if _, err := OpenExisting(path); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "EISWEEP_ROOT") {
		t.Errorf("no root yet: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("looking made it")
	}
	ids := make([]string, 8)
	var group sync.WaitGroup
	for i := range ids {
		group.Go(func() {
			r, err := Open(path)
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = r.ID()
		})
	}
	group.Wait()
	if slices.Sort(ids); ids[0] != ids[7] || !rootID.MatchString(ids[0]) {
		t.Errorf("ids %q", ids)
	}
	r, err := OpenExisting(path)
	must(t, err)
	if r.ID() != ids[0] || r.Path() != path {
		t.Errorf("id %s, path %s", r.ID(), r.Path())
	}
	for _, d := range append(directories, "") {
		if info, err := os.Stat(r.Private(d)); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("directory %q: %v, %v", d, info, err)
		}
	}
	if entries, err := os.ReadDir(r.Private()); err != nil || len(entries) != len(directories)+1 {
		t.Errorf("temporary files remain: %v, %v", entries, err)
	}
}

// A look at the lock takes it for a moment, shared with other looks.
func TestLooksDontKeepTheLockFromAnybody(t *testing.T) {
	r := open(t, t.TempDir())
	var looks sync.WaitGroup
	defer looks.Wait()
	enough := make(chan struct{})
	defer close(enough)
	looks.Go(func() {
		for {
			select {
			case <-enough:
				return
			default:
				if _, _, err := r.Holder(); err != nil {
					t.Error(err)
				}
			}
		}
	})
	for range 20 {
		lock, err := sign(r.Lock("v1", "eisweep run quick"))
		must(t, err)
		must(t, lock.Unlock())
	}
}

func TestOpenRefusesWhatOthersCouldHaveMade(t *testing.T) {
	cases := map[string]struct {
		spoil func(t *testing.T, r *Root)
		want  error
		says  string
	}{
		"writable by the group": {
			func(t *testing.T, r *Root) { must(t, os.Chmod(r.Private(), 0o770)) },
			ErrUntrusted,
			"chmod go-w",
		},
		"writable incoming": {
			func(t *testing.T, r *Root) { must(t, os.Chmod(r.Private("incoming"), 0o702)) },
			ErrUntrusted,
			"incoming",
		},
		"incoming of a group that may not enter": {
			func(t *testing.T, r *Root) { must(t, os.Chmod(r.Private("incoming"), 0o770)) },
			ErrUntrusted,
			"incoming",
		},
		"writable id": {
			func(t *testing.T, r *Root) { must(t, os.Chmod(r.Private("root.json"), 0o666)) },
			ErrUntrusted,
			"root.json",
		},
		"link": {func(t *testing.T, r *Root) {
			must(t, os.Rename(r.Private(), r.Path()+"/real"))
			must(t, os.Symlink("real", r.Private()))
		}, ErrUntrusted, "is a link"},
		"linked id": {func(t *testing.T, r *Root) {
			must(t, os.Rename(r.Private("root.json"), r.Private("real.json")))
			must(t, os.Symlink("real.json", r.Private("root.json")))
		}, ErrUntrusted, "is a link"},
		"file in the way": {func(t *testing.T, r *Root) {
			must(t, os.RemoveAll(r.Private()))
			must(t, os.WriteFile(r.Private(), nil, 0o600))
		}, syscall.ENOTDIR, "in the way"},
		"half an id": {
			func(t *testing.T, r *Root) { must(t, os.WriteFile(r.Private("root.json"), []byte(`{"form`), 0o600)) },
			ErrIdentity,
			"remove the file",
		},
		"an empty id": {
			func(t *testing.T, r *Root) { must(t, os.WriteFile(r.Private("root.json"), nil, 0o600)) },
			ErrIdentity,
			"remove the file",
		},
		"no id": {func(t *testing.T, r *Root) {
			must(t, os.WriteFile(r.Private("root.json"), []byte(`{"format":1}`), 0o600))
		}, ErrIdentity, "is not 12 of"},
		"linked hooks, which only the owner opens": {func(t *testing.T, r *Root) {
			must(t, os.Symlink(t.TempDir(), r.Private("hooks")))
		}, ErrUntrusted, "hooks is a link"},
		"hooks of the group, which only the owner opens": {func(t *testing.T, r *Root) {
			must(t, os.Mkdir(r.Private("hooks"), 0o700))
			must(t, os.Chmod(r.Private("hooks"), 0o770))
		}, ErrUntrusted, "chmod go-w"},
		"writable events, to which only the owner writes": {func(t *testing.T, r *Root) {
			must(t, os.WriteFile(r.Private("events.jsonl"), nil, 0o600))
			must(t, os.Chmod(r.Private("events.jsonl"), 0o660))
		}, ErrUntrusted, "events.jsonl"},
		"later format": {func(t *testing.T, r *Root) {
			must(t, os.WriteFile(r.Private("root.json"), []byte(`{"format":2}`), 0o600))
		}, ErrIdentity, "format 2"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			path := t.TempDir()
			c.spoil(t, open(t, path))
			for how, open := range map[string]func(string) (*Root, error){"Open": Open, "OpenExisting": OpenExisting} {
				if how == "OpenExisting" && (strings.Contains(name, "incoming") || strings.Contains(name, "only the owner")) {
					continue // it only reads the directory
				}
				_, err := open(path)
				if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
					t.Errorf("%s: %v", how, err)
				}
			}
		})
	}
}

func TestAnothersFileIsRefused(t *testing.T) {
	name := "/etc/passwd" // root's
	if os.Geteuid() == 0 {
		name = filepath.Join(t.TempDir(), "file")
		must(t, os.WriteFile(name, nil, 0o600))
		must(t, os.Chown(name, 12345, -1))
	}
	if err := check(name, false); !errors.Is(err, ErrUntrusted) || !strings.Contains(err.Error(), "belongs to user") {
		t.Errorf("error %v", err)
	}
}

func TestOpenTellsWhatIsInTheWay(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	for _, path := range []string{file, filepath.Join(file, "below")} {
		_, err := Open(path)
		_, old := OpenExisting(path)
		_, plan := OpenToPlan(path)
		for _, err := range []error{err, old, plan} {
			if !errors.Is(err, ErrNotDirectory) || !strings.Contains(err.Error(), "a file is in the way") {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
	if _, err := Open("/proc/nowhere/root"); !errors.Is(err, ErrNoPlace) || !strings.Contains(err.Error(), "give one that you can write to") {
		t.Errorf("unwritable: %v", err)
	}
}

func TestLockIsExclusive(t *testing.T) {
	r := open(t, t.TempDir())
	if h, held, err := r.Holder(); err != nil || held {
		t.Errorf("held by %+v", h)
	}
	lock, err := sign(r.Lock("v1", "eisweep run quick"))
	must(t, err)
	_, err = sign(r.Lock("v1", "eisweep run other"))
	var inUse *InUseError
	if !errors.As(err, &inUse) || inUse.Holder.PID != os.Getpid() || inUse.Holder.Command != "eisweep run quick" ||
		time.Since(inUse.Holder.Since) > time.Hour {
		t.Fatalf("error %v", err)
	}
	if text := inUse.Error(); !strings.Contains(text, "eisweep run quick") || !strings.Contains(text, "give another root") {
		t.Error(text)
	}
	if h, held, err := r.Holder(); err != nil || !held || h.Version != "v1" {
		t.Errorf("held %v by %+v", held, h)
	}
	must(t, lock.Unlock())
	must(t, lock.Unlock())
	lock, err = sign(r.Lock("v2", "eisweep run other"))
	must(t, err)
	must(t, lock.Unlock())
	if text, err := os.ReadFile(r.Private("lock")); err != nil || len(text) > 0 {
		t.Errorf("the lock still names %q, %v", text, err)
	}
}

func TestLockThatWasForgotten(t *testing.T) {
	r := open(t, t.TempDir())
	lock, err := sign(r.Lock("v1", "eisweep coordinator"))
	must(t, err)
	must(t, lock.Check())
	must(t, unix.Flock(int(lock.file.Fd()), unix.LOCK_UN))
	must(t, lock.Check()) // nobody took it
	if _, err := sign(r.Lock("v1", "eisweep run")); err == nil {
		t.Error("it was not taken again")
	}
	must(t, unix.Flock(int(lock.file.Fd()), unix.LOCK_UN))
	other, err := sign(r.Lock("v2", "eisweep run other"))
	must(t, err)
	if err := lock.Check(); !errors.Is(err, ErrLockLost) {
		t.Errorf("held by another: %v", err)
	}
	must(t, (&Lock{root: r, file: reopened(t, lock.file), holder: lock.holder}).Unlock())
	must(t, other.Check()) // unlocking a lost lock does not affect its new holder
	must(t, other.Unlock())
	if err := lock.Check(); !errors.Is(err, ErrLockLost) {
		t.Errorf("held by another meanwhile: %v", err)
	}
	must(t, lock.Unlock())
	if err := lock.Check(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("given up: %v", err)
	}
}

// reopened is the same file, opened once more.
func reopened(t *testing.T, f *os.File) *os.File {
	t.Helper()
	again, err := os.OpenFile(f.Name(), os.O_RDWR, 0)
	must(t, err)
	return again
}

func TestLockEndsWithItsProcess(t *testing.T) {
	r := open(t, t.TempDir())
	holder := exec.Command(os.Args[0], "-test.run=^TestHoldLock$")
	holder.Env = append(os.Environ(), "HOLD_LOCK_OF="+r.Path())
	out, err := holder.StdoutPipe()
	must(t, err)
	must(t, holder.Start())
	if _, err := io.ReadFull(out, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if _, err := sign(r.Lock("v", "second")); !errors.As(err, new(*InUseError)) {
		t.Errorf("error %v", err)
	}
	must(t, holder.Process.Kill())
	holder.Wait()
	lock, err := sign(r.Lock("v", "second"))
	must(t, err)
	must(t, lock.Unlock())
}

// TestHoldLock is the other process of TestLockEndsWithItsProcess.
func TestHoldLock(t *testing.T) {
	path := os.Getenv("HOLD_LOCK_OF")
	if path == "" {
		return
	}
	_, err := sign(open(t, path).Lock("v", "first"))
	must(t, err)
	os.Stdout.Write([]byte("x"))
	select {}
}

func TestLockRefusesALink(t *testing.T) {
	r := open(t, t.TempDir())
	must(t, os.Symlink("elsewhere", r.Private("lock")))
	if lock, err := sign(r.Lock("v", "c")); err == nil {
		t.Errorf("locked %v", lock)
	}
}

func TestNamesStayInTheRoot(t *testing.T) {
	r := open(t, t.TempDir())
	outside := filepath.Join(t.TempDir(), "outside")
	must(t, os.WriteFile(outside, []byte("x"), 0o600))
	must(t, os.MkdirAll(r.SweepDir("quick"), 0o755))
	must(t, os.Symlink(outside, filepath.Join(r.SweepDir("quick"), "link.h5")))
	must(t, os.Symlink(filepath.Dir(outside), filepath.Join(r.Path(), "away")))
	must(t, os.WriteFile(filepath.Join(r.SweepDir("quick"), "file.h5"), []byte("y"), 0o600))
	for _, name := range []string{outside, "../x", "quick/../../x", "quick/link.h5", "away/outside", "", ".", "quick//file.h5",
		"./quick/file.h5"} {
		if f, err := r.OpenInput(name); err == nil {
			f.Close()
			t.Errorf("%q was opened", name)
		} else if name != "" && name != "." && !errors.Is(err, ErrPathEscapes) {
			t.Errorf("%q: %v", name, err)
		}
	}
	f, err := r.OpenInput("quick/file.h5")
	must(t, err)
	f.Close()
	if _, err := r.OpenInput("quick/none.h5"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
	if _, err := r.OpenInput("none/none.h5"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing directory: %v", err)
	}
	if rel, err := r.Relative(r.Input("abc")); rel != ".eisweep/inputs/abc.h5" || err != nil {
		t.Errorf("relative %q, %v", rel, err)
	}
	if _, err := r.Relative(outside); !errors.Is(err, ErrPathEscapes) {
		t.Errorf("outside: %v", err)
	}
}

func TestSweepsAreFoldersThatWereLaunched(t *testing.T) {
	r := open(t, t.TempDir())
	for _, name := range []string{"b", "a", "not-launched", "Bad", ".hidden"} {
		must(t, os.MkdirAll(r.SweepDir(name), 0o755))
		if name != "not-launched" {
			must(t, os.WriteFile(r.SweepFile(name), nil, 0o600))
		}
	}
	must(t, os.MkdirAll(r.SweepDir("lost-its-file"), 0o755))
	must(t, os.WriteFile(r.Manifest("lost-its-file"), nil, 0o600))
	names, err := r.Sweeps()
	if err != nil || !slices.Equal(names, []string{"a", "b", "lost-its-file"}) {
		t.Errorf("sweeps %q, %v", names, err)
	}
}

func TestWhoMayOnlyRead(t *testing.T) {
	r := open(t, t.TempDir())
	if !r.Writable() {
		t.Error("it is its user's own")
	}
	if os.Geteuid() == 0 {
		must(t, os.Chown(r.Private(), 12345, -1))
	} else {
		must(t, os.Chmod(r.Private(), 0o500))
		defer os.Chmod(r.Private(), 0o700) // or it can't be removed
	}
	if r.Writable() {
		t.Error("its user may not work in it")
	}
}

func TestPathsOfAnAttempt(t *testing.T) {
	r := open(t, t.TempDir())
	id := sweeps.ID{15: 1}
	for got, want := range map[string]string{
		r.Incoming(id, 2, "3f"): "incoming/t00000000000000000000000000000001.2.3f.h5",
		r.Log(id, 2, "3f"):      "logs/t00000000000000000000000000000001.2.3f",
		r.Checkpoint(id, "3f"):  "checkpoints/t00000000000000000000000000000001.3f",
	} {
		if got != r.Private(want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestParseAttempt(t *testing.T) {
	id := sweeps.ID{15: 1}
	for name, want := range map[string]int{
		id.String() + ".2.3.h5": 2, id.String() + ".2.3": 2, id.String() + ".3": 3, id.String() + ".3.x": 3, id.String() + ".x": 0,
	} {
		if got, first := ParseAttempt(name); got != id || first != want {
			t.Errorf("%s: %s, %d", name, got, first)
		}
	}
	for _, name := range []string{"", "x.1.2", id.String(), ".1"} {
		if got, first := ParseAttempt(name); got != (sweeps.ID{}) || first != 0 {
			t.Errorf("%q: %s, %d", name, got, first)
		}
	}
}

func TestStoreLiesOnALocalDisk(t *testing.T) {
	r := open(t, t.TempDir())
	store, err := r.Store("")
	if err != nil || store != r.Private("store") {
		t.Errorf("store %q, %v", store, err)
	}
	// What a network file system would be told.
	for kind := range networkFileSystems {
		if got, err := storeOn(r, int64(kind), "/state"); err != nil || got != "/state/eisweep/"+r.ID() {
			t.Errorf("%x: %q, %v", kind, got, err)
		}
		if _, err := storeOn(r, int64(kind), ""); err == nil || !strings.Contains(err.Error(), "XDG_STATE_HOME") {
			t.Errorf("%x: %v", kind, err)
		}
	}
}

func FuzzHolder(f *testing.F) {
	text, err := json.Marshal(Holder{Host: "h", PID: 1, Command: "eisweep run"})
	must(f, err)
	f.Add(text)
	f.Add([]byte("{"))
	f.Fuzz(func(t *testing.T, text []byte) {
		name := filepath.Join(t.TempDir(), "lock")
		must(t, os.WriteFile(name, text, 0o600))
		file, err := os.Open(name)
		must(t, err)
		defer file.Close()
		h, err := readHolder(file)
		must(t, err)
		if message := (&InUseError{Path: "/r", Holder: h}).Error(); !strings.Contains(message, "/r") {
			t.Error(message)
		}
	})
}

// sign has a lock name this process.
func sign(l *Lock, err error) (*Lock, error) {
	if err == nil {
		err = l.Sign()
	}
	return l, err
}
