package daemon

import (
	"net"
	"path/filepath"
	"strconv"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/ownership"
	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
)

// stateDir is the directory of the coordinator's secrets: on this machine, for this user.
func stateDir(e *cli.Env, r *root.Root) (string, error) {
	home := ownership.StateHome(e)
	if home == "" {
		return "", cli.Usagef("the coordinator's keys need a directory, but there is neither a home directory nor XDG_STATE_HOME: " +
			"set that to the absolute path of a directory on a local disk")
	}
	return filepath.Join(home, "eisweep", r.ID()), nil
}

// address is where to listen: as --listen says, else on every address at the last port, which others know.
func (s *Service) address(state string) string {
	if s.listen != "" {
		return s.listen
	}
	text, err := atomicfile.Read(filepath.Join(state, "port"), 100)
	if err != nil {
		return ":0"
	}
	address := ":" + strings.TrimSpace(string(text))
	l, err := net.Listen("tcp", address)
	if err != nil {
		return ":0"
	}
	l.Close()
	return address
}

// savePort remembers the port for the next start. Without it, that takes another port, which does no harm.
func savePort(state string, port int) {
	_ = atomicfile.Write(filepath.Join(state, "port"), []byte(strconv.Itoa(port)+"\n"), 0o600)
}
