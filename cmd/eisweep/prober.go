package main

import (
	"os"
	"path/filepath"
	"strings"

	"eisweep/internal/results"
)

// running leads to the file that this process runs, even if it was replaced or removed since.
const running = "/proc/self/exe"

// newProber returns what looks at files of unknown origin: this very program, not another version that
// was installed since it started.
func newProber() (results.Prober, error) {
	self := running
	if _, err := os.Stat(self); err != nil {
		if self, err = ownProgram(); err != nil {
			return results.Prober{}, err
		}
	}
	return results.Prober{Command: []string{self, "probe"}}, nil
}

// ownProgram is the path of this program's file, for other machines and for processes that outlive this one. Where there is no /proc, as in an
// empty chroot, the path by which it was started has to do.
func ownProgram() (string, error) {
	self, err := os.Executable()
	if err == nil {
		return self, nil
	}
	if strings.Contains(os.Args[0], "/") {
		return filepath.Abs(os.Args[0])
	}
	return "", failure(exitInternal, "find own program: %w; start it by its whole path", err)
}
