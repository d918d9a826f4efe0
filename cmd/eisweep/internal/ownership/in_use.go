package ownership

import (
	"errors"
	"fmt"
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
	remedy, stopped := "to run them here, stop it first", ""
	if client.IsCoordinator(root.Holder{Command: commandLine()}) {
		remedy = "to start another, stop it first, or add --standby to have it wait"
	}
	if client.IsStopped(h) {
		stopped = fmt.Sprintf("; its process is stopped by SIGSTOP: continue it with `kill -CONT %d`", h.PID)
	}
	return cli.Errorf(cli.ExitInUse, "root %s has a coordinator (process %d on %s, since %s): "+
		"`eisweep launch` gives it sweeps to run, `eisweep status` shows their progress; %s%s",
		inUse.Path, h.PID, h.Host, h.Since.Local().Format(time.DateTime), remedy, stopped)
}

// commandLine is what was typed, for those who find the root in use.
func commandLine() string {
	return strings.Join(append([]string{filepath.Base(os.Args[0])}, os.Args[1:]...), " ")
}
