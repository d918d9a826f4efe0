package measures

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"eisweep/internal/results"
	"eisweep/internal/resultstest"
)

// sweepDirectory is a directory with results and their hashes, without a cache.
func sweepDirectory(t testing.TB) []File {
	t.Helper()
	dir := t.TempDir()
	var files []File
	for _, from := range []string{"approximate_both", "approximate_neither", "perturb"} {
		text, err := os.ReadFile("../../testdata/golden/" + from + ".h5")
		path := filepath.Join(dir, from+".h5")
		if err == nil {
			err = os.WriteFile(path, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		sha256, _, err := results.HashFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, File{path, sha256})
	}
	return files
}

// collect returns what is found about files, and how many of them were read.
func collect(t testing.TB, files []File) (found []Found, read int) {
	t.Helper()
	found = make([]Found, len(files))
	err := Collect(t.Context(), resultstest.Prober(t), files, func(i int, f Found) error {
		if found[i] = f; f.Bytes > 0 {
			read++
		}
		return f.Err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found, read
}

func cacheOf(files []File) string { return filepath.Join(filepath.Dir(files[0].Path), cacheName) }

func same(a, b []Found) bool {
	return slices.EqualFunc(a, b, func(x, y Found) bool {
		return x.SHA256 == y.SHA256 && len(x.Values) == len(All()) && bytes.Equal(x.Values.encode(nil), y.Values.encode(nil))
	})
}

func TestMeasuresAreCached(t *testing.T) {
	files := sweepDirectory(t)
	first, read := collect(t, files)
	if read != len(files) {
		t.Fatalf("%d of %d files were read", read, len(files))
	}
	for _, f := range files {
		if err := os.Remove(f.Path); err != nil {
			t.Fatal(err)
		}
	}
	if again, read := collect(t, files); read != 0 || !same(again, first) {
		t.Errorf("%d files were read; %v, want %v", read, again, first)
	}
	if left, err := filepath.Glob(cacheOf(files) + "*"); err != nil || len(left) != 1 {
		t.Errorf("files %v (%v)", left, err)
	}
}

// A file of which the manifest says nothing, or something else than it is, is read each time.
func TestOnlyWhatTheManifestSaysIsCached(t *testing.T) {
	files := sweepDirectory(t)
	files[0].SHA256, files[1].SHA256, files[2].SHA256 = "", files[2].SHA256, "none"
	collect(t, files)
	if _, err := os.Stat(cacheOf(files)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is a cache (%v)", err)
	}
}

// What is damaged in the cache is computed again, and the cache is whole afterwards.
func TestDamagedCacheIsRepaired(t *testing.T) {
	files := sweepDirectory(t)
	first, _ := collect(t, files)
	path := cacheOf(files)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	record := len(whole) - len(cacheLine()) - 2*recordSize()
	if record != recordSize() {
		t.Fatalf("the cache has %d bytes", len(whole))
	}
	replaced := func(at int, by byte) []byte {
		text := slices.Clone(whole)
		text[at] ^= by
		return text
	}
	for name, damage := range map[string]struct {
		text []byte
		read int
	}{
		"empty":            {nil, 3},
		"torn line":        {whole[:20], 3},
		"torn record":      {whole[:len(whole)-1], 1},
		"without a record": {whole[:len(whole)-record], 1},
		"sum":              {replaced(len(cacheLine()), 1), 1},
		"value":            {replaced(len(whole)-20, 0x80), 1},
		"check":            {replaced(len(whole)-1, 4), 1},
		"other version":    {replaced(len("eisweep measures "), 3), 3},
		"other measures":   {replaced(len(cacheLine())-2, 1), 3},
		"text behind it":   {append(slices.Clone(whole), "more"...), 0},
	} {
		if err := os.WriteFile(path, damage.text, 0o600); err != nil {
			t.Fatal(err)
		}
		if found, read := collect(t, files); read != damage.read || !same(found, first) {
			t.Errorf("%s: %d files were read, want %d", name, read, damage.read)
		}
		if _, read := collect(t, files); read != 0 {
			t.Errorf("%s: %d files were read again", name, read)
		}
	}
	err = os.Truncate(path, maxCache+1)
	if _, read := collect(t, files); err != nil || read != 3 {
		t.Errorf("too large a file: %d files were read (%v)", read, err)
	}
	err = errors.Join(os.Remove(path), os.Mkdir(path, 0o700))
	if _, read := collect(t, files); err != nil || read != 3 {
		t.Errorf("a directory in its place: %d files were read (%v)", read, err)
	}
}

// The measures of other files stay in the cache.
func TestCacheKeepsOtherFiles(t *testing.T) {
	files := sweepDirectory(t)
	collect(t, files[:1])
	collect(t, files[1:])
	if _, read := collect(t, files); read != 0 {
		t.Errorf("%d files were read again", read)
	}
}

// Nothing is written into another user's directory, or where this user may not write.
func TestCacheIsNotWrittenElsewhere(t *testing.T) {
	files := sweepDirectory(t)
	dir := filepath.Dir(files[0].Path)
	err := os.Chmod(dir, 0o555)
	if os.Geteuid() == 0 { // may write everywhere
		err = os.Chown(dir, 65534, 65534)
	}
	t.Cleanup(func() { os.Chmod(dir, 0o700) })
	if err != nil {
		t.Fatal(err)
	}
	if _, read := collect(t, files); read != len(files) {
		t.Errorf("%d files were read", read)
	}
	if left, err := filepath.Glob(cacheOf(files) + "*"); err != nil || len(left) != 0 {
		t.Errorf("files %v (%v)", left, err)
	}
}

// What was computed before the context ended is not computed again.
func TestCacheKeepsWhatWasComputed(t *testing.T) {
	files := sweepDirectory(t)
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err := Collect(ctx, resultstest.Prober(t), files, func(int, Found) error {
		n++
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || n != 1 {
		t.Errorf("%d files, %v", n, err)
	}
	if _, read := collect(t, files); read != len(files)-1 {
		t.Errorf("%d files were read again, want %d", read, len(files)-1)
	}
	if err := Collect(ctx, resultstest.Prober(t), files, func(int, Found) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("after its end: %v", err)
	}
}

// BenchmarkCached takes the measures of 10,000 results from their cache.
func BenchmarkCached(b *testing.B) {
	dir := b.TempDir()
	of := cache{dir: dir, values: map[sum]Values{}}
	files := make([]File, 10_000)
	for i := range files {
		s := sum{byte(i), byte(i >> 8), 1}
		files[i] = File{filepath.Join(dir, "result.h5"), hex.EncodeToString(s[:])}
		of.add(s, make(Values, len(All())))
	}
	of.save()
	for b.Loop() {
		if _, read := collect(b, files); read != 0 {
			b.Fatalf("%d files were read", read)
		}
	}
}
