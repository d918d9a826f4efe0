package figures

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"eisweep/internal/figures/drawing"
	"eisweep/internal/table"
)

// measured is a measure of two groups: three networks at each of two values, and one without a value.
func measured() *Measured {
	network := func(x, y, value float64) MeasuredNetwork { return MeasuredNetwork{X: x, Y: y, Value: value} }
	suspect := network(2, 1, 7)
	suspect.Suspect = true
	return &Measured{
		Name: "cc_median", Unit: "1", By: "pl.is_plastic", X: Parameter{Name: "sy.e2e.w_total"},
		Groups: []MeasuredGroup{
			{Label: "NEITHER", Networks: []MeasuredNetwork{
				network(2, 0, 4), network(1, 0, 1), network(1, 1, 2), network(1, 0, 6), network(2, 1, 5), suspect,
			}},
			{Label: "BOTH", Color: 1, Networks: []MeasuredNetwork{network(1, 0, math.NaN()), network(1, 0, math.Inf(-1)), network(1, 1, 8)}},
		},
	}
}

func csvOf(t *testing.T, m *Measured) string {
	t.Helper()
	d, err := m.Draw()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := d.WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestMeasureHasMeansAndIntervals(t *testing.T) {
	text := csvOf(t, measured())
	for _, want := range []string{
		"cc_median,point,NEITHER: networks,,1,,1,,,\n", "cc_median,point,NEITHER: suspect networks,,2,,7,,,\n",
		"cc_median,line,NEITHER,,1,,3,,,\ncc_median,line,NEITHER,,2,,5.333333333333333,,,\n", "cc_median,point,BOTH,,1,,8,,,\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q:\n%s", want, text)
		}
	}
	low, high := table.Summarize([]float64{1, 2, 6}).Student.Low, table.Summarize([]float64{1, 2, 6}).Student.High
	if math.Abs(low+3.572410607728) > 1e-9 || math.Abs(high-9.572410607728) > 1e-9 { // 3 ± 4.302653 · 2.645751/√3
		t.Errorf("the interval is %v to %v", low, high)
	}
	if !strings.Contains(text, "cc_median,point,NEITHER,,1,,3,-3.5724106") {
		t.Errorf("the table lacks the interval:\n%s", text)
	}
}

// The mean of suspect networks alone covers their points, so it is hollow too.
func TestMeansOfSuspectNetworksAloneAreHollow(t *testing.T) {
	m := measured()
	networks := m.Groups[0].Networks
	for i := range networks {
		networks[i].Suspect = networks[i].Suspect || networks[i].X == 1
	}
	d, err := m.Draw()
	if err != nil {
		t.Fatal(err)
	}
	hollow := map[float64]bool{}
	for _, layer := range d.Panels[0][0].Layers {
		if p, ok := layer.(drawing.Points); ok && p.Series == "NEITHER" {
			for _, x := range p.X {
				hollow[x] = p.Style.Hollow
			}
		}
	}
	if len(hollow) != 2 || !hollow[1] || hollow[2] {
		t.Errorf("hollow: %v, want the mean at 1, of which all networks are suspect", hollow)
	}
}

// Groups that share values are drawn beside each other, so that their bars do not cover each other; the table has the values.
func TestGroupsAreDrawnBesideEachOther(t *testing.T) {
	network := func(x, y float64) MeasuredNetwork { return MeasuredNetwork{X: x, Value: y} }
	shared := []MeasuredGroup{
		{Label: "a", Networks: []MeasuredNetwork{network(1, 5), network(2, 6)}}, {Label: "b", Networks: []MeasuredNetwork{network(2, 7)}},
		{Label: "c", Networks: []MeasuredNetwork{network(3, 8)}},
	}
	for _, c := range []struct {
		groups []MeasuredGroup
		want   []float64
	}{{shared, []float64{-5, 0, 5}}, {[]MeasuredGroup{shared[0], shared[2]}, []float64{0, 0}}, {shared[:1], []float64{0}}} {
		m := &Measured{Name: "cc_median", By: "g", X: Parameter{Name: "x"}, Groups: c.groups}
		d, err := m.Draw()
		if err != nil {
			t.Fatal(err)
		}
		shifts := map[string]float64{}
		for _, layer := range d.Panels[0][0].Layers {
			switch l := layer.(type) {
			case drawing.Points:
				shifts[l.Series] = l.Shift
			case drawing.Line:
				if shifts[l.Series+": networks"] != l.Shift {
					t.Errorf("%s: the line is shifted by %v, its points by %v", l.Series, l.Shift, shifts)
				}
			}
		}
		for i, g := range c.groups {
			if shifts[g.Label] != c.want[i] || shifts[g.Label+": networks"] != c.want[i] {
				t.Errorf("%d groups: the shifts are %v, want %v", len(c.groups), shifts, c.want)
			}
		}
		if text := csvOf(t, m); !strings.Contains(text, "cc_median,point,a: networks,,1,,5") {
			t.Errorf("the table lacks the value:\n%s", text)
		}
	}
}

