package worker

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
)

// TestCheckpointsThatCannotBeFoundForAMoment are gone on from. A circle of links stands for a
// file server that doesn't answer.
func TestCheckpointsThatCannotBeFoundForAMoment(t *testing.T) {
	directory, away := filepath.Join(t.TempDir(), "checkpoints"), filepath.Join(t.TempDir(), "away")
	check(t, os.Mkdir(directory, 0o700))
	synctest.Test(t, func(t *testing.T) {
		(&counter{}).save(keeper(directory, 1, func(string) {}), 8)
		check(t, errors.Join(os.Rename(directory, away), os.Symlink("checkpoints", directory)))
		tries := 0
		k := keeper(directory, 2, func(text string) {
			if !strings.Contains(text, "tried again") {
				return
			}
			if tries++; tries == 2 {
				check(t, errors.Join(os.Remove(directory), os.Rename(away, directory)))
			}
		})
		var s counter
		if k.Resume(&s); s.done != 8 || tries != 2 {
			t.Errorf("after %d attempts it resumes from %d", tries, s.done)
		}
	})
}

// flaky is a counter whose checkpoint cannot be read for some times.
type flaky struct {
	counter
	tries int
	err   func(try int) error
}

func (f *flaky) RestoreFrom(r io.ReaderAt, size int64) error {
	f.tries++
	if err := f.err(f.tries); err != nil {
		return err
	}
	return f.counter.RestoreFrom(r, size)
}

// TestACheckpointThatCannotBeReadForAMoment is read again; one that is damaged is not used at
// once, and so is one that cannot be read for long.
func TestACheckpointThatCannotBeReadForAMoment(t *testing.T) {
	refused := &fs.PathError{Op: "read", Path: "checkpoint", Err: syscall.EIO}
	for name, test := range map[string]struct {
		err   func(try int) error
		tries int
		done  int64
	}{
		"a moment": {func(try int) error {
			if try < 3 {
				return refused
			}
			return nil
		}, 3, 8},
		"damaged": {func(int) error { return errors.New("its sum is another") }, 1, 0},
		"long":    {func(int) error { return refused }, 1 + len(readPauses), 0},
	} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				(&counter{}).save(keeper(directory, 1, func(string) {}), 8)
				s := flaky{err: test.err}
				if keeper(directory, 2, func(string) {}).Resume(&s); s.done != test.done || s.tries != test.tries {
					t.Errorf("after %d attempts it resumes from %d", s.tries, s.done)
				}
			})
		})
	}
}
