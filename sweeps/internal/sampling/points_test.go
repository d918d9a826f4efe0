package sampling

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os/exec"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// scipy runs a program with numpy (np) and scipy.stats.qmc (qmc), and decodes the JSON that it prints.
func scipy(t *testing.T, program string, input, answer any) {
	t.Helper()
	given, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	const imports = "import json, sys\nimport numpy as np\nfrom scipy.stats import qmc\nx = json.load(sys.stdin)\n"
	cmd := exec.Command("/usr/bin/python3", "-c", imports+program)
	var out, problem bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(given), &out, &problem
	if err := cmd.Run(); err != nil {
		t.Fatalf("python with scipy (on Debian: apt-get install python3-scipy): %v\n%s", err, problem.String())
	}
	if err := json.Unmarshal(out.Bytes(), answer); err != nil {
		t.Fatalf("%v\n%.200s", err, out.String())
	}
}

func rows(m *mat.Dense) [][]float64 {
	var list [][]float64
	count, _ := m.Dims()
	for i := range count {
		list = append(list, m.RawRowView(i))
	}
	return list
}

// TestSobolIsThatOfScipy compares all points in all dimensions exactly.
func TestSobolIsThatOfScipy(t *testing.T) {
	var want [][]float64
	scipy(t, "print(json.dumps(qmc.Sobol(x['d'], scramble=False, bits=32).random(x['n']).tolist()))",
		map[string]int{"d": MaxDimensions, "n": 1024}, &want)
	got := rows(Points(Sobol, 1024, MaxDimensions, 0))
	for i, row := range got {
		for d, x := range row {
			if x != want[i][d] {
				t.Fatalf("point %d has %v in dimension %d, scipy %v", i, x, d, want[i][d])
			}
		}
	}
}

// TestDiscrepancy has scipy judge how evenly the points fill the cube: as evenly as scipy's own, and far more so than random ones.
func TestDiscrepancy(t *testing.T) {
	const count, dimensions = 128, 5
	input := map[string]any{"plain": rows(Points(Sobol, count, dimensions, 0))}
	for _, method := range Methods() {
		for seed := range uint32(8) {
			input[fmt.Sprint(method, " ", seed+1)] = rows(Points(method, count, dimensions, seed+1))
		}
	}
	answer := map[string]float64{}
	scipy(t, `out = {k: qmc.discrepancy(np.minimum(v, 1)) for k, v in x.items()}
out["scipy plain"] = qmc.discrepancy(qmc.Sobol(5, scramble=False, bits=32).random(128))
for seed in range(8):
    out[f"scipy-sobol {seed + 1}"] = qmc.discrepancy(qmc.Sobol(5, seed=seed, bits=32).random(128))
    out[f"scipy-latin {seed + 1}"] = qmc.discrepancy(qmc.LatinHypercube(5, seed=seed).random(128))
print(json.dumps(out))`, input, &answer)
	if answer["plain"] != answer["scipy plain"] {
		t.Errorf("the discrepancy of the plain sequence is %g, scipy's %g", answer["plain"], answer["scipy plain"])
	}
	mean := func(name string) (sum float64) {
		for seed := range 8 {
			sum += answer[fmt.Sprint(name, " ", seed+1)] / 8
		}
		return sum
	}
	if ours, theirs := mean(Sobol), mean("scipy-sobol"); ours > 1.5*theirs {
		t.Errorf("shifted Sobol sequences have the discrepancy %g, scipy's scrambled ones %g", ours, theirs)
	}
	if ours, theirs := mean(LatinHypercube), mean("scipy-latin"); ours > 1.2*theirs || theirs > 1.2*ours {
		t.Errorf("Latin hypercubes have the discrepancy %g, scipy's %g", ours, theirs)
	}
	if !(mean(Sobol) < mean(LatinHypercube)/2 && mean(LatinHypercube) < mean(Random)*0.8) {
		t.Errorf("sobol %g, latin-hypercube %g, random %g", mean(Sobol), mean(LatinHypercube), mean(Random))
	}
}

// TestMorePointsBeginWithTheSame holds for all but the Latin hypercube.
func TestMorePointsBeginWithTheSame(t *testing.T) {
	for _, method := range Methods() {
		few, many := Points(method, 60, 3, 7), Points(method, 100, 3, 7)
		if same := mat.Equal(few, many.Slice(0, 60, 0, 3)); same != (method != LatinHypercube) {
			t.Errorf("%s: the first 60 of 100 points are those of 60: %v", method, same)
		}
	}
}

// TestEveryRowAndColumnOfALatinHypercubeHasOnePoint is what defines it.
func TestEveryRowAndColumnOfALatinHypercubeHasOnePoint(t *testing.T) {
	const count = 50
	for _, row := range rows(mat.DenseCopyOf(Points(LatinHypercube, count, 4, 3).T())) {
		seen := map[int]bool{}
		for _, x := range row {
			seen[int(x*count)] = true
		}
		if len(seen) != count {
			t.Errorf("%d of %d intervals have a point", len(seen), count)
		}
	}
}

// TestPointsOnRecord: ids of tasks depend on these numbers, so no version and no machine may draw others.
func TestPointsOnRecord(t *testing.T) {
	want := map[string]string{
		"sobol 0": "0 0|0.5 0.5|0.75 0.25",
		"sobol 9": "0.8089752902742475 0.025883664144203067|0.3089752902742475 0.5258836641442031|" +
			"0.05897529027424753 0.27588366414420307",
		"latin-hypercube 0": "0.8838351846602188 0.8487768830073865|0.014311521698891383 0.3800661600814235|" +
			"0.40124050215884954 0.17458196968579864",
		"random 9": "0.7813946632083802 0.009744312282867096|0.9719953398328383 0.2783728278910921|" +
			"0.7638772458220399 0.820603021711105",
	}
	for name, points := range want {
		var method string
		var seed uint32
		if _, err := fmt.Sscan(name, &method, &seed); err != nil {
			t.Fatal(err)
		}
		var parts []string
		for _, row := range rows(Points(method, 3, 2, seed)) {
			parts = append(parts, strings.Trim(fmt.Sprint(row), "[]"))
		}
		if got := strings.Join(parts, "|"); got != points {
			t.Errorf("%s: the points are\n%s\nwant\n%s", name, got, points)
		}
	}
}

func TestCoordinatesAreInTheUnitInterval(t *testing.T) {
	for _, method := range Methods() {
		for seed := range uint32(50) {
			for _, x := range Points(method, 33, 7, seed*1_000_003).RawMatrix().Data {
				if !(x >= 0 && x <= 1) || math.IsNaN(x) {
					t.Fatalf("%s: a coordinate is %v", method, x)
				}
			}
		}
	}
}
