package trials

import (
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
	c.hold(root, everyTask)
	c.does(desk, "launch", files...)
	w.replace(0, syscall.SIGKILL)
	late := w.cutOff(1, "taught", func() { n.cut(far.link) }, func() { n.heal(far.link) })
	c.does(desk, "watch", "taught", "pushed")
	w.changedNothing("taught", late)
	w.wentOn()
	for _, m := range w.members {
		m.stop()
	}
	verdict(t, c, root, "taught", want["taught"])
	verdict(t, c, root, "pushed", want["pushed"])
}
