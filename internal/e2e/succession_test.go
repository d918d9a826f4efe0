package e2e

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// withOwnLocks is a host whose file system tells no other of its locks, as one on a network that is cut does.
func withOwnLocks(t testing.TB, h *host, c *cluster) *host {
	t.Helper()
	own, lock := filepath.Join(h.disk(), "lock"), filepath.Join(c.root(h), ".eisweep", "lock")
	write(t, own, "")
	out := *h
	out.prefix = append(h.prefix[:len(h.prefix):len(h.prefix)], "unshare", "--mount", "sh", "-c",
		`mount --bind "$0" "$1" && shift && exec "$@"`, own, lock)
	return &out
}

// untilUnanswered asks for metrics until they tell that NATS doesn't answer. Each answer has to come at once.
const untilUnanswered = `
import threading, urllib.request
while "\neisweep_nats_unanswered_seconds 0\n" in urllib.request.urlopen("http://127.0.0.1:9100/metrics", timeout=5).read().decode():
    threading.Event().wait(0.2)
`

// TestTheRootSaysWhoCoordinates cuts a coordinator off from the site's NATS server in the middle of a sweep: it reports what it knows,
// and remains the owner of the root, so another one is refused. Then it is suspended until another has taken the root over
// and has seen to the rest. When it continues, it ends and has written nothing.
func TestTheRootSaysWhoCoordinates(t *testing.T) {
	files := []string{sweepFile(t, "taught", 4, 4, 100, ""), perturbFile(t, "pushed", "taught")}
	want := undisturbed(t, files...)
	n := newNetwork(t, t.TempDir())
	a, b, hall := n.host(), n.host(), n.host()
	keys := newSiteKeys(t, hall.address())
	c := newCluster(t)
	c.options = keys.options(newSite(t, keys, hall))
	root := c.root(hall)
	first := c.coordinator(a, "--http", "127.0.0.1:9100")
	w := newWorkerPool(c, root, hall, hall)
	c.hold(root, everyTask)
	c.does(hall, "launch", files...)
	w.awaitRunning(w.members[0])
	n.cut(a.link)
	if asking := start(t, a, nil, "python3", "-c", untilUnanswered); asking.end() != 0 {
		t.Errorf("the metrics of %s: %s", first.name, asking.output())
	}
	refused := c.start(withOwnLocks(t, b, c), "coordinator")
	if code := refused.end(); code != 6 || !strings.Contains(refused.output(), "on "+a.name()) {
		t.Errorf("beside the owner: exit code %d\n%s", code, refused.output())
	}
	n.heal(a.link)
	first.signal(syscall.SIGSTOP)
	second := c.coordinator(withOwnLocks(t, b, c))
	c.release(root)
	c.does(hall, "watch", "taught", "pushed")
	before := contents(filepath.Join(root, "taught", "manifest.jsonl")) + contents(filepath.Join(root, "pushed", "manifest.jsonl"))
	first.signal(syscall.SIGCONT)
	if code := first.end(); code != 6 {
		t.Errorf("the first coordinator: exit code %d, want 6\n%s", code, first.tail(20))
	}
	if contents(filepath.Join(root, "taught", "manifest.jsonl"))+contents(filepath.Join(root, "pushed", "manifest.jsonl")) != before {
		t.Errorf("the manifests changed when the first coordinator continued")
	}
	for _, m := range w.members {
		m.stop()
	}
	verdict(t, c, root, "taught", want["taught"])
	verdict(t, c, root, "pushed", want["pushed"])
	second.stop()
}

// TestACoordinatorMovesToAnEmptyStore kills a coordinator, and its NATS with it, in the middle of a sweep, and starts it
// on another host, which waits for a sign of life of the first: what the queue had is on the first one's disk.
// Running tasks continue, and nothing is done twice.
func TestACoordinatorMovesToAnEmptyStore(t *testing.T) {
	files := []string{sweepFile(t, "taught", 6, 4, 150, ""), perturbFile(t, "pushed", "taught")}
	want := undisturbed(t, files...)
	n := newNetwork(t, t.TempDir())
	a, b, hall := n.host(), n.host(), n.host()
	c := newCluster(t, "lease=1m") // nobody dies but the coordinator
	root := c.root(hall)
	first := c.coordinator(a)
	w := newWorkerPool(c, root, hall, hall)
	c.hold(root, everyTask)
	c.does(hall, "launch", files...)
	running := w.awaitRunning(w.members[0])
	first.drop()
	c.release(root)
	await(t, "the end of "+running+" while nobody coordinates", func() bool { return over(attemptLogs(t, root)[running]) })
	second := c.coordinator(b)
	c.does(hall, "watch", "taught", "pushed")
	onceEach(t, root)
	for _, m := range w.members {
		m.stop()
	}
	verdict(t, c, root, "taught", want["taught"])
	verdict(t, c, root, "pushed", want["pushed"])
	second.stop()
}
