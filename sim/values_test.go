package sim

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
)

// exampleValues has a value of each kind.
var exampleValues = Values{
	{"numint.n_trials", IntegerValue(20)}, {"sy.e2e.w_total", RealValue(0.3)}, {"pl.is_plastic", ChoiceValue(Both)},
	{"pl.eta_e", RealValue(1e-5)}, {"pl.soft_max", BooleanValue(true)}, {"inp.exc.bg_input", RealValue(5)},
}

func TestValuesHaveTheirVectors(t *testing.T) {
	text, err := json.Marshal(exampleValues)
	const want = `{"inp.exc.bg_input":5,"numint.n_trials":20,"pl.eta_e":0.00001,"pl.is_plastic":"BOTH",` +
		`"pl.soft_max":true,"sy.e2e.w_total":0.3}`
	if err != nil || string(text) != want {
		t.Errorf("%s, %v\nwant %s", text, err, want)
	}
	const lines = "numint.n_trials=20\nsy.e2e.w_total=0.3\npl.is_plastic=BOTH\npl.eta_e=1e-05\npl.soft_max=true\ninp.exc.bg_input=5"
	if text := exampleValues.Text(); text != lines {
		t.Errorf("%s\nwant %s", text, lines)
	}
	if text, err := json.Marshal(Values(nil)); string(text) != "{}" || err != nil {
		t.Errorf("no values are %s, %v", text, err)
	}
}

// TestValuesAreWrittenAsMaps: every parameter at its extremes has the bytes that
// encoding/json gives a map of the same values.
func TestValuesAreWrittenAsMaps(t *testing.T) {
	for _, x := range []float64{0, 1, -1, 1e-5, 1e-7, 123456.7, 1e21, 3e38, 1.0 / 3, math.SmallestNonzeroFloat32} {
		var values Values
		asMap := map[string]any{}
		for _, p := range Table() {
			v := map[Kind]Value{Real: RealValue(x), Integer: IntegerValue(int(min(x, 1e6))), Boolean: BooleanValue(x > 0),
				Choice: ChoiceValue("<&>\u2028")}[p.Kind]
			values = append(values, Setting{p.Name, v})
			asMap[p.Name] = v.Any()
		}
		got, err1 := json.Marshal(values)
		want, err2 := json.Marshal(asMap)
		if err1 != nil || err2 != nil || string(got) != string(want) {
			t.Errorf("%s, %v\nwant %s, %v", got, err1, want, err2)
		}
		var back Values
		if err := json.Unmarshal(got, &back); err != nil || !slices.Equal(back, values) {
			t.Errorf("%s reads as %v, %v", got, back, err)
		}
	}
}

func TestValuesComeBack(t *testing.T) {
	for _, e := range Experiments() {
		values := Read(e, Defaults(e))
		text, err := json.Marshal(values)
		if err != nil {
			t.Fatal(err)
		}
		var fromJSON Values
		if err := json.Unmarshal(text, &fromJSON); err != nil || !slices.Equal(fromJSON, values) {
			t.Errorf("%s: %v, %v", e, fromJSON, err)
		}
		if fromText, err := ParseValues(values.Text()); err != nil || !slices.Equal(fromText, values) {
			t.Errorf("%s: %v, %v", e, fromText, err)
		}
		if err := fromJSON.Check(); err != nil {
			t.Errorf("%s: %v", e, err)
		}
	}
}

// TestValuesOfALaterVersion keep their names, and don't pass for parameters.
func TestValuesOfALaterVersion(t *testing.T) {
	var v Values
	if err := json.Unmarshal([]byte(`{"new.b":true,"pl.is_plastic":"EXC","new.a":2,"ng.r_max":7}`), &v); err != nil {
		t.Fatal(err)
	}
	want := Values{{"ng.r_max", RealValue(7)}, {"pl.is_plastic", ChoiceValue(Exc)}, {"new.a", IntegerValue(2)}, {"new.b", BooleanValue(true)}}
	if !slices.Equal(v, want) {
		t.Errorf("%v, want %v", v, want)
	}
	if err := v.Check(); err == nil || !strings.Contains(err.Error(), "new.a") {
		t.Errorf("they pass: %v", err)
	}
}

func TestIllegalValues(t *testing.T) {
	for text, want := range map[string]string{
		`{"numint.n_trials":"many"}`: `numint.n_trials: expected an integer, not the text "many"`,
		`{"numint.n_trials":0}`:      "numint.n_trials: 0 is out of range",
		`{"numint.n_trials":2.5}`:    "numint.n_trials: expected an integer, not 2.5",
		`{"pl.rho0":[1]}`:            "parameter pl.rho0",
		`{"pl.rho0":null}`:           "parameter pl.rho0",
		`{"pl.rho0":1e300}`:          "parameter pl.rho0",
		`[]`:                         "array",
	} {
		var v Values
		err := json.Unmarshal([]byte(text), &v)
		if err == nil {
			err = v.Check()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v, want %q", text, err, want)
		}
	}
	if text, err := json.Marshal(Values{{"pl.rho0", RealValue(math.NaN())}}); err == nil {
		t.Errorf("NaN is written as %s", text)
	}
	for text, want := range map[string]string{
		"pl.rho": "unknown parameter", "pl.rho0": "not a number", "pl.rho0=-1": "out of range", "pl.rho0=1\npl.rho0=2": "set twice",
	} {
		if v, err := ParseValues(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v, want %q", text, v, err, want)
		}
	}
}

func TestWithReplacesAndKeepsTheOrder(t *testing.T) {
	before := slices.Clone(exampleValues)
	v := exampleValues.With(Setting{"pl.is_plastic", ChoiceValue(Inh)}, Setting{"numint.dt", RealValue(1e-4)})
	if !slices.Equal(exampleValues, before) {
		t.Error("the values themselves have changed")
	}
	if x, ok := v.Get("pl.is_plastic"); !ok || x != ChoiceValue(Inh) || v[0].Name != "numint.dt" || len(v) != len(before)+1 {
		t.Errorf("%v", v)
	}
	names := map[string]int{}
	for _, s := range v {
		names[s.Name]++
	}
	if slices.Max(slices.Collect(maps.Values(names))) > 1 {
		t.Errorf("a name is there twice: %v", v)
	}
}
