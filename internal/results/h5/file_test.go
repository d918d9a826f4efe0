package h5

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// image creates a file in memory, calls fill, and returns the bytes.
func image(t *testing.T, fill func(*File)) []byte {
	t.Helper()
	f, err := CreateImage()
	if err != nil {
		t.Fatal(err)
	}
	fill(f)
	if err := f.Flush(); err != nil {
		t.Fatal(err)
	}
	text, err := f.Image()
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return text
}

func reopen(t *testing.T, text []byte) *File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.h5")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	from, err := os.Open(path)
	must(t, err)
	defer from.Close()
	f, err := OpenFile(from)
	must(t, err)
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// writeArray writes bytes as one chunk.
func writeArray(t *testing.T, f *File, path string, kind Type, values []byte, dims ...int) {
	t.Helper()
	a, err := f.CreateArray(path, kind, dims, dims)
	must(t, err)
	filtered, err := Filter(nil, values, kind.Size())
	must(t, err, a.WriteChunk(make([]int, len(dims)), filtered), a.Close(), a.Close())
}

func writeLines(t *testing.T, f *File, path string, lines ...string) {
	t.Helper()
	must(t, f.CreateLines(path, len(lines)), f.WriteLines(path, lines))
}

func TestArraysComeBack(t *testing.T) {
	values := make([]byte, 48)
	for i := range values {
		values[i] = byte(i * i)
	}
	f := reopen(t, image(t, func(f *File) {
		must(t, f.CreateGroup("/g"))
		for _, kind := range []Type{Float32, Float64, Int32, Int64} {
			writeArray(t, f, "/g/"+kind.String(), kind, values, 2, 24/kind.Size())
		}
	}))
	for _, kind := range []Type{Float32, Float64, Int32, Int64} {
		a, err := f.OpenArray("/g/" + kind.String())
		must(t, err)
		row := make([]byte, 24)
		if a.Type != kind || !slices.Equal(a.Dims, []int{2, 24 / kind.Size()}) {
			t.Errorf("%v came back as %v of %v", kind, a.Type, a.Dims)
		}
		must(t, a.Read([]int{1, 0}, []int{1, a.Dims[1]}, row), a.Close())
		if !bytes.Equal(row, values[24:]) {
			t.Errorf("%v: second row %v, want %v", kind, row, values[24:])
		}
	}
	if names, err := f.Children("/g"); err != nil || !slices.Equal(names, []string{"float32", "float64", "int32", "int64"}) {
		t.Errorf("children %v (%v)", names, err)
	}
}

func TestAttributesComeBack(t *testing.T) {
	values := map[string]any{
		"yes": true, "no": false, "n": int64(-7), "x": 0.1, "s": "µ text", "empty": "", "long": strings.Repeat("µ", 20_000),
		"t": Text("name=1\nµ"), "none": Text(""), "a": ASCII("abc"),
	}
	f := reopen(t, image(t, func(f *File) {
		for name, value := range values {
			must(t, f.SetAttributes("/", Attribute{name, value}))
		}
	}))
	for name, want := range values {
		got, err := f.Attribute("/", name)
		switch w := want.(type) {
		case Text:
			want = string(w)
		case ASCII:
			want = string(w)
		}
		if err != nil || got != want {
			t.Errorf("%s is %#v (%v), want %#v", name, got, err, want)
		}
	}
	if names, err := f.Attributes("/"); err != nil || len(names) != len(values) || !slices.IsSorted(names) {
		t.Errorf("names %v (%v)", names, err)
	}
}

func TestLinesComeBack(t *testing.T) {
	want := []string{"Trial 1", "µ 𝛼 ✓", strings.Repeat("long ", 10_000)}
	f := reopen(t, image(t, func(f *File) {
		writeLines(t, f, "/out", want...)
		writeLines(t, f, "/none")
		writeLines(t, f, "/gap", "a", "", "b")
	}))
	for path, want := range map[string][]string{"/out": want, "/none": {" "}, "/gap": {"a", " ", "b"}} {
		if got, err := f.ReadLines(path); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s is %.100q (%v)", path, got, err)
		}
	}
}

func TestMissing(t *testing.T) {
	f := reopen(t, image(t, func(f *File) { must(t, f.CreateGroup("/g")) }))
	_, err1 := f.OpenArray("/g/none")
	_, err2 := f.OpenArray("/g")
	_, err3 := f.ReadLines("/none")
	_, err4 := f.Attribute("/g", "none")
	_, err5 := f.Attribute("/none", "none")
	for i, err := range []error{err1, err2, err3, err4, err5} {
		if !errors.Is(err, ErrMissing) {
			t.Errorf("%d: error %v, want ErrMissing", i, err)
		}
	}
	if kind, err := f.Kind("/none/at/all"); kind != Missing || err != nil {
		t.Errorf("kind %v (%v)", kind, err)
	}
	if kind, err := f.Kind("/"); kind != Group || err != nil {
		t.Errorf("the root is of kind %v (%v)", kind, err)
	}
}

