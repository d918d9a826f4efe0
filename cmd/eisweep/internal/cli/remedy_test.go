package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"eisweep/internal/natsserver"
)

// TestAdviceFollowsTheCause wants a remedy in the text of storage errors, and in no other.
func TestAdviceFollowsTheCause(t *testing.T) {
	broken := func(n syscall.Errno) error { return &fs.PathError{Op: "open", Path: "manifest.jsonl", Err: n} }
	for name, test := range map[string]struct {
		err  error
		want []string
	}{
		"open files": {fmt.Errorf("start: %w", broken(syscall.EMFILE)), []string{"too many open files", "remedy: ", "ulimit -n"}},
		"full":       {broken(syscall.ENOSPC), []string{"remedy: the disk is full"}},
		"NATS, in text": {fmt.Errorf("%w: %s", natsserver.ErrStore, "could not store: disk quota exceeded"), []string{"store cannot be written",
			"remedy: your quota"}},
		"two at once": {errors.Join(broken(syscall.EROFS), broken(syscall.ESTALE)), []string{"mounted read-only", "mount it again"}},
		"other kind":  {Usagef("no such file or directory: my.toml"), []string{"my.toml"}},
	} {
		told := textWithRemedy(test.err)
		for _, want := range test.want {
			if !strings.Contains(told, want) {
				t.Errorf("%s: %q doesn't say %q", name, told, want)
			}
		}
		if strings.Contains(told, "disk is full") != errors.Is(test.err, syscall.ENOSPC) ||
			strings.Contains(told, "remedy") != (ExitCode(test.err) == ExitStorage) {
			t.Errorf("%s: %q", name, told)
		}
	}
}
