package placement

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"eisweep/internal/protocol"
	"eisweep/internal/results"
)

// TestCheckIncoming tells what a look at a result finds from a look that failed.
func TestCheckIncoming(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "result.h5")
	hole := filepath.Join(dir, "hole.h5")
	if err := errors.Join(os.WriteFile(path, []byte("bytes"), 0o600), os.WriteFile(hole, nil, 0o600), os.Truncate(hole, 1<<40)); err != nil {
		t.Fatal(err)
	}
	sum, n, err := results.HashFile(path)
	if err != nil {
		t.Fatal(err)
	}
	promised := protocol.Outcome{SHA256: sum, Bytes: n}
	directory, circle := filepath.Join(dir, "directory"), filepath.Join(dir, "circle", "result.h5")
	if err := errors.Join(os.Mkdir(directory, 0o777), os.Symlink("circle", filepath.Dir(circle))); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		path    string
		outcome protocol.Outcome
		damage  string
		err     error
	}{
		"as promised":            {path, promised, "", nil},
		"gone":                   {filepath.Join(dir, "none.h5"), promised, "did not arrive", nil},
		"a directory":            {directory, promised, "not a plain file", nil},
		"other bytes":            {path, protocol.Outcome{SHA256: strings.Repeat("0", 64), Bytes: n}, "other bytes", nil},
		"other size":             {path, protocol.Outcome{SHA256: sum, Bytes: n + 1}, "arrived with 5 bytes, not the 6", nil},
		"a hole of 1 TiB":        {hole, promised, "arrived with 1099511627776 bytes, not the 5", nil},
		"directory is a file":    {filepath.Join(path, "result.h5"), promised, "", syscall.ENOTDIR},
		"directory is a circle":  {circle, promised, "", syscall.ELOOP},
		"directory is not there": {filepath.Join(dir, "none", "result.h5"), promised, "", syscall.ENOENT},
	} {
		_, damage, err := CheckIncoming(test.path, &test.outcome)
		if !strings.Contains(damage, test.damage) || (damage == "") != (test.damage == "") || !errors.Is(err, test.err) {
			t.Errorf("%s: damage %q, error %v", name, damage, err)
		}
	}
}