func TestOneSuspectNetworkIsSingular(t *testing.T) {
	for suspects, want := range map[int]string{1: "1 of the networks is suspect.", 2: "2 of the networks are suspect."} {
		for _, y := range []*Parameter{nil, {Name: "y"}} {
			m := &Measured{Name: "cc_median", X: Parameter{Name: "x"}, Y: y, MeansOnly: true, Groups: []MeasuredGroup{{}}}
			for i := range 3 {
				m.Groups[0].Networks = append(m.Groups[0].Networks, MeasuredNetwork{X: float64(i), Value: 1, Suspect: i < suspects})
			}
			d, err := m.Draw()
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(d.Notes, " "); !strings.Contains(got, want) {
				t.Errorf("the notes are %q, want %q", got, want)
			}
		}
	}
}

func TestParametersOfSeveralDecadesHaveALogarithmicAxis(t *testing.T) {
	for _, c := range []struct {
		values []float64
		log    bool
	}{
		{[]float64{0.01, 0.1, 1}, true}, {[]float64{1, 2, 5, 10, 20, 50, 100}, true}, {[]float64{1, 100}, true},
		{[]float64{0.1, 1}, false}, {[]float64{0, 0.01, 1}, false}, {[]float64{1, 25, 50, 75, 100}, false}, {[]float64{3}, false},
	} {
		m := &Measured{Name: "cc_median", X: Parameter{Name: "pl.eta"}, Groups: []MeasuredGroup{{}}}
		for _, v := range c.values {
			m.Groups[0].Networks = append(m.Groups[0].Networks, MeasuredNetwork{X: v, Value: 1})
		}
		if d, err := m.Draw(); err != nil || d.Panels[0][0].X.Log != c.log {
			t.Errorf("%v: a logarithmic axis is %v, want %v (%v)", c.values, d.Panels[0][0].X.Log, c.log, err)
		}
	}
}

// Labels of many values are short and few, but differ.
func TestLabelsOfAMapFitBesideEachOther(t *testing.T) {
	m := &Measured{Name: "cc_median", X: Parameter{Name: "x"}, Y: &Parameter{Name: "y"}, Groups: []MeasuredGroup{{}}}
	for i := range 20 {
		x := 0.123456789 + float64(i)/30
		m.Groups[0].Networks = append(m.Groups[0].Networks, MeasuredNetwork{X: x, Y: 1000 + float64(i), Value: 1})
	}
	d, err := m.Draw()
	if err != nil {
		t.Fatal(err)
	}
	panel := d.Panels[0][0]
	labels := slices.DeleteFunc(slices.Clone(panel.X.Names), func(s string) bool { return s == "" })
	if !slices.Equal(labels, []string{"0.123", "0.29", "0.457", "0.623"}) || panel.Y.Names[0] != "1000" {
		t.Errorf("the labels are %q and %q", labels, panel.Y.Names)
	}
}

func TestMeasureAgainstTwoIsAMap(t *testing.T) {
	m := measured()
	m.Y = &Parameter{Name: "pl.is_plastic", Words: []string{"a", "b"}}
	text := csvOf(t, m)
	for _, want := range []string{
		"cc_median,cell,NEITHER,,0,,0,,,3.5\n", "cc_median,cell,NEITHER,,1,,1,,,6\n",
		"cc_median,cell,BOTH,,0,,0,,,\n", "cc_median,cell,BOTH,,0,,1,,,8\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "suspect") {
		t.Errorf("a mean with a sound network is marked:\n%s", text)
	}
	for i, n := range m.Groups[0].Networks {
		m.Groups[0].Networks[i].Suspect = n.X == 2
	}
	text = csvOf(t, m)
	if strings.Count(text, "suspect") != 2 || !strings.Contains(text, "cc_median,point,NEITHER: suspect networks,,1,,0,") {
		t.Errorf("the means of suspect networks alone are not marked:\n%s", text)
	}
	if strings.Contains(text, "Inf") {
		t.Errorf("a value that is no number is drawn:\n%s", text)
	}
}

func TestMeasureWithoutValuesIsRefused(t *testing.T) {
	m := measured()
	m.Groups = []MeasuredGroup{{Networks: m.Groups[1].Networks[:2]}}
	if _, err := m.Draw(); err == nil || !strings.Contains(err.Error(), "cc_median") {
		t.Errorf("error %v, want one that names the measure", err)
	}
}

// Networks without the measure are not drawn, so the picture says how many there are; a map keeps their cells.
func TestNetworksWithoutTheMeasureAreCounted(t *testing.T) {
	m := measured()
	d, err := m.Draw()
	if err != nil {
		t.Fatal(err)
	}
	if want := "Not drawn: 2 of 9 networks, which have no cc_median."; !slices.Contains(d.Notes, want) {
		t.Errorf("the notes are %q, want %q", d.Notes, want)
	}
	m.Y = &Parameter{Name: "y"}
	m.Groups[1].Networks = append(m.Groups[1].Networks, MeasuredNetwork{X: 3, Y: 0, Value: math.NaN()})
	if text := csvOf(t, m); !strings.Contains(text, "cc_median,cell,BOTH,,2,,0,,,\n") {
		t.Errorf("the map lacks the cell of a network without the measure:\n%s", text)
	}
}
