package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// workerPool are the workers of a cluster, which come and go.
type workerPool struct {
	c       *cluster
	root    string // on this machine
	members []poolWorker
	left    []*departure
}

type poolWorker struct {
	*process
	at place
}

// departure is a worker that went in the middle of a task, and the attempt that it left behind.
type departure struct {
	name    string
	signal  syscall.Signal
	log     string      // id.run.token
	saved   int         // how far it was at least saved, in stimuli, as far as was seen; its log may tell more
	watched *poolWorker // nil: what it left is known
}

func newWorkerPool(c *cluster, root string, at ...place) *workerPool {
	c.t.Helper()
	w := &workerPool{c: c, root: root}
	for _, p := range at {
		w.members = append(w.members, poolWorker{c.worker(p), p})
	}
	return w
}

// name is a worker's, as manifests and logs have it.
func (m poolWorker) name() string { return m.at.name() + "-" + m.pid }

// replace ends a worker in the middle of a task, once its work was saved, and starts another one at its place.
func (w *workerPool) replace(k int, signal syscall.Signal) {
	w.c.t.Helper()
	m := w.members[k]
	log := w.awaitRunning(m)
	w.left = append(w.left, &departure{name: m.name(), signal: signal, log: log})
	if signal == syscall.SIGKILL {
		m.drop()
	} else {
		m.stop()
	}
	w.members[k] = poolWorker{w.c.worker(m.at), m.at}
}

// watch notes from now on how far a worker of this machine comes, for when it has left, by TERM.
func (w *workerPool) watch(m poolWorker) *departure {
	d := &departure{name: m.name(), signal: syscall.SIGTERM, watched: &m}
	w.left = append(w.left, d)
	return d
}

// look looks at those who are watched.
func (w *workerPool) look() {
	w.c.t.Helper()
	for _, d := range w.left {
		if d.watched == nil {
			continue
		}
		if log := w.runningLog(*d.watched); log != "" {
			d.log, d.saved = log, lastSaved(attemptLogs(w.c.t, w.root)[log])
		}
		if _, err := os.Stat(filepath.Join("/proc", d.watched.pid)); err != nil {
			d.watched = nil
		}
	}
}

// leaves waits until a watched worker has left.
func (w *workerPool) leaves(d *departure) {
	w.c.t.Helper()
	await(w.c.t, "the end of "+d.name, func() bool {
		w.look()
		return d.watched == nil
	})
}

// handsBack has a worker of this machine end by TERM, in whatever way, in the middle of a task.
func (w *workerPool) handsBack(m poolWorker, how func()) {
	w.c.t.Helper()
	d := w.watch(m)
	w.awaitRunning(m)
	how()
	w.leaves(d)
}

// awaitRunning waits until a worker is in the middle of a task that it has saved, and returns the attempt's name.
func (w *workerPool) awaitRunning(m poolWorker) (log string) {
	w.c.t.Helper()
	await(w.c.t, "a checkpoint of "+m.name(), func() bool {
		w.look()
		log = w.runningLog(m)
		return log != ""
	})
	return log
}

// await waits until a condition holds, and starts another worker wherever one dies.
func (w *workerPool) await(what string, holds func() bool) {
	w.c.t.Helper()
	await(w.c.t, what, func() bool {
		for k, m := range w.members {
			if !m.alive() {
				w.members[k] = poolWorker{w.c.worker(m.at), m.at}
			}
		}
		return holds()
	})
}

// runningLog is the attempt that a worker is at, by its log, if it has a checkpoint; else "".
func (w *workerPool) runningLog(m poolWorker) string {
	saved := map[string]bool{}
	for _, name := range files(w.c.t, filepath.Join(w.root, ".eisweep", "checkpoints")) {
		saved[name] = true
	}
	for name, said := range attemptLogs(w.c.t, w.root) {
		order, token := splitLog(name)
		id, _, _ := strings.Cut(order, ".")
		if saved[id+"."+token] && strings.Contains(said, " by "+m.name()+",") && !over(said) {
			return name
		}
	}
	return ""
}

