package measures

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// The page has a row for each measure, in the order of All.
func TestPageListsMeasures(t *testing.T) {
	page, err := os.ReadFile("../../docs/measures.md")
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	table.WriteString("| measure | unit | definition | from |\n|---|---|---|---|\n")
	for _, m := range All() {
		from := "`" + strings.ReplaceAll(m.Source, ", ", "`, `") + "`"
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", m.Name, m.Unit, m.Definition, from)
	}
	if !strings.Contains(string(page), table.String()) {
		t.Errorf("docs/measures.md has no table\n%s", table.String())
	}
}

// The page's Python prints the bins whose line has the slope influence_slope_others.
func TestPageShowsCommonBins(t *testing.T) {
	page, err := os.ReadFile("../../docs/measures.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(page), "```python\n")
	example, _, _ = strings.Cut(example, "```")
	files := sweepDirectory(t)
	dir := filepath.Join(filepath.Dir(files[2].Path), "perturb")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(files[2].Path, filepath.Join(dir, "one.h5")); err != nil {
		t.Fatal(err)
	}
	program := exec.Command("/usr/bin/python3", "-W", "error", "-c", example)
	program.Dir = filepath.Dir(dir)
	printed, err := program.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
	var centres, means, weights []float64
	for line := range strings.Lines(string(printed)) {
		var low, high, n, mean float64
		if _, err := fmt.Sscanf(line, "perturb/one.h5 %f … %f %f pairs, mean %f", &low, &high, &n, &mean); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		centres, means, weights = append(centres, (low+high)/2), append(means, mean), append(weights, n)
	}
	_, slope := stat.LinearRegression(centres, means, weights, false)
	want := collected(t, []string{filepath.Join(dir, "one.h5")})[0][index("influence_slope_others")]
	if math.Abs(slope-want) > 1e-5 {
		t.Errorf("the printed bins have the slope %v, want %v:\n%s", slope, want, printed)
	}
}
