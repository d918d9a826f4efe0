package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// The users of a root that is shared, by their numbers.
const (
	sharers = 54321 // the group
	owning  = 54322 // a poolWorker, whose the root is
	helping = 54323 // another
)

// newUser is this machine as a poolWorker of the group has it, with a home of its own.
func newUser(t testing.TB, id int, directory string) *host {
	t.Helper()
	if os.Geteuid() != 0 || userNamespace() {
		needs(t, errors.New("only root can be several users"))
	}
	needsPrograms(t, map[string]string{"setpriv": "util-linux"})
	at := hereWith(t, directory)
	at.own = openFolder(t, id)
	at.prefix = []string{
		"setpriv",
		"--reuid=" + strconv.Itoa(id),
		"--regid=" + strconv.Itoa(id),
		"--groups=" + strconv.Itoa(sharers),
		"--no-new-privs",
		"--",
	}
	return at
}

// openFolder is a directory of a user that others can reach.
func openFolder(t testing.TB, owner int) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "eisweep-user-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := errors.Join(os.Chown(dir, owner, owner), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// forAll copies a file to where all users can read it.
func forAll(t testing.TB, path string) string {
	t.Helper()
	to := filepath.Join(openFolder(t, 0), filepath.Base(path))
	text, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(to, text, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// TestAnotherUserWorks shares a root with a group. The owner's worker leaves in the middle of a task, a poolWorker's continues
// from there, although its user's umask keeps files to itself, and does the rest. The results are the owner's.
func TestAnotherUserWorks(t *testing.T) {
	directory := openFolder(t, owning)
	owner, helper := newUser(t, owning, directory), newUser(t, helping, directory)
	helper.prefix = append([]string{"sh", "-c", `umask 077 && exec "$@"`, "sh"}, helper.prefix...)
	file := sweepFile(t, "shared", 2, 4, 500, "")
	want := undisturbed(t, file)["shared"]
	c := newCluster(t)
	c.program = forAll(t, c.program)
	root := c.root(owner)
	c.hold(root, everyTask)
	c.coordinator(owner, "--share-group", strconv.Itoa(sharers), "--share-workers")
	w := newWorkerPool(c, root, owner)
	c.does(helper, "launch", forAll(t, file))
	first := w.members[0]
	log := w.awaitRunning(first)
	first.stop()
	w.left = append(w.left, &departure{name: first.name(), signal: syscall.SIGTERM, log: log, saved: lastSaved(attemptLogs(t, root)[log])})
	w.members[0] = poolWorker{c.worker(helper), helper}
	c.release(root)
	c.does(helper, "watch", "shared")
	w.continued()
	verdict(t, c, root, "shared", want)
	for _, l := range manifestLines(t, root, "shared") {
		info, err := os.Stat(filepath.Join(root, l.Sweep, l.File))
		if err != nil {
			t.Fatal(err)
		}
		if is := info.Sys().(*syscall.Stat_t); is.Uid != owning {
			t.Errorf("%s belongs to user %d", l.File, is.Uid)
		}
	}
}

// TestAnotherUserIsRefused has somebody look into a root that its owner shares with nobody: whatever the command, it says
// whose the root is and what to do.
func TestAnotherUserIsRefused(t *testing.T) {
	directory := openFolder(t, owning)
	owner, other := newUser(t, owning, directory), newUser(t, helping, directory)
	c := newCluster(t)
	c.program = forAll(t, c.program)
	c.coordinator(owner)
	second := c.start(other, "coordinator")
	want := fmt.Sprintf("belongs to user %d and you are user %d: ask that user to run its coordinator", owning, helping)
	if code := second.end(); code != 2 || !strings.Contains(second.output(), want) {
		t.Errorf("coordinator: exit code %d, want 2 and %q:\n%s", code, want, second.output())
	}
	for _, group := range []string{"0", "nosuch"} {
		p := c.start(other, "coordinator", "-p", filepath.Join(other.disk(), "own"), "--share-group", group)
		if code := p.end(); code != 2 || !strings.Contains(p.output(), "--share-group: group \""+group+"\"") {
			t.Errorf("shared with %s: exit code %d\n%s", group, code, p.output())
		}
		if _, err := os.Stat(filepath.Join(other.disk(), "own")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("shared with %s: the root is made: %v", group, err)
		}
	}
	for _, command := range [][]string{{"run", "quick"}, {"status"}, {"worker"}, {"launch", "quick"}, {"plan", "quick"}, {"verify"},
		{"explain", "quick"}} {
		p := c.start(other, command[0], command[1:]...)
		code, told := p.end(), p.output()
		want := fmt.Sprintf("belongs to user %d and you are user %d: ask for its coordinator to be started with --share-group", owning, helping)
		if code != 2 || !strings.Contains(told, want) {
			t.Errorf("%s: exit code %d, want 2 and %q:\n%s", command[0], code, want, told)
		}
	}
}
