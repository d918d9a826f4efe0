package measures

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"
)

// goldenFiles are results of the published program.
func goldenFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("../../testdata/golden/*.h5")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d golden files (%v)", len(files), err)
	}
	return files
}

// python runs the program that computes measures independently, and returns what it found out about each file.
func python(t testing.TB, paths ...string) []map[string]*float64 {
	t.Helper()
	program := exec.Command("/usr/bin/python3", append([]string{"testdata/measures.py"}, paths...)...)
	var problem bytes.Buffer
	program.Stderr = &problem
	text, err := program.Output()
	if err != nil {
		t.Fatalf("python (Debian: python3-h5py, python3-numpy, python3-scipy): %v\n%s", err, problem.String())
	}
	var out []map[string]*float64
	for in := json.NewDecoder(bytes.NewReader(text)); in.More(); {
		var values map[string]*float64
		if err := in.Decode(&values); err != nil {
			t.Fatal(err)
		}
		out = append(out, values)
	}
	return out
}
