package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// guest is a machine with a kernel of its own (User-Mode Linux): it sees this machine's files as its own disk, and has
// the shared directory over NFS. It has one processor.
type guest struct {
	hostname, ip, link string
	console            io.Writer // of a shell there
	ready              chan struct{}

	mu        sync.Mutex
	processes map[string]*process
	pids      map[string]chan string
	lines     []string // of the console that mean nothing here
}

// boot is the first process of a guest, which makes the mounts and becomes the shell on its console. UML's network
// device drops joined segments, so the host's end of the cable must not join any (see guest).
const boot = `#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
stty -echo -onlcr
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t tmpfs tmpfs /run; mount -t tmpfs tmpfs /mnt
mkdir -p /mnt/data /mnt/disk /mnt/kernel/lib/modules
ln -s /usr/lib/uml/modules/$(uname -r) /mnt/kernel/lib/modules/
hostname {name}
echo 50 >/proc/sys/vm/dirty_expire_centisecs; echo 20 >/proc/sys/vm/dirty_writeback_centisecs
modprobe -d /mnt/kernel nfsv4
ip link set lo up; ip addr add {address}/24 dev vec0; ip link set vec0 up
mount -t nfs4 -o port={port},vers=4.2,hard,timeo=20,retrans=2 {server}:/data /mnt/data &&
echo "@ready"
while read -r line; do eval "$line"; done
echo o >/proc/sysrq-trigger; sleep 60
`

// guests adds guests to the network, with the shared directory of server, which serveNFS was called for.
func (n *network) guests(server *host, count int) (out []*guest) {
	n.t.Helper()
	needsPrograms(n.t, map[string]string{"linux.uml": "user-mode-linux", "modprobe": "kmod", "mount.nfs4": "nfs-common"})
	for range count {
		out = append(out, n.turnOn(boot, "{server}", server.ip))
	}
	for _, g := range out {
		awaitClosed(n.t, "the guest "+g.hostname, g.ready)
	}
	return out
}

// turnOn starts a guest with a first process of its own, which is ready some time later.
func (n *network) turnOn(boot string, replacements ...string) *guest {
	n.t.Helper()
	g := &guest{processes: map[string]*process{}, pids: map[string]chan string{}, ready: make(chan struct{})}
	g.hostname, g.ip, g.link = n.next()
	n.ip("tuntap", "add", g.link, "mode", "tap")
	n.t.Cleanup(func() { n.ip("link", "del", g.link) })
	n.ip("link", "set", g.link, "gso_max_segs", "1", "gso_max_size", "1514", "master", n.bridge, "up")

	dir := n.t.TempDir()
	first := filepath.Join(dir, "init")
	write(
		n.t,
		first,
		boot,
		append(replacements, "{name}", g.hostname, "{address}", g.ip, "{port}", strconv.Itoa(nfsPort), "{trial}", filepath.Dir(dir))...)
	cmd := exec.Command("linux.uml", "mem=384M", "rootfstype=hostfs", "rootflags=/", "rw", "init="+first, "quiet",
		"vec0:transport=tap,ifname="+g.link+",depth=64,gro=0", "con=null", "con0=fd:0,fd:1", "umid="+g.hostname, "uml_dir="+dir)
	cmd.Env = append(os.Environ(), "LD_PRELOAD="+built(n.t, registers))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a guest is several processes
	console, err := cmd.StdinPipe()
	if err != nil {
		n.t.Fatal(err)
	}
	said, err := cmd.StdoutPipe()
	if err != nil {
		n.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
	g.console = console
	off := make(chan struct{})
	go g.listen(said, off)
	n.t.Cleanup(func() {
		if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); err != nil {
			n.t.Errorf("switch off %s: %v", g.hostname, err)
		}
		<-off
		cmd.Wait()
		if n.t.Failed() {
			n.t.Logf("the console of %s:\n%s", g.hostname, strings.Join(g.lines, "\n"))
		}
	})
	return g
}

// listen reads the console until the guest is off.
func (g *guest) listen(said io.Reader, off chan struct{}) {
	defer close(off)
	for in := bufio.NewScanner(said); in.Scan(); {
		words := strings.Fields(in.Text())
		switch {
		case len(words) == 1 && words[0] == "@ready":
			close(g.ready)
		case len(words) == 3 && words[0] == "@pid":
			g.pid(words[1]) <- words[2]
		case len(words) == 3 && words[0] == "@ended":
			g.ended(words[1], words[2])
		default:
			g.lines = append(g.lines, in.Text())
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, p := range g.processes {
		p.over(-1)
	}
	clear(g.processes)
}

// pid is where a process' id arrives.
func (g *guest) pid(key string) chan string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.pids[key] == nil {
		g.pids[key] = make(chan string, 1)
	}
	return g.pids[key]
}

// ended takes what the shell says of a process' end: 128 and more is a signal's.
func (g *guest) ended(key, code string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	n, err := strconv.Atoi(code)
	if err != nil || n > 128 {
		n = -1
	}
	if p := g.processes[key]; p != nil {
		delete(g.processes, key)
		p.over(n)
	}
}

func (g *guest) name() string    { return g.hostname }
func (g *guest) shared() string  { return "/mnt/data" }
func (g *guest) address() string { return g.ip }
func (g *guest) disk() string    { return "/mnt/disk" }

// launch types the command on the guest's console, which works when its network doesn't. What the process writes goes
// to this machine's disk, where it shows within a second.
func (g *guest) launch(t testing.TB, p *process, env, argv []string) {
	t.Helper()
	key := strconv.FormatInt(processes.Add(1), 10)
	g.mu.Lock()
	g.processes[key] = p
	g.mu.Unlock()
	line := []string{"exec", "env", "-i"}
	for _, word := range append(env, argv...) {
		line = append(line, quoted(word))
	}
	script := filepath.Join(filepath.Dir(p.out), "command")
	if err := os.WriteFile(
		script,
		[]byte("echo @pid "+key+" $$\n"+strings.Join(line, " ")+" </dev/null >"+quoted(p.out)+" 2>"+quoted(p.err)+"\n"),
		0o644,
	); err != nil {
		t.Fatal(err)
	}
	g.enter(t, fmt.Sprintf("(sh %s; echo @ended %s $?) &", quoted(script), key))
	select {
	case p.pid = <-g.pid(key):
		p.kill = func(s syscall.Signal) { g.enter(t, fmt.Sprintf("kill -%d %s", s, p.pid)) }
	case <-p.ended:
		t.Fatalf("%s did not start", p.name)
	}
}

func (g *guest) enter(t testing.TB, line string) {
	if _, err := io.WriteString(g.console, line+"\n"); err != nil && !errors.Is(err, syscall.EPIPE) {
		t.Errorf("type on the console of %s: %v", g.hostname, err)
	}
}

// quoted is a word for the shell.
func quoted(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
