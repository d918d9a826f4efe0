package hooks

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"eisweep/internal/root"
)

// TestOfMuchOutputTheEndsAreKept, and the command is not disturbed; little is kept whole.
func TestOfMuchOutputTheEndsAreKept(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(r.Private(directory), 0o700); err != nil {
		t.Fatal(err)
	}
	much := strconv.Itoa(5 * keptOutput)
	for command, want := range map[string]struct {
		bytes      int
		start, end string
	}{
		"echo start; echo end >&2":                                   {10, "start\n", "end\n"},
		"echo start; head -c " + much + " /dev/zero && echo end >&2": {2 * keptOutput, "start\n", "\x00end\n"},
		"true": {0, "", ""},
	} {
		d := &delivery{Notice: Notice{Event: SweepFinished, Sweep: "a"}, Command: command}
		if _, err := run(t.Context(), r, os.Environ(), d); err != nil {
			t.Errorf("%s: %v", command, err)
		}
		text, err := os.ReadFile(logOf(r, "a", SweepFinished))
		if err != nil || len(text) != want.bytes || !strings.HasPrefix(string(text), want.start) || !strings.HasSuffix(string(text), want.end) {
			t.Errorf("%s: %d bytes of output are kept, want %d; %v", command, len(text), want.bytes, err)
		}
	}
}
