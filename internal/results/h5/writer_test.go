package h5

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What can't be stored, or would be read as something else, is refused.
func TestWriterRefuses(t *testing.T) {
	image(t, func(w *Writer) {
		a, err := w.CreateArray("/a", Float32, []int{4, 3}, []int{2, 3})
		must(t, err)
		filtered, err := Filter(nil, make([]byte, 24), 4)
		must(t, err, a.WriteChunk([]int{0, 0}, filtered))
		early := a.Close()
		for name, err := range map[string]error{
			"chunk's axes": a.WriteChunk([]int{0}, filtered), "chunk's place": a.WriteChunk([]int{1, 1}, filtered), "chunk again": a.WriteChunk([]int{0, 0}, filtered),
			"empty chunk": a.WriteChunk([]int{2, 0}, nil), "missing chunk": early,
			"no dims": second(w.CreateArray("/b", Float32, nil, nil)), "no type": second(w.CreateArray("/b", Other, []int{1}, []int{1})),
			"no chunk": second(w.CreateArray("/b", Float32, []int{2, 2}, []int{2})), "large chunk": second(w.CreateArray("/b", Float32, []int{2}, []int{3})),
			"second of a name": w.CreateGroup("/a"), "in an array": w.CreateGroup("/a/g"), "no parent": w.CreateGroup("/none/g"), "path": w.CreateGroup("/g\x00"),
			"value's type": w.CreateGroup("/g", Attribute{"x", 7}), "zero byte": w.CreateGroup("/g", Attribute{"x", "a\x00b"}), "zero in name": w.CreateGroup("/g", Attribute{"x\x00", "a"}),
			"large": w.CreateGroup("/g", Attribute{"x", strings.Repeat("x", 70_000)}), "long name": w.CreateGroup("/g", Attribute{strings.Repeat("x", 300), "a"}),
			"order": w.CreateGroup("/g", Attribute{"y", "a"}, Attribute{"x", "a"}), "attribute again": w.CreateGroup("/g", Attribute{"x", "a"}, Attribute{"x", "a"}),
		} {
			if err == nil {
				t.Errorf("%s: no error", name)
			}
		}
		must(t, a.WriteChunk([]int{2, 0}, filtered), a.Close())
		if a.WriteChunk([]int{4, 0}, filtered) == nil {
			t.Error("a chunk behind the last was taken")
		}
	})
}

func second(_ *ArrayWriter, err error) error { return err }

// An index of many chunks, in several levels, leads to each; so does a group of many
// members, and a heap of many lines. The library's own tools copy the whole file.
func TestLargeFilesComeBack(t *testing.T) {
	const rows, columns, chunk, members, lines = 9_000, 5, 2, 200, 5_000
	text := make([]string, lines)
	for i := range text {
		text[i] = strings.Repeat("µ", i%40) + fmt.Sprint(i)
	}
	path := filepath.Join(t.TempDir(), "large.h5")
	file, err := os.Create(path)
	must(t, err)
	w := NewWriter(file, 1000)
	must(t, w.CreateGroup("/"), w.CreateGroup("/g"), w.WriteLines("/lines", text))
	for i := range members {
		must(t, w.CreateGroup(fmt.Sprintf("/g/%d", i), Attribute{"i", int64(i)}))
	}
	writeRows(t, w, rows, columns, chunk)
	image, err := w.Close()
	must(t, err, file.Close())
	if image != nil {
		t.Error("the file was held in memory")
	}
	copied := path + ".copy"
	if out, err := exec.Command("h5repack", path, copied).CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("h5repack: %v\n%s", err, out)
	}
	for _, name := range []string{path, copied} {
		f, err := Open(name)
		must(t, err)
		if got, err := f.ReadLines("/lines"); err != nil || !slices.Equal(got, text) {
			t.Errorf("%s: other lines (%v)", name, err)
		}
		if names, err := f.Children("/g"); err != nil || len(names) != members {
			t.Errorf("%s: %d members (%v)", name, len(names), err)
		}
		if i, err := f.Attribute("/g/137", "i"); err != nil || i != int64(137) {
			t.Errorf("%s: member 137 says that it is %v (%v)", name, i, err)
		}
		readRows(t, f, rows, columns)
		must(t, f.Close())
	}
}

func rowsFrom(first, n, columns int) []byte {
	var b []byte
	for i := range n * columns {
		b = binary.LittleEndian.AppendUint32(b, uint32(first*columns+i))
	}
	return b
}

func writeRows(t *testing.T, w *Writer, rows, columns, chunk int) {
	t.Helper()
	a, err := w.CreateArray("/rows", Int32, []int{rows, columns}, []int{chunk, columns})
	must(t, err)
	for first := 0; first < rows; first += chunk {
		filtered, err := Filter(nil, rowsFrom(first, chunk, columns), 4)
		must(t, err, a.WriteChunk([]int{first, 0}, filtered))
	}
	must(t, a.Close())
}

func readRows(t *testing.T, f *File, rows, columns int) {
	t.Helper()
	a, err := f.OpenArray("/rows")
	must(t, err)
	defer a.Close()
	got := make([]byte, 4*rows*columns)
	must(t, a.Read([]int{0, 0}, []int{rows, columns}, got))
	if !bytes.Equal(got, rowsFrom(0, rows, columns)) {
		t.Error("other values")
	}
}
