//go:build !linux

package cli

// The program needs Linux: file locks by descriptor, /proc, cgroups, O_TMPFILE, renameat2.
import _ "eisweep/internal/linuxonly"
