package trials

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestHostsShareAFolderOverNFS has the coordinator on one guest, a worker on another, and one on the NFS server. The
// other guest is cut off in the middle of a task for longer than a lease: its task is done elsewhere, and what it comes
// back with changes nothing. Networks trained on one host are perturbed on others.
func TestHostsShareAFolderOverNFS(t *testing.T) {
	n := newNetwork(t, t.TempDir())
	server := n.host()
	serveNFS(t, server)
	guests := n.guests(server, 2)
	desk, far := guests[0], guests[1]
	files := []string{sweepFile(t, "taught", 4, 4, 100, ""), perturbFile(t, "pushed", "taught")}
	want := undisturbed(t, files...)

	c := newCluster(t)
	c.coordinator(desk)
	root := c.root(server)
	w := newCrew(c, root, server, far)
	c.does(desk, "launch", files...)
	lost := w.awaitUnderWay(w.members[1])
	n.cut(far.link)
	await(t, "another attempt at "+lost, func() bool { return attemptLogs(t, root)[following(lost)] != "" })
	w.replace(0, syscall.SIGKILL)
	n.heal(far.link)
	c.does(desk, "watch", "taught", "pushed")
	verdict(t, c, root, "taught", want["taught"])
	verdict(t, c, root, "pushed", want["pushed"])
	for _, m := range w.members {
		m.stop()
	}
	w.wentOn()
	id, _, _ := strings.Cut(lost, ".")
	for _, l := range manifest(t, root, "taught") {
		if l.ID.String() == id && l.Worker == w.members[1].name() {
			t.Errorf("task %s counts as done by %s, which was cut off while %s took it over", id, l.Worker, filepath.Base(following(lost)))
		}
	}
}
