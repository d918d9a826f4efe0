package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"eisweep/sim"
	"eisweep/sweeps"
	"eisweep/sweeps/shipped"
)

// compiled is the schema as a validator that others wrote reads it.
func compiled(t testing.TB) *jsonschema.Schema {
	t.Helper()
	text, err := JSON()
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("sweep.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("sweep.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// decoded is a TOML text as JSON has it.
func decoded(t testing.TB, text string) any {
	t.Helper()
	var table map[string]any
	if _, err := toml.Decode(text, &table); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	content, err := json.Marshal(table)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

const head = "name = 'x'\nexperiment = 'APPROXIMATE'\n"

// stored is a file with everything that eisweep itself writes.
const stored = head + `
seeds = [1, 5]
source = "/a/b"
initial_state = { file = "/x.h5", take = ["wee"] }
[axes]
pl.eta_e = [1e-05, 2]
[[together]]
pl.eta_i = [1, 2]
pl.soft_max = [true, false]
[sample]
method = "random"
seed = 3
[sample.points]
pl.rho0 = [1, 2.5]
[derive]
pl.w_max = "2 * pl.eta_e"
[[only_if]]
vary = ["pl.eta_e"]
pl.is_plastic = ["BOTH"]
[[exclude]]
pl.eta_e = [2]
[until]
measure = "cc_mean"
half_width = 1e-2
level = 0.9
min_seeds = 2
max_seeds = 2
[source_where]
seed = [1]
[[replace]]
tasks = ["t00112233445566778899aabbccddeeff"]
set.numint.max_steps = 3
`

var example = regexp.MustCompile("(?ms)^```toml\n(.*?)^```$")

func TestSweepFilesAreValid(t *testing.T) {
	s := compiled(t)
	files := map[string]string{"stored": stored}
	for _, name := range shipped.Names() {
		content, err := shipped.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(content)
	}
	page, err := os.ReadFile("../../docs/sweep-files.md")
	if err != nil {
		t.Fatal(err)
	}
	for i, block := range example.FindAllStringSubmatch(string(page), -1) {
		text := block[1]
		if !strings.Contains(text, "experiment =") {
			text = "experiment = 'APPROXIMATE'\n" + text
		}
		if !strings.Contains(text, "name =") {
			text = "name = 'example'\n" + text
		}
		files[fmt.Sprint("example ", i+1)] = text
	}
	if len(files) < 15 {
		t.Errorf("only %d files", len(files))
	}
	for name, text := range files {
		if err := s.Validate(decoded(t, text)); err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
}

func TestFaultyFilesAreInvalid(t *testing.T) {
	s := compiled(t)
	for _, text := range []string{
		"name = 'x'", "experiment = 'GRADIENT'", "name = 'X'\nexperiment = 'GRADIENT'", "name = 'x'\nexperiment = 'GRADIENTS'",
		head + "surce = 'x'", head + "seeds = []", head + "seeds = [1, 1]", head + "seeds = [-1]", head + "seeds = { first = 1 }",
		head + "seeds = { first = 1, count = 0 }", head + "seeds = { first = 1, count = 2, last = 3 }",
		head + "initial_state = { take = ['wee'] }", head + "initial_state = { file = 'x', take = ['wxe'] }",
		head + "[parameters]\nnumint.n_trial = 3", head + "[parameters]\nnumint.n_trials = 3.5", head + "[parameters]\nnumint.n_trials = 0",
		head + "[parameters]\nsy.e2e.p = 0", head + "[parameters]\nsy.e2e.p = 1.5", head + "[parameters]\npl.is_plastic = 'both'",
		head + "[parameters]\npl.bp_weights = 1", head + "[parameters]\npl.eta_e = -1", head + "[parameters]\npl.eta_e = [1]",
		head + "[axes]\npl.eta_e = 3", head + "[axes]\npl.eta_e = []", head + "[axes]\npl.eta_e = { from = 1, to = 2 }",
		head + "[axes]\npl.eta_e = { from = 1, to = 2, count = 3, step = 1 }", head + "[axes]\npl.is_plastic = { from = 1, to = 2, count = 2 }",
		head + "[axes]\npl.eta_e = { from = 1, to = 2, step = 1, scale = 'log' }",
		head + "together = { pl.eta_e = [1] }", head + "[[together]]\npl.eta_x = [1]",
		head + "[sample]\npl.eta_e = { from = 1, to = 2 }", head + "[sample]\ncount = 3\npl.eta_e = { from = -1, to = 2 }",
		head + "[sample]\ncount = 3\nmethod = 'halton'\npl.eta_e = [1]", head + "[sample]\ncount = 3\npl.eta_e = 1",
		head + "[derive]\npl.eta_e = 3", head + "[derive]\npl.is_plastic = 'x'",
		head + "[[only_if]]\npl.is_plastic = 'BOTH'", head + "[[only_if]]\nvary = 'pl.eta_x'\npl.is_plastic = 'BOTH'",
		head + "until = 3", head + "[until]\nhalf_width = 1\nmax_seeds = 9", head + "[until]\nmeasure = 'cc_mean'\nmax_seeds = 9",
		head + "[until]\nmeasure = 'cc'\nhalf_width = 1\nmax_seeds = 9", head + "[until]\nmeasure = 'cc_mean'\nhalf_width = 0\nmax_seeds = 9",
		head + "[until]\nmeasure = 'cc_mean'\nhalf_width = 1\nlevel = 1\nmax_seeds = 9",
		head + "[until]\nmeasure = 'cc_mean'\nhalf_width = 1\nmax_seeds = 1.5",
		head + "[until]\nmeasure = 'cc_mean'\nhalf_width = 1\nmin_seeds = 1\nmax_seeds = 9",
		head + "[until]\nmeasure = 'cc_mean'\nhalf_width = 1\nmax_seeds = 9\nseeds = 3",
		head + "[[exclude]]\npl.is_plastic = 'NO'", head + "[[replace]]\ntasks = ['x']\nset.numint.max_steps = 3",
	} {
		if err := s.Validate(decoded(t, text)); err == nil {
			t.Errorf("valid:\n%s", text)
		}
		if _, err := sweeps.Parse("/x.toml", []byte(text)); err == nil {
			t.Errorf("package sweeps accepts:\n%s", text)
		}
	}
}

// TestValuesAreThoseOfTheParameters compares legal and illegal values of every parameter with what sim accepts.
func TestValuesAreThoseOfTheParameters(t *testing.T) {
	s := compiled(t)
	for _, p := range sim.Table() {
		if _, ok := realRanges[p.Legal]; p.Kind == sim.Real && !ok {
			t.Errorf("the range of %s is not described: %s", p.Name, p.Legal)
		}
		for text := range strings.FieldsSeq("-1 0 1 2 3 16 17 64 65 1000000 1000001 0.5 -0.5 true 'BOTH' 'x'") {
			file := head + "[parameters]\n" + p.Name + " = " + text
			_, err := p.Check(rawOf(t, text))
			if valid := s.Validate(decoded(t, file)) == nil; valid != (err == nil) {
				t.Errorf("%s = %s is valid: %v, but sim says %v", p.Name, text, valid, err)
			}
		}
	}
}

func rawOf(t *testing.T, text string) any {
	var table map[string]any
	if _, err := toml.Decode("x = "+text, &table); err != nil {
		t.Fatal(err)
	}
	return table["x"]
}

// FuzzAcceptedFilesAreValid holds for files without dotted names in quotes.
func FuzzAcceptedFilesAreValid(f *testing.F) {
	faulty, err := filepath.Glob("../testdata/faults/*.toml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range faulty {
		content, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(content))
	}
	f.Add(stored)
	s := compiled(f)
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := sweeps.Parse("/x.toml", []byte(text)); err != nil || strings.HasPrefix(text, "\ufeff") {
			return
		}
		value := decoded(t, text)
		if err := s.Validate(value); err != nil && !dotted(value) {
			t.Errorf("%v\n%s", err, text)
		}
	})
}

// dotted reports whether a name in a document contains a dot.
func dotted(value any) bool {
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			if strings.Contains(name, ".") || dotted(inner) {
				return true
			}
		}
	case []any:
		for _, inner := range value {
			if dotted(inner) {
				return true
			}
		}
	}
	return false
}
