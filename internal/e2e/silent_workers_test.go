package e2e

import (
	"strings"
	"syscall"
	"testing"
)

// TestAStoppedWorkersTaskIsAnothers stops a worker in the middle of a task that two sweeps share, for longer than it may be
// silent, and pauses the one that the task was sent for: it runs once more, for the other sweep. The worker then gives it up.
func TestAStoppedWorkersTaskIsAnothers(t *testing.T) {
	one, two := sweepFile(t, "one", 4, 4, 60, ""), sweepFile(t, "two", 4, 4, 60, "")
	want := undisturbed(t, one, two)
	at := here(t)
	c := newCluster(t)
	root := c.root(at)
	c.hold(root, everyTask)
	c.coordinator(at)
	w := newWorkerPool(c, root, at, at)
	c.does(at, "launch", one)
	c.does(at, "launch", two)
	stopped := w.members[1]
	late := w.cutOff(1, "two", func() {
		c.does(at, "pause", "one")
		stopped.signal(syscall.SIGSTOP)
	}, func() { stopped.signal(syscall.SIGCONT) })
	c.does(at, "watch", "two")
	w.changedNothing("two", late)
	c.does(at, "resume", "one")
	c.does(at, "watch", "one")
	for _, m := range w.members {
		m.stop()
	}
	w.continued()
	verdict(t, c, root, "one", want["one"])
	verdict(t, c, root, "two", want["two"])
}

// TestTheClockIsSetBack by an hour, of the coordinator with its NATS and of a worker, which is then killed in the middle of its
// task: that is noticed as soon as ever.
func TestTheClockIsSetBack(t *testing.T) {
	n := newNetwork(t, t.TempDir())
	server := n.host()
	serveNFS(t, server)
	guests := n.guests(server, 2)
	desk, far := guests[0], guests[1]
	file := sweepFile(t, "timed", 4, 4, 60, "")
	want := undisturbed(t, file)["timed"]

	c := newCluster(t)
	c.coordinator(desk)
	root := c.root(server)
	w := newWorkerPool(c, root, server, far)
	c.hold(root, everyTask)
	c.does(desk, "launch", file)
	for _, m := range w.members {
		w.awaitRunning(m)
	}
	for _, g := range guests {
		if p := start(t, g, nil, "date", "-s", "-1 hour"); p.end() != 0 {
			t.Fatal(p.output())
		}
	}
	log := w.awaitRunning(w.members[1])
	id, _, _ := strings.Cut(log, ".")
	w.left = append(w.left, &departure{name: w.members[1].name(), signal: syscall.SIGKILL, log: log})
	w.members[1].drop()
	c.hold(root, id)
	await(t, "another attempt at the task of the worker that was killed", func() bool {
		return wentOnFrom.MatchString(nextLog(t, root, log))
	})
	c.release(root)
	c.does(desk, "watch", "timed")
	w.continued()
	w.members[0].stop()
	verdict(t, c, root, "timed", want)
}
