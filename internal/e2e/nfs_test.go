package e2e

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

const nfsPort = 20490

// ganesha is the configuration of an NFS server that exports one directory. Unlike the kernel's it would keep for a minute
// what it knows of files, also of those that its host writes behind its back.
const ganesha = `
NFS_CORE_PARAM { Protocols = 4; NFS_Port = {port}; Enable_NLM = false; Enable_RQUOTA = false; Enable_UDP = None; }
NFSV4 { Graceless = true; RecoveryBackend = fs; RecoveryRoot = {state}; Minor_Versions = 0,1,2; Only_Numeric_Owners = true; }
EXPORT {
	Export_Id = 1; Path = {directory}; Pseudo = /data; Access_Type = RW; Squash = No_Root_Squash;
	Attr_Expiration_Time = 0; SecType = sys; Protocols = 4; Transports = TCP; FSAL { Name = VFS; }
}
`

// serveNFS has a host export its shared directory, for guests to mount.
func serveNFS(t testing.TB, h *host) {
	t.Helper()
	if os.Geteuid() != 0 || userNamespace() {
		needs(t, errors.New("an NFS server opens files by their handles, which only root may"))
	}
	needsPrograms(t, map[string]string{"ganesha.nfsd": "nfs-ganesha nfs-ganesha-vfs"})
	state := filepath.Join(h.disk(), "ganesha")
	if err := os.MkdirAll(state, 0o700); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(state, "ganesha.conf")
	write(t, config, ganesha, "{port}", strconv.Itoa(nfsPort), "{state}", state, "{directory}", h.shared())
	start(t, h, nil, "ganesha.nfsd", "-F", "-f", config, "-p", filepath.Join(state, "pid"), "-L", "STDOUT")
	await(t, "the NFS server", func() bool { return listening(h.address(), nfsPort) })
}

func listening(host string, port int) bool {
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(host, strconv.Itoa(port)), time.Second)
	if err == nil {
		conn.Close()
	}
	return err == nil
}
