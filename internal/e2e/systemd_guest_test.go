package e2e

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// bootSystemd is the first process of a guest that becomes systemd. This machine's files are below its disk, and nothing
// that it writes gets there but the test's own files. systemd mounts the directory root of the shared one, at /srv/eisweep.
const bootSystemd = `#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
stty -echo -onlcr
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t tmpfs tmpfs /run; mount -t tmpfs tmpfs /mnt
root=/mnt/root units=/mnt/root/etc/systemd/system
mkdir -p /mnt/kernel/lib/modules /mnt/upper /mnt/work $root
ln -s /usr/lib/uml/modules/$(uname -r) /mnt/kernel/lib/modules/
modprobe -d /mnt/kernel -a nfsv4 overlay
ip link set lo up; ip addr add {address}/24 dev vec0; ip link set vec0 up
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay $root
rm -rf $root/etc/systemd/system $root/etc/tmpfiles.d $root/usr/lib/tmpfiles.d/tmp.conf
mkdir -p $units $root/srv/eisweep $root/mnt/disk $root{trial}
mount --bind {trial} $root{trial}
echo 50 >/proc/sys/vm/dirty_expire_centisecs; echo 20 >/proc/sys/vm/dirty_writeback_centisecs
echo {name} >$root/etc/hostname
echo {address} {name} >>$root/etc/hosts
echo "{server}:/data/root /srv/eisweep nfs4 port={port},vers=4.2,hard,timeo=20,retrans=2" >$root/etc/fstab
cat >$units/trial.target <<U
[Unit]
Requires=basic.target trial.service
U
cat >$units/trial.service <<U
[Unit]
After=remote-fs.target
Requires=remote-fs.target
[Service]
ExecStart=/bin/sh -c 'echo @ready; while read -r line; do eval "\$\$line"; done'
StandardInput=tty-force
StandardOutput=tty
TTYPath=/dev/console
U
exec switch_root $root /usr/lib/systemd/systemd --unit=trial.target --show-status=0 --log-level=warning
`

// bySystemd adds a guest that is booted by systemd and has the root in the shared directory of server, which serveNFS was
// called for.
func (n *network) bySystemd(server *host) *guest {
	n.t.Helper()
	needsPrograms(
		n.t,
		map[string]string{"linux.uml": "user-mode-linux", "modprobe": "kmod", "mount.nfs4": "nfs-common", "systemctl": "systemd"},
	)
	g := n.turnOn(bootSystemd, "{server}", server.ip)
	awaitClosed(n.t, "the guest "+g.hostname, g.ready)
	return g
}

// does types commands of a shell on the guest's console, wants them to succeed, and returns what they wrote.
func (g *guest) does(t testing.TB, commands string) string {
	t.Helper()
	p := start(t, g, nil, "bash", "-euc", commands)
	if code := p.end(); code != 0 {
		t.Fatalf("%s: exit code %d\n%s", commands, code, p.output())
	}
	return strings.TrimSpace(contents(p.out))
}

// packaged is the Debian package of a program.
func packaged(t testing.TB, program string) string {
	t.Helper()
	needsPrograms(t, map[string]string{"dpkg-deb": "dpkg"})
	dir := t.TempDir()
	if err := command("../../tools/release/package", runtime.GOARCH, "0.0.0", "0", program, dir); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "eisweep_0.0.0_"+runtime.GOARCH+".deb")
}
