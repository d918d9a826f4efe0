package h5

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// gonum.org/v1/hdf5 leaves a type open for each dataset that it creates.
func TestCreatedDatasetsKeepNoType(t *testing.T) {
	image(t, func(f *File) {
		a, err := f.CreateArray("/a", Float32, []int{3}, []int{3})
		must(t, err)
		if id := reflect.ValueOf(a.dataset).Elem().FieldByName("typ").Elem().FieldByName("Identifier").Field(0).Int(); id != 0 {
			t.Errorf("type %d is open", id)
		}
		must(t, a.Close())
	})
}

// gonum.org/v1/hdf5 closes a type after a failed read, which clears libhdf5's error stack.
func TestAFailedReadHasTheLibrarysReason(t *testing.T) {
	f := reopen(t, image(t, func(f *File) {
		a, err := f.CreateArray("/a", Float64, []int{100}, []int{100})
		must(t, err)
		must(t, a.WriteChunk([]int{0}, []byte("not what deflate makes")), a.Close())
	}))
	a, err := f.OpenArray("/a")
	must(t, err)
	if err := a.Read([]int{0}, []int{100}, make([]byte, 800)); err == nil || !strings.Contains(err.Error(), "inflate() failed") {
		t.Errorf("error %v, want the library's reason", err)
	}
	must(t, a.Close())
}

// After opening a file in memory, successfully or not, files on the disk are opened as before.
func TestFilesAreOpenedAfterAnImageThatIsNone(t *testing.T) {
	text := image(t, func(f *File) { writeArray(t, f, "/a", Float32, make([]byte, 4), 1) })
	if f, err := OpenImage([]byte("no HDF5 file at all")); err == nil || !strings.Contains(err.Error(), "file signature not found") {
		t.Errorf("opened %v, error %v", f, err)
	}
	path := filepath.Join(t.TempDir(), "file.h5")
	must(t, os.WriteFile(path, text, 0o600))
	f, err := OpenWritable(path)
	must(t, err)
	must(t, f.SetAttributes("/", Attribute{"n", int64(1)}), f.Close())
	changed, err := os.ReadFile(path)
	must(t, err)
	if bytes.Equal(changed, text) {
		t.Error("the file on the disk is unchanged")
	}
	if n, err := reopen(t, changed).Attribute("/", "n"); err != nil || n != int64(1) {
		t.Errorf("attribute %v (%v)", n, err)
	}
}
