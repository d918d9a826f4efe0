package ownership

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/internal/root"
)

// ExplainInUse adds to the error of a root that a coordinator owns how to have that coordinator run sweeps.
func ExplainInUse(err error) error {
	var inUse *root.InUseError
	if !errors.As(err, &inUse) || !client.IsCoordinator(inUse.Holder) {
		return err
	}
	h := inUse.Holder
	return cli.Errorf(cli.ExitInUse, "root %s has a coordinator (process %d on %s, since %s): "+
		"`eisweep launch` gives it sweeps to run, `eisweep status` shows their progress; to run them here, stop it first",
		inUse.Path, h.PID, h.Host, h.Since.Local().Format(time.DateTime))
}

// commandLine is what was typed, for those who find the root in use.
func commandLine() string {
	return strings.Join(append([]string{filepath.Base(os.Args[0])}, os.Args[1:]...), " ")
}
