package cli

import (
	"os"
	"path/filepath"
	"strings"

	"eisweep/internal/results"
)

// selfExe is the file that this process runs, even if it has been replaced or removed since.
const selfExe = "/proc/self/exe"

// NewProber returns a prober for files of unknown origin. It runs this very program, not a version that was installed since
// this process started.
func NewProber() (results.Prober, error) {
	self := selfExe
	if _, err := os.Stat(self); err != nil {
		if self, err = OwnProgram(); err != nil {
			return results.Prober{}, err
		}
	}
	return results.Prober{Command: []string{self, "probe"}}, nil
}

// OwnProgram is the path of this program, for other machines and for processes that outlive this one. Without /proc, as in an
// empty chroot, it is the path by which the program was started.
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
