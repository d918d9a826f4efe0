package e2e

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestServicesOfSystemd follows docs/cluster.md on a machine that systemd boots, from the package to results, and has a
// poolWorker of a group launch another sweep. Then a worker is killed, which systemd starts again, and stopped in the middle
// of a task, which another instance continues with.
func TestServicesOfSystemd(t *testing.T) {
	served := sweepFile(t, "served", 3, 4, 500, "")
	want := undisturbed(t, "quick", served)
	n := newNetwork(t, t.TempDir())
	server := n.host()
	serveNFS(t, server)
	c := newCluster(t)
	root := c.root(server)
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	deb := packaged(t, built(t, failing))
	g := n.bySystemd(server)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(g.does(t, "journalctl --no-pager -n 60 -u 'eisweep-*'"))
		}
	})

	page := commandsOf(t, "systemd")
	if len(page) != 4 {
		t.Fatalf("the page has %d blocks, want install, start, use and share", len(page))
	}
	g.does(t, "cd "+filepath.Dir(deb)+"\n"+page[0])
	g.does(t, page[1])
	g.does(t, coordinatorAnswers) // a reader doesn't type as fast
	g.does(t, page[2])
	if access := contents(filepath.Join(root, ".eisweep", "worker.access")); !strings.Contains(access, g.address()) {
		t.Errorf("the coordinator doesn't know the machine's address %s:\n%s", g.address(), access)
	}
	if got := doneOf(manifestLines(t, root, "quick")); !maps.Equal(got, want["quick"]) {
		t.Errorf("the page's sweep has %d results, %d of them right", len(got), agreeing(got, want["quick"]))
	}

	// A crash is no bad input.
	for _, unit := range []string{"eisweep-coordinator", "eisweep-worker@1"} {
		pid := g.service(t, unit).pid
		g.does(t, "kill -QUIT "+pid+"; until [ $(systemctl show -P MainPID "+unit+") -gt "+pid+" ]; do sleep 0.1; done")
		if restarts := g.does(t, "systemctl show -P NRestarts "+unit); restarts != "1" {
			t.Errorf("systemd started %s, which crashed, %s times, want 1", unit, restarts)
		}
	}
	g.does(t, "groupadd lab; useradd --groups lab ann")
	g.does(t, page[3])
	held := filepath.Join(root, "hold")
	holdBack(t, held, everyTask)
	g.does(t, `printf '%s\n' "EISWEEP_FAILPOINTS=lease=`+lease+` hold=hold" "EISWEEP_WORKER_OPTIONS=--checkpoint 200ms" >>/etc/eisweep/env
		systemctl restart eisweep-coordinator eisweep-worker@1
		`+coordinatorAnswers+`
		cp `+served+` /srv/eisweep
		runuser -u ann -- eisweep launch /srv/eisweep/served.toml -p /srv/eisweep`)
	w := &workerPool{c: c, root: root}
	first := g.service(t, "eisweep-worker@1")
	w.leavesGuest(
		first,
		syscall.SIGKILL,
		"kill -KILL "+first.pid+"; until [ $(systemctl show -P MainPID eisweep-worker@1) -gt "+first.pid+" ]; do sleep 0.1; done",
	)
	if restarts := g.does(t, "systemctl show -P NRestarts eisweep-worker@1"); restarts != "1" {
		t.Errorf("systemd started the killed worker %s times, want 1", restarts)
	}
	w.leavesGuest(g.service(t, "eisweep-worker@1"), syscall.SIGTERM, "systemctl start eisweep-worker@2; systemctl stop eisweep-worker@1")
	if how := g.does(t, "systemctl show -P Result -P ExecMainStatus eisweep-worker@1"); strings.Join(strings.Fields(how), " ") != "success 0" {
		t.Errorf("the stopped worker ended with %q", how)
	}
	if err := os.Remove(held); err != nil {
		t.Fatal(err)
	}
	g.does(t, `runuser -u eisweep -- eisweep watch served -p /srv/eisweep
		runuser -u eisweep -- eisweep drain --all -p /srv/eisweep
		until [ $(systemctl show -P ActiveState eisweep-worker@2) = inactive ]; do sleep 0.1; done # and it stays away
		systemctl stop eisweep-coordinator
		systemctl is-failed eisweep-worker@1 eisweep-worker@2 eisweep-coordinator && exit 1; exit 0`)
	w.continued()
	belongsHere(t, root)
	c.coordinator(server)
	verdict(t, c, root, "quick", want["quick"])
	verdict(t, c, root, "served", want["served"])
}

// coordinatorAnswers waits until a coordinator that systemd has started answers.
const coordinatorAnswers = "until runuser -u eisweep -- eisweep workers -p /srv/eisweep; do sleep 0.2; done"

// service is what runs as a unit of a guest.
func (g *guest) service(t testing.TB, unit string) poolWorker {
	t.Helper()
	return poolWorker{&process{pid: g.does(t, "systemctl show -P MainPID "+unit)}, g}
}

// leavesGuest has a worker of a guest end in the middle of a task, by commands there that send the signal.
func (w *workerPool) leavesGuest(m poolWorker, signal syscall.Signal, commands string) {
	w.c.t.Helper()
	log := w.awaitRunning(m)
	w.left = append(w.left, &departure{name: m.name(), signal: signal, log: log, saved: lastSaved(attemptLogs(w.c.t, w.root)[log])})
	m.at.(*guest).does(w.c.t, commands)
}

// belongsHere gives a directory, which was some other user's, to this one.
func belongsHere(t testing.TB, root string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, os.Getuid(), os.Getgid())
	})
	if err != nil {
		t.Fatal(err)
	}
}
