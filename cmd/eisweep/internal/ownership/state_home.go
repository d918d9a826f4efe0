package ownership

import (
	"os"
	"path/filepath"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
)

// FlushTimeout is how long an owner that ends may take to bring what was finished to the disk.
const FlushTimeout = 30 * time.Second

// StateHome is the directory of a user's state on this machine; "" if there is none.
func StateHome(e *cli.Env) string {
	if dir := e.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".local", "state")
}
