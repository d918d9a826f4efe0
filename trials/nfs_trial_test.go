package trials

import (
	"strings"
	"syscall"
	"testing"

	"eisweep/internal/results"
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
	w.replace(0, syscall.SIGKILL)
	lost := w.awaitUnderWay(w.members[1])
	n.cut(far.link)
	var line results.Line
	await(t, "another attempt at "+lost+" to be done", func() bool {
		line = lineOf(t, root, "taught", lost)
		return line.State == results.Done
	})
	n.heal(far.link)
	await(t, "the end of "+lost, func() bool { return over(attemptLogs(t, root)[lost]) })
	c.does(desk, "watch", "taught", "pushed")
	w.wentOn()
	if late := lineOf(t, root, "taught", lost); late.Attempt != line.Attempt || late.Worker != line.Worker || late.SHA256 != line.SHA256 {
		t.Errorf("the result of a host that was cut off changed what was there:\n%+v\nto\n%+v", line, late)
	}
	for _, m := range w.members {
		m.stop()
	}
	verdict(t, c, root, "taught", want["taught"])
	verdict(t, c, root, "pushed", want["pushed"])
}

// lineOf is the last line of the task that an attempt is of.
func lineOf(t testing.TB, root, sweep, attempt string) (last results.Line) {
	t.Helper()
	id, _, _ := strings.Cut(attempt, ".")
	for _, l := range manifest(t, root, sweep) {
		if l.ID.String() == id {
			last = l
		}
	}
	return last
}
