package cli

import (
	"os"
	"path/filepath"
	"strings"

	"eisweep/internal/results"
)

// selfExe leads to the file that this process runs, even if it was replaced or removed since.
const selfExe = "/proc/self/exe"

// NewProber returns what looks at files of unknown origin: this very program, not another version that
// was installed since it started.
func NewProber() (results.Prober, error) {
	self := selfExe
	if _, err := os.Stat(self); err != nil {
		if self, err = OwnProgram(); err != nil {
			return results.Prober{}, err
		}
	}
	return results.Prober{Command: []string{self, "probe"}}, nil
}

// OwnProgram is the path of this program's file, for other machines and for processes that outlive this one. Where there is no /proc, as in an
// empty chroot, the path by which it was started has to do.
func OwnProgram() (string, error) {
	self, err := os.Executable()
	if err == nil {
		return self, nil
	}
	if strings.Contains(os.Args[0], "/") {
		return filepath.Abs(os.Args[0])
	}
	return "", Errorf(ExitInternal, "find own executable: %w; start eisweep by its absolute path", err)
}
