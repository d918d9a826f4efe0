package results

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"eisweep/sim"
)

// The Python examples of docs/result-files.md run, in their order, in a root with
// the two sweeps that they name.
func TestDocumentedExamplesRun(t *testing.T) {
	text, err := os.ReadFile("../../docs/result-files.md")
	if err != nil {
		t.Fatal(err)
	}
	root := exampleRoot(t)
	examples := pythonBlocks(string(text))
	want := []string{"2 trials, highest rate", "APPROXIMATE 3 BOTH", " ± ", "results~pl.is_plastic=BOTH~seed=1.h5", "is what the manifest says"}
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

// exampleRoot holds a done, a superseded and a failed task of a sweep, and a PERTURB of it.
func exampleRoot(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for i, c := range examples() {
		folder := filepath.Join(root, []string{"approximate", "perturb"}[i])
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		line := doneLine(1)
		line.File = "results~pl.is_plastic=BOTH~seed=1.h5"
		receipt, err := Write(t.Context(), filepath.Join(folder, line.File), c.task, c.result)
		if err != nil {
			t.Fatal(err)
		}
		line.ID, line.Experiment, line.Digest, line.SHA256, line.Bytes = c.task.ID, c.task.Experiment, receipt.Digest, receipt.SHA256, receipt.Bytes
		line.Parameters = ParametersOf([]sim.Setting{{Name: "pl.is_plastic", Value: sim.ChoiceValue(sim.Both)}})
		before := doneLine(3) // had the name first; clean removed where it went
		before.File = line.File
		moved := before
		moved.State, moved.File = Superseded, "superseded/"+before.ID.String()+".h5"
		add(t, filepath.Join(folder, "manifest.jsonl"), failedLine(1), before, moved, line, failedLine(2))
	}
	return root
}
