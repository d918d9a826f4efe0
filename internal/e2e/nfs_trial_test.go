package e2e

import (
	"path/filepath"
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
	w := newWorkerPool(c, root, server, far)
	c.hold(root, everyTask)
	c.does(desk, "launch", files...)
	w.replace(0, syscall.SIGKILL)
	late := w.cutOff(1, "taught", func() { n.cut(far.link) }, func() { n.heal(far.link) })
	c.does(desk, "watch", "taught", "pushed")
	w.changedNothing("taught", late)
	w.continued()
	for _, m := range w.members {
		m.stop()
	}
	verdict(t, c, root, "taught", want["taught"])
	verdict(t, c, root, "pushed", want["pushed"])
}

// TestAnOwnerIsCutOffFromTheFolder cuts a coordinator off from the NFS server in the middle of a sweep, until one that stood by on
// another host has taken the root over and has seen to the rest. What the first has begun to write arrives when it is heard
// again, and changes nothing.
func TestAnOwnerIsCutOffFromTheFolder(t *testing.T) {
	n := newNetwork(t, t.TempDir())
	server := n.host()
	serveNFS(t, server)
	desk := n.guests(server, 1)[0]
	file := sweepFile(t, "cut", 6, 4, 100, "")
	want := undisturbed(t, file)["cut"]

	c := newCluster(t)
	first := c.coordinator(desk)
	second := c.start(server, "coordinator", "--standby", "--advertise", server.address())
	second.await("standing by")
	root := c.root(server)
	w := newWorkerPool(c, root, server, server)
	c.hold(root, ">2")
	c.does(server, "launch", file)
	await(t, "a result that the first coordinator places", func() bool { return len(manifestLines(t, root, "cut")) > 0 })
	w.awaitRunning(w.members[0])
	n.cut(desk.link)
	c.release(root)
	second.await("the coordinator is ready")
	c.does(server, "watch", "cut")
	before := contents(filepath.Join(root, "cut", "manifest.jsonl"))
	n.heal(desk.link)
	first.await("the storage of the root does not answer; waiting for it") // once all its calls have returned
	if after := contents(filepath.Join(root, "cut", "manifest.jsonl")); after != before {
		t.Errorf("the manifest was\n%s\nand is, after the first coordinator came back,\n%s", before, after)
	}
	for _, m := range w.members {
		m.stop()
	}
	verdict(t, c, root, "cut", want)
	second.stop()
}
