package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
)

// host is a machine with this one's disk and kernel: a network namespace with a name of its own, or, without a network,
// this machine itself.
type host struct {
	hostname  string
	ip        string
	link      string   // of its cable to the bridge
	prefix    []string // of every command there
	directory string   // shared
	own       string   // disk
}

// here is this machine, with a shared directory.
func here(t testing.TB) *host {
	t.Helper()
	return hereWith(t, t.TempDir())
}

// hereWith is this machine with a directory that others share.
func hereWith(t testing.TB, directory string) *host {
	t.Helper()
	hostname, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	return &host{hostname: hostname, ip: "127.0.0.1", directory: directory, own: t.TempDir()}
}

func (h *host) name() string    { return h.hostname }
func (h *host) shared() string  { return h.directory }
func (h *host) address() string { return h.ip }
func (h *host) disk() string    { return h.own }

func (h *host) launch(t testing.TB, p *process, env, argv []string) {
	t.Helper()
	argv = append(h.prefix[:len(h.prefix):len(h.prefix)], argv...)
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = env
	out, err := os.Create(p.out)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	errs, err := os.Create(p.err)
	if err != nil {
		t.Fatal(err)
	}
	defer errs.Close()
	cmd.Stdout, cmd.Stderr = out, errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.pid = strconv.Itoa(cmd.Process.Pid)
	p.kill = func(s syscall.Signal) {
		if err := cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Errorf("signal %s: %v", p.name, err)
		}
	}
	go func() {
		cmd.Wait()
		p.over(cmd.ProcessState.ExitCode())
	}()
}

// network is a bridge that hosts are on.
type network struct {
	t         testing.TB
	number    int64
	bridge    string
	hosts     int
	directory string
}

var networks atomic.Int64

// newNetwork makes a bridge, removed with all that is on it when the test ends. directory is what its hosts share.
func newNetwork(t testing.TB, directory string) *network {
	t.Helper()
	needs(t, namespaceErr)
	needsPrograms(t, map[string]string{"ip": "iproute2", "nsenter": "util-linux", "unshare": "util-linux", "hostname": "hostname"})
	n := &network{t: t, number: networks.Add(1), directory: directory}
	n.bridge = fmt.Sprintf("bridge%d", n.number)
	n.ip("link", "add", n.bridge, "type", "bridge")
	t.Cleanup(func() { n.ip("link", "del", n.bridge) })
	n.ip("addr", "add", n.ipOf(254)+"/24", "dev", n.bridge)
	n.ip("link", "set", n.bridge, "up")
	return n
}

func (n *network) ip(args ...string) {
	n.t.Helper()
	if err := command("ip", args...); err != nil {
		n.t.Fatal(err)
	}
}

func (n *network) ipOf(k int) string { return fmt.Sprintf("10.77.%d.%d", n.number, k) }

// next numbers a machine: its name, address, and the device that it has on the bridge.
func (n *network) next() (name, ip, link string) {
	n.hosts++
	return fmt.Sprintf("h%d-%d", n.number, n.hosts), n.ipOf(n.hosts), fmt.Sprintf("cable%d-%d", n.number, n.hosts)
}

// host adds a host to the bridge.
func (n *network) host() *host {
	n.t.Helper()
	h := &host{directory: n.directory, own: n.t.TempDir()}
	h.hostname, h.ip, h.link = n.next()
	n.ip("netns", "add", h.hostname)
	n.t.Cleanup(func() { n.ip("netns", "del", h.hostname) })
	n.ip("link", "add", h.link, "type", "veth", "peer", "name", "eth0", "netns", h.hostname)
	n.ip("link", "set", h.link, "master", n.bridge, "up")
	n.ip("-n", h.hostname, "addr", "add", h.ip+"/24", "dev", "eth0")
	n.ip("-n", h.hostname, "link", "set", "eth0", "up")
	n.ip("-n", h.hostname, "link", "set", "lo", "up")
	h.prefix = []string{
		"nsenter", "--net=" + filepath.Join("/run/netns", h.hostname),
		"unshare", "--uts", "sh", "-c", `hostname "$0" && exec "$@"`, h.hostname,
	}
	return h
}

// cut takes a machine's cable out of the bridge; the machine itself notices nothing but silence.
func (n *network) cut(link string) { n.t.Helper(); n.ip("link", "set", link, "nomaster") }

// heal puts it back.
func (n *network) heal(link string) { n.t.Helper(); n.ip("link", "set", link, "master", n.bridge) }