// Misuse that libhdf5 answers with garbage or a crash is an error here.
func TestMisuseIsAnError(t *testing.T) {
	image(t, func(f *File) {
		a, err := f.CreateArray("/a", Float32, []int{4, 3}, []int{4, 3})
		must(t, err)
		filtered, err := Filter(nil, make([]byte, 48), 4)
		must(t, err, a.WriteChunk([]int{0, 0}, filtered))
		must(t, f.CreateLines("/lines", 1))
		_, noDims := f.CreateArray("/b", Float32, nil, nil)
		_, noType := f.CreateArray("/b", Other, []int{1}, []int{1})
		_, chunkless := f.CreateArray("/b", Float32, []int{2, 2}, []int{2})
		_, again := f.CreateArray("/a", Float32, []int{1}, []int{1})
		for name, err := range map[string]error{
			"short buffer": a.Read([]int{0, 0}, []int{4, 3}, make([]byte, 47)), "no buffer": a.Read([]int{0, 0}, []int{4, 3}, nil),
			"outside": a.Read([]int{1, 0}, []int{4, 3}, make([]byte, 48)), "negative": a.Read([]int{-1, 0}, []int{1, 3}, make([]byte, 12)),
			"fewer axes": a.Read([]int{0}, []int{1}, make([]byte, 12)), "more axes": a.Read([]int{0, 0, 0}, []int{1, 1, 1}, make([]byte, 4)),
			"chunk's axes": a.WriteChunk([]int{0}, filtered), "chunk's place": a.WriteChunk([]int{1, 1}, filtered),
			"empty chunk": a.WriteChunk([]int{0, 0}, nil),
			"no dims":     noDims, "no type": noType, "no chunk": chunkless,
			"more lines": f.WriteLines("/lines", []string{"a", "b"}), "no lines": f.WriteLines("/a", []string{"a"}),
			"empty only chunk": f.WriteOnlyChunk("/a", nil), "no array": f.WriteOnlyChunk("/none", filtered), "second of a name": again,
			"value's type": f.SetAttributes("/a", Attribute{"x", 7}), "zero byte": f.SetAttributes("/a", Attribute{"x", "a\x00b"}),
			"zero in name": f.SetAttributes("/a", Attribute{"x\x00", "a"}),
			"large":        f.SetAttributes("/a", Attribute{"x", strings.Repeat("x", 70_000)}), "no node": f.SetAttributes("/none", Attribute{"x",
				"a"}),
			"no parent": f.CreateGroup("/none/g"), "path": f.CreateGroup("/g\x00"),
		} {
			if err == nil {
				t.Errorf("%s: no error", name)
			}
		}
		must(t, a.Close())
	})
}

// Closing a file with an open array would leave a broken file.
func TestCloseWithOpenArrayIsAnError(t *testing.T) {
	f, err := CreateImage()
	must(t, err)
	a, err := f.CreateArray("/a", Int32, []int{1}, []int{1})
	must(t, err)
	if err := f.Close(); err == nil {
		t.Error("no error")
	}
	must(t, a.Close())
}

func TestErrorsGiveTheReason(t *testing.T) {
	_, err := OpenWritable(filepath.Join(t.TempDir(), "none.h5"))
	if err == nil || !strings.Contains(err.Error(), "No such file") {
		t.Errorf("error %v doesn't give the system's reason", err)
	}
	if _, err := OpenWritable("a\x00b"); err == nil {
		t.Error("a path with a zero byte was opened")
	}
}

// Goroutines write files concurrently, and every file has the same bytes.
func TestManyGoroutines(t *testing.T) {
	one := func() []byte {
		return image(t, func(f *File) {
			must(t, f.SetAttributes("/", Attribute{"title", "µ"}), f.SetAttributes("/", Attribute{"text", Text("t")}))
			writeLines(t, f, "/out", "a")
			writeArray(t, f, "/a", Float64, make([]byte, 800), 100)
		})
	}
	want := one()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				if !bytes.Equal(one(), want) {
					t.Error("other bytes")
				}
			}
		})
	}
	all.Wait()
}

// The names of files in memory don't collide with files in the working directory.
func TestImageIsNoFileHere(t *testing.T) {
	text := image(t, func(*File) {})
	t.Chdir(t.TempDir())
	for n := range 1000 {
		if err := os.WriteFile(fmt.Sprintf("result-%d", n), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f, err := OpenImage(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}
