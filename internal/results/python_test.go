package results

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"eisweep/sim"
)

// interpreter is a Python with the packages that read the published files; "" when there is none.
var interpreter = sync.OnceValue(func() string {
	for _, name := range []string{"/usr/bin/python3", "python3", "python"} {
		if exec.Command(name, "-c", "import tables, h5py, pandas").Run() == nil {
			return name
		}
	}
	return ""
})

// python runs a program in a directory and returns its output.
func python(t testing.TB, dir string, arguments ...string) string {
	t.Helper()
	if interpreter() == "" {
		t.Fatal("no Python that can import tables, h5py and pandas; on Debian: apt-get install python3-tables python3-h5py python3-pandas")
	}
	program := exec.Command(interpreter(), arguments...)
	var out, problem bytes.Buffer
	program.Dir, program.Stdout, program.Stderr = dir, &out, &problem
	if err := program.Run(); err != nil {
		t.Fatalf("python %s: %v\n%s%s", strings.Join(arguments, " "), err, out.String(), problem.String())
	}
	return out.String()
}

// The layout of every golden case is the published one, node by node, except for the number of log lines.
func TestLayoutIsThePublishedOne(t *testing.T) {
	ours, theirs := []string{"testdata/layout.py"}, []string{"testdata/layout.py"}
	for _, published := range goldenCases(t) {
		task, r := likeGolden(t, published)
		path, _ := written(t, task, r)
		ours, theirs = append(ours, path), append(theirs, golden(published))
	}
	got := strings.SplitAfter(python(t, ".", ours...), "\n\n")
	want := strings.SplitAfter(python(t, ".", theirs...), "\n\n")
	for i, layout := range want {
		if got[i] != layout {
			t.Errorf("%s:\n%s", theirs[i+1], difference(got[i], layout))
		}
	}
}

func difference(got, want string) string {
	var out strings.Builder
	for line := range strings.Lines(got) {
		if !strings.Contains(want, line) {
			out.WriteString("+ " + line)
		}
	}
	for line := range strings.Lines(want) {
		if !strings.Contains(got, line) {
			out.WriteString("- " + line)
		}
	}
	return out.String()
}

func TestPythonReadsResults(t *testing.T) {
	for _, c := range examples() {
		t.Run(c.name, func(t *testing.T) {
			path, _ := written(t, c.task, c.result)
			var seen struct {
				Task             map[string]any
				Types            map[string]string
				Stdout, Stderr   []string
				WasMmap, WasDict string
				Shape            []int
			}
			text := strings.NewReplacer("was_mmap", "WasMmap", "was_dict", "WasDict").Replace(python(t, ".", "testdata/readers.py", path))
			if err := json.Unmarshal([]byte(text), &seen); err != nil {
				t.Fatal(err)
			}
			for name, want := range map[string]any{"id": c.task.ID.String(), "seed": 3., "experiment": string(c.task.Experiment),
				"ng.exc.n_per_axis": 4., "numint.dt": 0.001, "ng.exc.tau_m": 0.05, "model_version": float64(sim.ModelVersion)} {
				if seen.Task[name] != want {
					t.Errorf("%s is %v, want %v", name, seen.Task[name], want)
				}
			}
			if seen.Types["numint.dt"] != "float64" || seen.Types["seed"] != "int64" || seen.Types["experiment"] != "str_" {
				t.Errorf("types %v", seen.Types)
			}
			if len(seen.Stderr) != 1 || seen.Stderr[0] != " " || seen.Stdout[0] != c.result.Log[0] {
				t.Errorf("stdout %q, stderr %q", seen.Stdout, seen.Stderr)
			}
			if !strings.Contains(seen.WasMmap, "False") || !strings.Contains(seen.WasDict, "False") {
				t.Errorf("was_mmap %s, was_dict %s", seen.WasMmap, seen.WasDict)
			}
		})
	}
}

// A file has the same digest after another program has changed its compression and chunks.
func TestDigestAfterRepack(t *testing.T) {
	path, receipt := trainedReceipt(t)
	again := path + ".repacked"
	repack, err := exec.Command("h5repack", "-f", "GZIP=1", "-l", "CHUNK=3", path, again).CombinedOutput()
	if err != nil {
		t.Fatalf("h5repack (Debian: hdf5-tools): %v\n%s", err, repack)
	}
	digest, err := digestFile(again)
	if err != nil || digest != receipt.Digest {
		t.Errorf("digest %s (%v), want %s", digest, err, receipt.Digest)
	}
	if sum, _, err := HashFile(again); err != nil || sum == receipt.SHA256 {
		t.Errorf("h5repack didn't change the file (%v)", err)
	}
}

func trainedReceipt(t *testing.T) (string, Receipt) {
	task := trainingTask()
	return written(t, task, makeTraining(task))
}

func TestErrorOnlyFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	python(t, dir, "-c", `
import tables
f = tables.open_file("error.h5", "w")
message = ["Traceback", "ValueError: array must not contain infs or NaNs"]
for name, lines in {"error_msg": message, "stdout": ["Trial 1"], "stderr": [" "]}.items():
    v = f.create_vlarray("/", name, tables.VLUnicodeAtom())
    for line in lines:
        v.append(line)
    v.attrs.was_dict = False
f.close()`)
	path := dir + "/error.h5"
	_, err := ReadSource(t.Context(), path)
	checkErrorOnly(t, err, path)
	_, err = ReadInitial(t.Context(), path, []string{"wee"})
	checkErrorOnly(t, err, path)
	_, err = Prober{Command: child(t, "probe")}.Probe(t.Context(), path)
	checkErrorOnly(t, err, path)
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}
