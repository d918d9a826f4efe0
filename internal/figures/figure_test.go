package figures

import (
	"bytes"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"

	"eisweep/internal/figures/drawing"
	"eisweep/internal/results"
	"eisweep/internal/resultstest"
	"eisweep/sim"
)

var update = flag.Bool("update", false, "write the golden pictures anew")

// Pictures of files of the published program.
func TestPicturesAreTheGoldenOnes(t *testing.T) {
	for figure, s := range map[*Figure]selection{
		&cotuning: publishedTrainings, &course: publishedTrainings.one(), &influence: publishedPerturbation, &currents: publishedTrainings.one(),
	} {
		d, err := figure.Draw(s.read(t, figure))
		var got bytes.Buffer
		if err := errors.Join(err, d.Render(&got, drawing.SVG)); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", figure.Name+".svg")
		if *update {
			if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(path); err != nil || !bytes.Equal(got.Bytes(), want) {
			t.Errorf("the picture differs from %s (%v); look at it after: go test ./internal/figures/... -update", path, err)
		}
	}
}

// Each figure has a name for the command line, a line of help, and axes with labels.
func TestFiguresAreComplete(t *testing.T) {
	name := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	for i, f := range All() {
		if !name.MatchString(f.Name) || len(f.About) < 20 || len(f.About) > 78 || Find(f.Name) != All()[i] {
			t.Errorf("%s: %s", f.Name, f.About)
		}
		s := publishedTrainings
		if f.Of == Perturbation {
			s = publishedPerturbation
		}
		if f.Groups > 0 {
			s = s.one()
		}
		d, err := f.Draw(s.read(t, f))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range slices.Concat(d.Panels...) {
			if p.Name == "" || p.X.Label == "" || p.Y.Label == "" || len(p.Layers) == 0 {
				t.Errorf("%s: panel %q has the axes %q and %q", f.Name, p.Name, p.X.Label, p.Y.Label)
			}
		}
	}
	if Find("none") != nil {
		t.Error("a figure that does not exist was found")
	}
}

// A figure of one network per group that was read without detail, as a report shows it.
func TestFiguresOfSingleNetworksNeedNoDetail(t *testing.T) {
	trained, pushed := networks(t)
	for _, f := range All() {
		s := trained.first()
		if f.Of == Perturbation {
			s = pushed.first()
		}
		if f.Groups > 0 {
			s = s.one()
		}
		s.brief = true
		if d, err := f.Draw(s.read(t, f)); err != nil || len(d.Panels) == 0 {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}

// A file without what the figure shows is one to which it does not apply, and the reason says what to do.
func TestFiguresSayWhyTheyDoNotApply(t *testing.T) {
	child := resultstest.Prober(t)
	dir := t.TempDir()
	untouched := resultstest.Simulated(t, dir, "neither", 1, sim.Approximate, "", small("pl.is_plastic=NEITHER")...)
	silent := resultstest.Simulated(t, dir, "silent", 1, sim.Approximate, "",
		small("inp.exc.bg_input=0", "inp.exc.peak_stimulus=0", "sy.e2e.w_total=0", "inp.inh.bg_input=50")...)
	pushed := resultstest.Simulated(t, dir, "pushed", 1, sim.Perturb, silent,
		"ng.exc.n_per_axis=3", "inp.n_stimuli=4", "perturb.n_perturbed=2")
	for _, c := range []struct{ figure, path, want string }{
		{"angles", untouched, "gradient angles were not measured"}, {"angles-final", untouched, "pl.compute_gradient_angles"},
		{"convergence", untouched, "not trained"}, {"course", untouched, "not trained"}, {"steps", untouched, "not trained"},
		{"influence", untouched, "shows results of PERTURB"}, {"cotuning", "../../testdata/golden/perturb.h5", "shows trainings"},
		{"cotuning", silent, "NaN"}, {"examples", silent, "no pair"}, {"influence", pushed, "no neuron"},
		{"influence-without-self", pushed, "no neuron"}, {"influence-example", pushed, "no neuron"},
	} {
		err := child.Ask(t.Context(), Query(), Find(c.figure).Argument(true), []string{c.path}, func(_ int, a results.Answer) error {
			if a.Err != nil {
				return a.Err
			}
			_, err := Decode(a.Bytes)
			return err
		})
		if !errors.Is(err, ErrNotApplicable) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s of %s: %v, want an error that says %q", c.figure, filepath.Base(c.path), err, c.want)
		}
		isTraining := c.path == untouched || c.path == silent // of which all have rates
		if why := refusalsOf(t, child, c.path); !strings.Contains(why[c.figure], c.want) || (why["rates"] == "") != isTraining {
			t.Errorf("%s: it does not have %v", filepath.Base(c.path), why)
		}
	}
}

// refusalsOf asks which figures do not apply to a file.
func refusalsOf(t *testing.T, child results.Prober, path string) (why map[string]string) {
	t.Helper()
	err := child.Ask(t.Context(), ApplicableQuery(), "", []string{path}, func(_ int, a results.Answer) (err error) {
		if a.Err != nil {
			return a.Err
		}
		why, err = DecodeRefusals(a.Bytes)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return why
}

// Networks of a different length cannot share a line.
func TestNetworksOfDifferentLengthsAreRefused(t *testing.T) {
	short := resultstest.Simulated(t, t.TempDir(), "short", 1, sim.Approximate, "",
		"ng.exc.n_per_axis=3", "inp.n_stimuli=4", "numint.n_trials=2")
	s := selection{files: []labelled{publishedTrainings.files[0], {"", short}}}
	if _, err := steps.Draw(s.read(t, &steps)); err == nil || !strings.Contains(err.Error(), "--by numint.n_trials") {
		t.Errorf("error %v, want one that names --by", err)
	}
}

// Suspect networks are marked in the legend, by hollow points and thin lines.
func TestSuspectsAreMarked(t *testing.T) {
	set := publishedTrainings.read(t, &cotuning)
	set.Groups[1].Networks[0].Suspect = true
	d, err := cotuning.Draw(set)
	if err != nil {
		t.Fatal(err)
	}
	sound, suspect := d.Legend.Entries[0], d.Legend.Entries[1]
	if sound.Style.Hollow || !suspect.Style.Hollow || !suspect.Style.Thin || !strings.Contains(suspect.Label, "1 suspect") {
		t.Errorf("%+v, %+v", sound, suspect)
	}
}

func TestDataKeepEveryNumber(t *testing.T) {
	text, err := Data{"x": {1, -0.1, 1e-300}}.encode()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Decode(text); err != nil || !slices.Equal(got["x"], []float64{1, -0.1, 1e-300}) {
		t.Errorf("%v (%v)", got, err)
	}
	for _, broken := range []string{"", "{}", `{"Data":{"x":"AAA="}}`, `{"Data":{"x":1}}`} {
		if _, err := Decode([]byte(broken)); err == nil {
			t.Errorf("%q is accepted", broken)
		}
	}
}

// Three networks with three neurons each: every neuron is in the histogram, although no bin has one of most networks.
func TestHistogramsOfFewNeuronsHaveAllOfThem(t *testing.T) {
	set := &Set{Groups: []Group{{}}}
	for k := range 3 {
		osi := []float64{0.01 + 0.1*float64(k), 0.31 + 0.1*float64(k), 0.61 + 0.1*float64(k)}
		set.Groups[0].Networks = append(set.Groups[0].Networks, Network{Data: Data{
			"osi_e counts": counts(osiEdges, osi), "osi_e median": osi[1:2], "osi_i counts": counts(osiEdges, osi), "osi_i median": osi[1:2],
		}})
	}
	d, err := selectivity.Draw(set)
	if err != nil {
		t.Fatal(err)
	}
	bins := d.Panels[0][1].Layers[0].(drawing.Steps)
	if sum := floats.Sum(bins.Y); math.Abs(sum-3) > 1e-9 || slices.Min(bins.Low) < 0 || !strings.Contains(d.Notes[1], "mean over networks") {
		t.Errorf("the bins contain %v of 3 neurons, at least %v; %q", sum, slices.Min(bins.Low), d.Notes)
	}
}

// A stimulus that did not settle counts with numint.max_steps. Without learning, the phase ends after its second trial.
func TestStepsContainStimuliThatDidNotSettle(t *testing.T) {
	path := resultstest.Simulated(t, t.TempDir(), "unsettled", 1, sim.Approximate, "", small("numint.max_steps=7", "numint.do_abort=false")...)
	set := selection{files: []labelled{{"", path}}}.read(t, &steps)
	if most := set.Groups[0].Networks[0].Data["most"][:2]; !slices.Equal(most, []float64{7, 7}) {
		t.Errorf("the most steps are %v, want 7 in both trials", most)
	}
}
