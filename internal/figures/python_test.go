package figures

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os/exec"
	"slices"
	"strconv"
	"testing"
)

// figureCase is a figure and what it is drawn from.
type figureCase struct {
	figure *Figure
	selection
}

func (c figureCase) MarshalJSON() ([]byte, error) {
	var files [][2]string
	for _, f := range c.files {
		files = append(files, [2]string{f.label, f.path})
	}
	return json.Marshal(map[string]any{"Figure": c.figure.Name, "By": c.by, "Files": files})
}

// python runs the program that computes the tables of figures independently.
func python(t *testing.T, cases []figureCase) (tables [][][]any) {
	t.Helper()
	text, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	program := exec.Command("/usr/bin/python3", "testdata/figures.py")
	var problem bytes.Buffer
	program.Stdin, program.Stderr = bytes.NewReader(text), &problem
	if text, err = program.Output(); err == nil {
		err = json.Unmarshal(text, &tables)
	}
	if err != nil || len(tables) != len(cases) {
		t.Fatalf("python (Debian: python3-h5py, python3-numpy, python3-scipy): %v\n%s", err, problem.String())
	}
	return tables
}

// The table of each figure is what Python computes from the arrays of the files: for one network, for one of each group, over
// seeds, and for files of the published program.
func TestTablesArePythons(t *testing.T) {
	trained, pushed := networks(t)
	var cases []figureCase
	for _, f := range All() {
		all, published := trained, publishedTrainings
		if f.Of == Perturbation {
			all, published = pushed, publishedPerturbation
		}
		for _, s := range []selection{all.one(), all.first(), all, published} {
			if f.Groups == 0 || s.detailed() && len(s.files) <= f.Groups {
				cases = append(cases, figureCase{f, s})
			}
		}
		if f.Groups == 1 {
			cases = append(cases, figureCase{f, published.one()})
		}
	}
	want := python(t, cases)
	for i, c := range cases {
		t.Run(fmt.Sprintf("%s of %d", c.figure.Name, len(c.files)), func(t *testing.T) { compare(t, c, want[i]) })
	}
}

var (
	publishedTrainings = selection{by: "pl.is_plastic", files: []labelled{
		{"BOTH", "../../testdata/golden/approximate_both.h5"}, {"EXC", "../../testdata/golden/approximate_exc.h5"},
	}}
	publishedPerturbation = selection{files: []labelled{{"", "../../testdata/golden/perturb.h5"}}}
)

// compare compares a table with Python's. Numbers agree to 1e-9 of their size, or of 1 if they are smaller.
func compare(t *testing.T, c figureCase, want [][]any) {
	d, err := c.figure.Draw(c.read(t, c.figure))
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := d.WriteCSV(&text); err != nil {
		t.Fatal(err)
	}
	got, err := csv.NewReader(&text).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	got = got[1:]
	if len(got) != len(want) {
		t.Fatalf("%d rows, Python has %d; first: %v, %v", len(got), len(want), got[0], want[0])
	}
	wrong := 0
	for i := range got {
		if !slices.EqualFunc(got[i], want[i], sameCell) {
			if wrong++; wrong <= 3 {
				t.Errorf("row %d is %v, Python has %v", i+1, got[i], want[i])
			}
		}
	}
}

func sameCell(got string, want any) bool {
	switch want := want.(type) {
	case nil:
		return got == ""
	case string:
		return got == want
	case float64:
		x, err := strconv.ParseFloat(got, 64)
		return err == nil && math.Abs(x-want) <= 1e-9*max(1, math.Abs(want))
	}
	return false
}
