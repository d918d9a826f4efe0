package results

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"eisweep/internal/manifest"
	"eisweep/internal/quality"
	"eisweep/sim"
	"eisweep/sweeps"
)

// The Python examples of docs/result-files.md run in order, in a root with the two sweeps that they name.
func TestDocumentedExamplesRun(t *testing.T) {
	text, err := os.ReadFile("../../docs/result-files.md")
	if err != nil {
		t.Fatal(err)
	}
	root := exampleRoot(t)
	examples := pythonBlocks(string(text))
	want := []string{
		"2 trials, highest rate", "APPROXIMATE 3 BOTH", "Trial 1 of 2", " ± ", "results~pl.is_plastic=BOTH~seed=1.h5",
		"1 of 1 results have states that did not settle\n0 have rates at their limit", "is what the manifest says",
	}
	if len(examples) != len(want) {
		t.Fatalf("%d examples, want %d", len(examples), len(want))
	}
	for i, example := range examples {
		if out := python(t, root, "-W", "error", "-c", example); !strings.Contains(out, want[i]) {
			t.Errorf("example %d prints\n%s\nwithout %q", i+1, out, want[i])
		}
	}
}

func pythonBlocks(text string) []string {
	var blocks []string
	for _, part := range strings.Split(text, "```python\n")[1:] {
		block, _, _ := strings.Cut(part, "```")
		blocks = append(blocks, block)
	}
	return blocks
}

// exampleRoot has a sweep with a done, a superseded and a failed task, and a PERTURB sweep that starts from it.
func exampleRoot(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for i, c := range examples() {
		dir := filepath.Join(root, []string{"approximate", "perturb"}[i])
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		line := doneLine(1)
		line.File = "results~pl.is_plastic=BOTH~seed=1.h5"
		receipt, err := Write(t.Context(), filepath.Join(dir, line.File), c.task, c.result)
		if err != nil {
			t.Fatal(err)
		}
		line.ID, line.Experiment = c.task.ID, c.task.Experiment
		line.Digest, line.SHA256, line.Bytes = receipt.Digest, receipt.SHA256, receipt.Bytes
		line.Quality = &quality.Quality{UnsettledResponses: 0.25, NaN: map[string]float64{"cc": 0.5}, Trials: 2, PlannedTrials: 2}
		line.Parameters = sim.Values{{Name: "pl.is_plastic", Value: sim.ChoiceValue(sim.Both)}}
		before := doneLine(3) // had the name first; clean removed where it went
		before.File = line.File
		moved := before
		moved.State, moved.File = manifest.Superseded, "superseded/"+before.ID.String()+".h5"
		appendLines(t, dir, failedLine(1), before, moved, line, failedLine(2))
		if i == 0 {
			listTasks(t, filepath.Join(root, "tasks.jsonl"), line, failedLine(2))
		}
	}
	return root
}

// listTasks writes what `eisweep tasks --json` prints of tasks, and one that is pending.
func listTasks(t *testing.T, path string, lines ...manifest.Line) {
	t.Helper()
	var out bytes.Buffer
	list := json.NewEncoder(&out)
	for _, l := range lines {
		task := map[string]any{"id": l.ID, "file": l.File, "seed": l.Seed, "state": l.State, "manifest": l}
		if err := list.Encode(task); err != nil {
			t.Fatal(err)
		}
	}
	out.WriteString(`{"id":"t1","file":"results~seed=9.h5","seed":9,"state":"pending","manifest":null}` + "\n")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func doneLine(n byte) manifest.Line {
	return manifest.Line{
		ID: sweeps.ID{n}, Sweep: "approximate", Experiment: sim.Approximate, Seed: uint32(n),
		Parameters: sim.Values{{Name: "numint.n_trials", Value: sim.IntegerValue(20)}, {Name: "sy.e2e.w_total", Value: sim.RealValue(0.3)},
			{Name: "pl.is_plastic", Value: sim.ChoiceValue("BOTH")}, {Name: "pl.soft_max", Value: sim.BooleanValue(true)}},
		State: manifest.Done, Run: 1, Attempt: 1, File: "results~seed=1.h5", Digest: sixtyFour, SHA256: sixtyFour, Bytes: 1 << 40,
		Started:  time.Date(2026, 2, 3, 4, 5, 6, 789_000_000, time.UTC),
		Finished: time.Date(2026, 2, 3, 4, 6, 6, 0, time.UTC), Seconds: 59.211,
		Host: "node1", Worker: "node1/3", Version: "0.1.0", ModelVersion: 1,
	}
}

func failedLine(n byte) manifest.Line {
	l := doneLine(n)
	l.State, l.Class, l.Error = manifest.Failed, "numeric", "wei is not finite in trial 3 <stimulus 7> — “line\none”"
	l.File, l.Digest, l.SHA256, l.Bytes = "", "", "", 0
	l.Replaces = sweeps.ID{9}
	return l
}

// appendLines adds lines to the manifest of a sweep's directory.
func appendLines(t *testing.T, dir string, lines ...manifest.Line) {
	t.Helper()
	w, err := manifest.Open(filepath.Join(dir, "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Append(lines...); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestPandasReadsManifest(t *testing.T) {
	dir := t.TempDir()
	appendLines(t, dir, doneLine(1), failedLine(2), doneLine(2))
	out := python(t, dir, "-c", `
import pandas
lines = pandas.read_json("manifest.jsonl", lines=True, precise_float=True)
now = lines.groupby("id").last()
print(len(lines), len(now), lines.seed.dtype, lines.id[1], lines.state.tolist(), lines.parameters[0]["sy.e2e.w_total"])
print(pandas.to_datetime(lines.finished).diff().dt.total_seconds().tolist(), lines.seconds[0], lines.digest[0])
`)
	want := "3 2 int64 " + (sweeps.ID{2}).String() + " ['done', 'failed', 'done'] 0.3\n[nan, 0.0, 0.0] 59.211 " + sixtyFour + "\n"
	if out != want {
		t.Errorf("got %q\nwant %q", out, want)
	}
}
