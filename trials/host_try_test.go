package trials

import (
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestHostsAreMachines holds the ground that the trials stand on: hosts have names and addresses of their own, reach
// each other, and don't when cut off.
func TestHostsAreMachines(t *testing.T) {
	n := newNetwork(t, t.TempDir())
	a, b := n.host(), n.host()
	if p := start(t, a, nil, "sh", "-c", "uname -n; ip -o addr"); p.end() != 0 || !strings.Contains(p.said(), a.hostname) || !strings.Contains(p.said(), a.ip+"/") {
		t.Errorf("%s said %q", a.hostname, p.said())
	}
	server := start(t, b, nil, "python3", "-m", "http.server", "--bind", b.ip, "80")
	answers := func() bool {
		conn, err := net.DialTimeout("tcp", b.ip+":80", 200*time.Millisecond)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}
	await(t, "an answer of the other host", answers)
	n.cut(b.link)
	if answers() {
		t.Error("a host that was cut off answered")
	}
	n.heal(b.link)
	await(t, "an answer of the healed host", answers)
	server.drop()
	if server.code != -1 {
		t.Errorf("exit code %d after kill -9, want -1", server.code)
	}
}

// TestGuestsShareAFolderOverNFS has two guests with an NFS client each, one of which is cut off while it writes.
func TestGuestsShareAFolderOverNFS(t *testing.T) {
	n := newNetwork(t, t.TempDir())
	server := n.host()
	serveNFS(t, server)
	a, b := n.guest(server), n.guest(server)
	if p := start(t, a, nil, "sh", "-c", "uname -n; grep nfs4 /proc/mounts; echo 'from a' >/mnt/data/note; echo \"it's me\" >&2; exit 3"); p.end() != 3 ||
		!strings.HasPrefix(p.said(), a.hostname+"\n") || !strings.Contains(p.said(), "vers=4.2") || !strings.Contains(p.said(), "it's me") {
		t.Errorf("%s said %q and ended with %d", a.hostname, p.said(), p.code)
	}
	if p := start(t, b, nil, "cat", "/mnt/data/note"); p.end() != 0 || p.said() != "from a\n" {
		t.Errorf("%s read %q", b.hostname, p.said())
	}
	n.cut(a.link)
	writer := start(t, a, nil, "sh", "-c", "echo 'from the cut' >/mnt/data/late && sync /mnt/data/late")
	if got := start(t, b, nil, "ls", "/mnt/data"); got.end() != 0 || got.said() != "note\n" {
		t.Errorf("while %s is cut off, %s lists %q", a.hostname, b.hostname, got.said())
	}
	n.heal(a.link)
	if writer.end() != 0 || contents(filepath.Join(server.shared(), "late")) != "from the cut\n" {
		t.Errorf("the writer ended with %d: %q", writer.code, writer.said())
	}
	if idle := start(t, b, nil, "sleep", "600"); idle.alive() {
		idle.drop()
		if idle.code != -1 {
			t.Errorf("exit code %d after kill -9, want -1", idle.code)
		}
	}
}

// TestSiteHasLeaders has three NATS servers on three hosts find a leader, and another when that one is killed.
func TestSiteHasLeaders(t *testing.T) {
	n := newNetwork(t, t.TempDir())
	at := []*host{n.host(), n.host(), n.host()}
	s := newSite(t, newSiteKeys(t, at[0].ip, at[1].ip, at[2].ip), at...)
	var js struct {
		Meta metaCluster `json:"meta_cluster"`
	}
	if !s.servers[0].monitored("/jsz", &js) {
		t.Fatal("a server tells nothing")
	}
	first := js.Meta.Leader
	for i, server := range s.servers {
		if first == server.label() {
			server.drop()
			await(t, "another leader", func() bool {
				return s.servers[(i+1)%3].monitored("/jsz", &js) && js.Meta.Leader != first && js.Meta.Leader != ""
			})
			server.start(t)
			await(t, "the old leader to be back", func() bool { return server.ready(3) })
		}
	}
}
