package inspect

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/coordinator/catalog"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
)

// What cannot be read is told in lines of its own, beside what is known.
func TestTroubleHasLinesOfItsOwn(t *testing.T) {
	unread := &fs.PathError{Op: "lstat", Path: "/r/a/results~seed=1.h5", Err: syscall.EIO}
	directory := SweepOverview{Sweep: "a", From: fromDirectory}
	directory.count(&catalog.SweepStatus{Tasks: []catalog.TaskStatus{{State: catalog.StateDone}}, Unread: unread})
	aside := SweepOverview{Sweep: "a", From: FromCoordinator, Progress: control.Progress{Tasks: 1}}
	aside.AddFaults([]control.SweepFault{{Sweep: "a", Cause: unread.Error(), Remedy: "repair it"}})
	for name, s := range map[string]*SweepOverview{"directory": &directory, "coordinator": &aside} {
		var out bytes.Buffer
		e := &cli.Env{Stdout: &out}
		e.Lines(s.Text())
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if len(lines) != 3 || !strings.HasPrefix(lines[0], "a: ") || !strings.Contains(lines[1], unread.Error()) || !strings.HasPrefix(lines[2],
			"  remedy: ") {
			t.Errorf("%s: told %q", name, lines)
		}
		if s.Unread() != (name == "directory") {
			t.Errorf("%s: unread is %v", name, s.Unread())
		}
	}
}

// What the system refuses to read is neither absent nor wrong.
func TestRefusedIsNotAbsent(t *testing.T) {
	for err, want := range map[error]bool{syscall.EIO: true, syscall.ESTALE: true, syscall.EMFILE: true, syscall.ENOENT: false,
		errors.New("no HDF5 file"): false} {
		if got := atomicfile.IsRefused(&fs.PathError{Op: "open", Path: "x", Err: err}); got != want {
			t.Errorf("%v: refused is %v", err, got)
		}
	}
}