// over tells by an attempt's log whether it has ended.
func over(log string) bool {
	return strings.Contains(log, "result of ") || strings.Contains(log, "ended: ")
}

// continued wants whatever was left behind to have been taken up where it was, by the next attempt.
func (w *workerPool) continued() {
	w.c.t.Helper()
	logs := attemptLogs(w.c.t, w.root)
	for _, d := range w.left {
		if strings.Contains(logs[d.log], "result of ") && strings.Contains(logs[d.log], " by "+d.name+",") {
			continue // it was done just before
		}
		if doneEarlier(logs, d.log) {
			continue // a worker that had been taken for dead was running it too, and was first
		}
		if adopted(logs, d.log) {
			continue // it was killed when its result was complete, but not in its log yet
		}
		next, saved := begunAfter(logs, d.log), max(d.saved, lastSaved(logs[d.log]))
		if from := wentOnFrom.FindStringSubmatch(logs[next]); from == nil || number(from[1]) < saved {
			w.c.t.Errorf("%s left a checkpoint of %s by %v; attempt %s went on from an earlier one, or none:\n%s\nafter\n%s", d.name,
				d.log, d.signal, next, logs[next], logs[d.log])
		}
	}
}

// doneEarlier tells whether an attempt that began earlier made the result.
func doneEarlier(logs map[string]string, log string) bool {
	for _, name := range attemptsOf(logs, log) {
		if name == log {
			return false
		}
		if strings.Contains(logs[name], "result of ") {
			return true
		}
	}
	return false
}

// adopted tells whether a later attempt found the result of an attempt complete, and took it over.
func adopted(logs map[string]string, log string) bool {
	_, token := splitLog(log)
	return slices.ContainsFunc(attemptsOf(logs, log), func(name string) bool {
		return strings.Contains(logs[name], "result of attempt "+token+",")
	})
}

// begunAfter is the name of the first attempt after another that got as far as to begin, "" if none did: one whose
// worker was killed at once started from the beginning.
func begunAfter(logs map[string]string, log string) string {
	for {
		log = attemptAfter(logs, log)
		if log == "" || begun(logs[log]) {
			return log
		}
	}
}

// begun tells by an attempt's log whether it came to compute.
func begun(log string) bool {
	return strings.Contains(log, "resumes from") || strings.Contains(log, " training")
}

// following is the name of the next attempt's log; "" before there is one.
func attemptAfter(logs map[string]string, log string) string {
	all := attemptsOf(logs, log)
	if k := slices.Index(all, log); k >= 0 && k+1 < len(all) {
		return all[k+1]
	}
	return ""
}

// attemptsOf are the logs of the attempts at the same order, by when they began.
func attemptsOf(logs map[string]string, log string) (names []string) {
	order, _ := splitLog(log)
	for name, said := range logs {
		if o, _ := splitLog(name); o == order && said != "" {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(logs[a], logs[b]) }) // a log begins with the time
	return names
}

// splitLog splits the name of an attempt's log into the order, id.run, and its token.
func splitLog(log string) (order, token string) {
	dot := strings.LastIndexByte(log, '.')
	return log[:dot], log[dot+1:]
}

// onceEach wants every task to have had one attempt.
func onceEach(t testing.TB, root string) {
	t.Helper()
	logs := attemptLogs(t, root)
	for name := range logs {
		if order, _ := splitLog(name); len(attemptsOf(logs, name)) != 1 || !strings.HasSuffix(order, ".1") {
			t.Errorf("attempt %s: a running task was disturbed", name)
		}
	}
}

// What an attempt's log says of how far it was saved, and of where it continues, in stimuli.
var (
	savedAt    = regexp.MustCompile(` checkpoint of (\d+) stimuli`)
	wentOnFrom = regexp.MustCompile(`resumes from checkpoint \S+, (\d+) stimuli`)
)

// lastSaved is how far an attempt was when it was last saved; what was done after that is lost with it.
func lastSaved(log string) int {
	all := savedAt.FindAllStringSubmatch(log, -1)
	if len(all) == 0 {
		return 0
	}
	return number(all[len(all)-1][1])
}

func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}
