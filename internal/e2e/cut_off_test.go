package e2e

import (
	"strings"
	"testing"

	"eisweep/internal/manifest"
)

// lateness is an attempt on a host that was cut off, and the line that another attempt got meanwhile.
type lateness struct {
	attempt string
	line    manifest.Line
}

// cutOff cuts a worker's host off in the middle of a task, until another attempt has done it, and waits until the
// worker knows.
func (w *workerPool) cutOff(k int, sweep string, cut, heal func()) lateness {
	w.c.t.Helper()
	late := w.lost(w.members[k], sweep, cut, heal)
	await(w.c.t, "the end of "+late.attempt, func() bool { return over(attemptLogs(w.c.t, w.root)[late.attempt]) })
	return late
}

// lost cuts a worker's host off in the middle of a task, until another attempt, which continues from what was saved, has done
// it. All tasks are held back before, none are after.
func (w *workerPool) lost(m poolWorker, sweep string, cut, heal func()) lateness {
	w.c.t.Helper()
	late := lateness{attempt: w.awaitRunning(m)}
	id, _, _ := strings.Cut(late.attempt, ".")
	w.c.hold(w.root, id) // others come to their ends, so that a worker is free
	cut()
	await(w.c.t, "another attempt to go on from what "+late.attempt+" has saved", func() bool {
		w.look()
		return wentOnFrom.MatchString(nextLog(w.c.t, w.root, late.attempt))
	})
	w.c.release(w.root)
	await(w.c.t, "another attempt at "+late.attempt+" to be done", func() bool {
		w.look()
		late.line = lineOf(w.c.t, w.root, sweep, late.attempt)
		return late.line.State == manifest.Done
	})
	heal()
	return late
}

// changedNothing wants the line of a task that was done twice to be the first.
func (w *workerPool) changedNothing(sweep string, late lateness) {
	w.c.t.Helper()
	now := lineOf(w.c.t, w.root, sweep, late.attempt)
	if now.Token != late.line.Token || now.Worker != late.line.Worker || now.SHA256 != late.line.SHA256 {
		w.c.t.Errorf("the result of a host that was cut off changed\n%+v\nto\n%+v", late.line, now)
	}
	if strings.HasSuffix(late.attempt, "."+now.Token) {
		w.c.t.Errorf("%s counts, which was cut off until its task was done", late.attempt)
	}
}

// lineOf is the last line of the task that an attempt is of.
func lineOf(t testing.TB, root, sweep, attempt string) (last manifest.Line) {
	t.Helper()
	id, _, _ := strings.Cut(attempt, ".")
	for _, l := range manifestLines(t, root, sweep) {
		if l.ID.String() == id {
			last = l
		}
	}
	return last
}

// TestAHostThatWasCutOffChangesNothing cuts the coordinator's host off, and then a worker's for longer than a lease.
func TestAHostThatWasCutOffChangesNothing(t *testing.T) {
	n := newNetwork(t, t.TempDir())
	desk, near, far := n.host(), n.host(), n.host()
	file := sweepFile(t, "cut", 6, 4, 100, "")
	want := undisturbed(t, file)["cut"]
	c := newCluster(t)
	root := c.root(desk)
	c.hold(root, everyTask)
	c.coordinator(desk)
	w := newWorkerPool(c, root, near, far)
	c.does(near, "launch", file)
	w.awaitRunning(w.members[0])
	id, _, _ := strings.Cut(w.awaitRunning(w.members[1]), ".")
	n.cut(desk.link)
	c.hold(root, id, ">2") // the other of the first two comes to its end
	await(t, "a result without a coordinator", func() bool { return finished(t, root) > 0 })
	n.heal(desk.link)
	late := w.cutOff(1, "cut", func() { n.cut(far.link) }, func() { n.heal(far.link) })
	c.does(near, "watch", "cut")
	w.changedNothing("cut", late)
	for _, m := range w.members {
		m.stop()
	}
	verdict(t, c, root, "cut", want)
}

// finished counts the attempts that came to a result.
func finished(t testing.TB, root string) (n int) {
	t.Helper()
	for _, said := range attemptLogs(t, root) {
		if strings.Contains(said, "result of ") {
			n++
		}
	}
	return n
}
