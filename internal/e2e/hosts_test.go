package e2e

import (
	"net"
	"strings"
	"testing"
	"time"
)

// TestHostsAreMachines holds the ground that the tests stand on: hosts have names and addresses of their own, reach
// each other, and don't when cut off.
func TestHostsAreMachines(t *testing.T) {
	n := newNetwork(t, t.TempDir())
	a, b := n.host(), n.host()
	if p := start(t, a, nil, "sh", "-c", "uname -n; ip -o addr"); p.end() != 0 || !strings.Contains(p.output(), a.hostname) ||
		!strings.Contains(p.output(), a.ip+"/") {
		t.Errorf("%s said %q", a.hostname, p.output())
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
