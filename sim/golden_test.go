package sim

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// golden is one result of the published simulator, as testdata/golden.py wrote it.
type golden struct {
	name   string
	values map[string][]float64
	shape  map[string][]int
	task   *Task
	source string // PERTURB: the case whose network it takes
}

// goldenCases reads every small golden case.
func goldenCases(t testing.TB) []*golden {
	t.Helper()
	paths, err := filepath.Glob("testdata/golden/*.gz")
	if err != nil || len(paths) != 22 {
		t.Fatalf("%d golden cases, %v", len(paths), err)
	}
	var cases []*golden
	for _, path := range paths {
		cases = append(cases, readGolden(t, strings.TrimSuffix(filepath.Base(path), ".gz")))
	}
	return cases
}

func readGolden(t testing.TB, name string) *golden {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "golden", name+".gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var index struct {
		Case   map[string]any
		Arrays []struct {
			Name, Type string
			Shape      []int
		}
	}
	head := 4 + int(binary.LittleEndian.Uint32(b))
	d := json.NewDecoder(bytes.NewReader(b[4:head]))
	d.UseNumber()
	if err := d.Decode(&index); err != nil {
		t.Fatal(err)
	}
	g := &golden{name: name, values: map[string][]float64{}, shape: map[string][]int{}}
	b = b[head:]
	for _, a := range index.Arrays {
		n := 1
		for _, k := range a.Shape {
			n *= k
		}
		g.values[a.Name], b = unshuffle(t, b, n, a.Type)
		g.shape[a.Name] = a.Shape
	}
	g.makeTask(t, index.Case)
	return g
}

// unshuffle takes n values of a type off b.
func unshuffle(t testing.TB, b []byte, n int, kind string) (values []float64, rest []byte) {
	t.Helper()
	size := 8
	if strings.HasSuffix(kind, "32") {
		size = 4
	}
	for i := range n {
		var raw uint64
		for k := range size {
			raw |= uint64(b[k*n+i]) << (8 * k)
		}
		switch kind {
		case "float32":
			values = append(values, float64(math.Float32frombits(uint32(raw))))
		case "float64":
			values = append(values, math.Float64frombits(raw))
		case "int32":
			values = append(values, float64(int32(raw)))
		case "int64":
			values = append(values, float64(int64(raw)))
		default:
			t.Fatalf("unknown type %s", kind)
		}
	}
	return values, b[n*size:]
}

// makeTask turns the case's parameters into a task that starts from its wee, or
// its source's network.
func (g *golden) makeTask(t testing.TB, parameters map[string]any) {
	t.Helper()
	g.task = new(Task)
	var settings []Setting
	for name, v := range parameters {
		text := fmt.Sprint(v)
		switch name {
		case "experiment":
			g.task.Experiment = Experiment(text)
		case "source":
			g.source = text
		case "seed":
			fmt.Sscan(text, &g.task.Seed)
		default:
			p, err := Lookup(name)
			if err != nil {
				t.Fatal(err)
			}
			value, err := p.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			settings = append(settings, Setting{name, value})
		}
	}
	g.task.Parameters = Resolve(g.task.Experiment, settings)
	if g.source == "" {
		g.task.Initial.WEE = g.float32s("wee")
		return
	}
	g.task.Source = &Source{WEE: g.float32s("wee"), WEI: g.float32s("wei"), WIE: g.float32s("wie"), WII: g.float32s("wii"),
		CorrelationsEE: g.values["correlations_ee"], ResponseSimEE: g.values["response_sim_ee"]}
}

func (g *golden) float32s(name string) []float32 {
	var w []float32
	for _, v := range g.values[name] {
		w = append(w, float32(v))
	}
	return w
}

// TestGolden compares every small golden case with the published simulator's
// result, within the bounds of docs/model.md#agreement-with-the-published-simulator.
func TestGolden(t *testing.T) {
	for _, g := range goldenCases(t) {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			r := runTask(t, g.task)
			c := &comparison{T: t, golden: g}
			if r.Perturbation != nil {
				c.perturbation(r.Perturbation)
			} else {
				c.training(r.Training)
			}
			for name := range g.values {
				if !c.seen[name] {
					t.Errorf("%s is not compared", name)
				}
			}
		})
	}
}

// runTask runs a task to its end.
func runTask(t testing.TB, task *Task) *Result {
	t.Helper()
	s, err := New(task)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return s.Result()
}
