package events

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"eisweep/internal/atomicfile"
)

// readFrom is a text that records how much of it was read.
type readFrom struct {
	*strings.Reader
	first int64
}

func (r *readFrom) ReadAt(to []byte, at int64) (int, error) {
	r.first = min(r.first, at)
	return r.Reader.ReadAt(to, at)
}

// TestLinesAreReadFromTheEnd, whatever their lengths, without the last one if it has no end, and not more than is wanted.
func TestLinesAreReadFromTheEnd(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "no end": "abc", "one": "abc\n", "two and a part": "abc\nde\nf", "empty lines": "\n\na\n",
		"blocks":        strings.Repeat(strings.Repeat("x", 1000)+"\n", 500),
		"exact blocks":  strings.Repeat(strings.Repeat("x", 127)+"\n", 2*blockBytes/128) + "torn",
		"a long tail":   "abc\n" + strings.Repeat("y", 3*blockBytes),
		"across blocks": "abc\n" + strings.Repeat("z", maxLine-1) + "\n" + strings.Repeat("w", blockBytes-maxLine/2) + "\n",
	} {
		want := slices.Collect(strings.Lines(string(wholeLines([]byte(text)))))
		slices.Reverse(want)
		var got []string
		backward(strings.NewReader(text), int64(len(text)), func(line []byte, err error) bool {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			got = append(got, string(line))
			return true
		})
		if len(got) != len(want) {
			t.Errorf("%s: %d lines, want %d", name, len(got), len(want))
		}
		for i := range min(len(got), len(want)) {
			if len(want[i]) <= maxLine && got[i] != want[i] || len(want[i]) > maxLine && len(got[i]) <= maxLine {
				t.Errorf("%s: line %d from the end has %d bytes, want %d", name, i, len(got[i]), len(want[i]))
			}
		}
	}
	text := strings.Repeat("abc\n", blockBytes)
	r := &readFrom{strings.NewReader(text), int64(len(text))}
	backward(r, int64(len(text)), func([]byte, error) bool { return false })
	if read := int64(len(text)) - r.first; read != blockBytes {
		t.Errorf("%d bytes were read for one line", read)
	}
	r.Reader = strings.NewReader("") // it was cut short meanwhile
	backward(r, 10, func(_ []byte, err error) bool {
		if err == nil {
			t.Error("what is gone was read")
		}
		return false
	})
}

// TestEventsBeforeANumber are the last ones before it, from both files.
func TestEventsBeforeANumber(t *testing.T) {
	r := openRoot(t, t.TempDir())
	write := func(name string, from, to int) {
		var text strings.Builder
		for seq := from; seq <= to; seq++ {
			fmt.Fprintf(&text, `{"seq":%d,"time":"2026-11-30T20:00:00Z","kind":"sweep_paused","sweep":"s%d"}`+"\n", seq, seq%2)
		}
		if err := errors.Join(atomicfile.MkdirAll(r.Private(), 0o755), atomicfile.Write(name, []byte(text.String()), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	write(earlierPath(r), 1, 10)
	write(path(r), 11, 20)
	for _, last := range []int{0, 3} {
		var got []uint64
		for _, e := range readAll(t, r, Query{About: "s0", Before: 14, Last: last}) {
			got = append(got, e.Seq)
		}
		want := []uint64{2, 4, 6, 8, 10, 12}
		if last > 0 {
			want = want[len(want)-last:]
		}
		if !slices.Equal(got, want) {
			t.Errorf("the last %d events are %v, want %v", last, got, want)
		}
	}
}
