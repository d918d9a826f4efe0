package expression

import (
	"errors"
	"math"
	"math/rand"
	"strings"
	"testing"
)

var values = map[string]float64{"pl.eta_e": 0.25, "sy.e2e.w_total": 3, "numint.n_trials": 7, "pl.rho0": 0}

func TestValues(t *testing.T) {
	for text, want := range map[string]float64{
		"1":                                    1,
		" 1 + 2 * 3 ":                          7,
		"(1 + 2) * 3":                          9,
		"10 - 3 - 2":                           5,
		"12 / 3 / 2":                           2,
		"2 ^ 3 ^ 2":                            512,
		"-2 ^ 2":                               -4,
		"2 ^ -2":                               0.25,
		"2 * 3 ^ 2":                            18,
		"- - 3":                                3,
		"+3":                                   3,
		"1e-3":                                 0.001,
		".5e1":                                 5,
		"2 × 3 ÷ 4 − 1":                        0.5,
		"4 * pl.eta_e":                         1,
		"min(3, sy.e2e.w_total, 2) + max(1,5)": 7,
		"round(numint.n_trials / 2)":           4,
		"round(-2.5)":                          -3,
		"0.1 * 3":                              0.30000000000000004,
		"9 ^ 0.5":                              3,
		"8 ^ 1.5 / 8":                          math.Sqrt(8),
		"pl.rho0 ^ 2":                          0,
		"pl.rho0 ^ 0.3":                        0,
		"pl.rho0 ^ 0":                          1,
		"(0 - 2) ^ 3":                          -8,
	} {
		e, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got, err := e.Evaluate(func(name string) float64 { return values[name] })
		if err != nil || got != want {
			t.Errorf("%s is %v, %v; want %v", text, got, err, want)
		}
	}
}

// TestPowers are those of the standard library, up to a few units in the last place.
func TestPowers(t *testing.T) {
	for _, x := range []float64{1e-30, 0.3, 0.999, 1, 1.7, 12345.678, 3e20} {
		for _, y := range []float64{-7.3, -2, -0.1, 0.001, 0.5, 1, 1.25, 3.999, 10} {
			want := math.Pow(x, y)
			if got := raise(x, y); math.Abs(got-want) > 1e-14*want {
				t.Errorf("%g^%g is %g, want %g", x, y, got, want)
			}
		}
	}
}

// TestErrors lists every kind of error with the text that it points to.
func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                "the expression ends where a number or a parameter is expected at ",
		"1 +":             "the expression ends where a number or a parameter is expected at +",
		"1 2":             `expected an operator, not "2" at 2`,
		"1 $ 2":           "unexpected character '$' at $",
		"1 % 2":           "unexpected character '%' at %",
		"1 < 2":           "unexpected character '<' at <",
		"x[1]":            "unexpected character '[' at [",
		"* 2":             `expected a number or a parameter, not "*" at *`,
		"1 ** 2":          `expected a number or a parameter, not "*" at *`,
		"(1 + 2":          "this parenthesis is not closed at (",
		"(1, 2)":          `expected an operator or ), not "," at ,`,
		"1)":              `expected an operator, not ")" at )`,
		"max":             "max is a function at max",
		"max(1)":          "wrong number of values for max at max(1)",
		"round(1, 2)":     "wrong number of values for round at round(1, 2)",
		"exp(1)":          "unknown function exp at exp",
		"1e999":           "1e999 is too large at 1e999",
		"0x10":            `expected an operator, not "x10" at x10`,
		"1 / pl.rho0":     "division by 0 at 1 / pl.rho0",
		"2 + 1 / (3 - 3)": "division by 0 at 1 / (3 - 3)",
		"pl.rho0 ^ -1":    "division by 0 at pl.rho0 ^ -1",
		"(0 - 2) ^ 0.5":   "the result is not a finite number at (0 - 2) ^ 0.5",
		"1 + 10 ^ 400":    "the result is not a finite number at 10 ^ 400",
		"2 ^ 1e9":         "the result is not a finite number at 2 ^ 1e9",
		"1e308 * 10":      "the result is not a finite number at 1e308 * 10",
		"1 // 2":          `expected a number or a parameter, not "/" at /`,
		"pl.eta_e.":       "unexpected character '.' at .",
	} {
		got := "no error"
		e, err := Parse(text)
		if err == nil {
			_, err = e.Evaluate(func(name string) float64 { return values[name] })
		}
		if bad := (*Error)(nil); errors.As(err, &bad) {
			got = bad.Problem + " at " + text[bad.Start:bad.End]
		}
		if got != want {
			t.Errorf("%q: error is\n%s\nwant\n%s", text, got, want)
		}
	}
	for text, want := range map[string]string{
		strings.Repeat("(", 100):   "nested deeper than 50",
		strings.Repeat("-", 100):   "nested deeper than 50",
		strings.Repeat("2^", 100):  "nested deeper than 50",
		strings.Repeat("1+", 1000): "longer than 1000 bytes",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20s: error is %v, want %q", text, err, want)
		}
	}
}

func FuzzExpression(f *testing.F) {
	for _, text := range []string{"1 + 2 * pl.eta_e ^ -2", "min(1, 2) / round(.5e3)", "((1))", "2 × 3 ÷ 4 − 1", "max(", "1 // 2", "\x92"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err == nil {
			for _, n := range e.Names() {
				if text[n.Start:n.End] != n.Text {
					t.Fatalf("%q is at %d", n.Text, n.Start)
				}
			}
			var x float64
			if x, err = e.Evaluate(func(name string) float64 { return values[name] }); err == nil && (math.IsNaN(x) || math.IsInf(x, 0)) {
				t.Fatalf("%q is %v", text, x)
			}
		}
		if bad := (*Error)(nil); errors.As(err, &bad) && (bad.Start < 0 || bad.End > len(text) || bad.Start > bad.End || bad.Problem == "") {
			t.Fatalf("%q: error is %+v", text, bad)
		}
	})
}

func TestPowerAgreesWithTheMathPackage(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for range 10_000 {
		x, y := math.Exp(60*r.NormFloat64()), r.Float64()
		got, want := Power(x, y), math.Pow(x, y)
		if math.Abs(got-want) > 1e-13*want {
			t.Fatalf("Power(%g, %g) is %g, want %g", x, y, got, want)
		}
	}
	if got := Power(100, 0.5); math.Float64bits(got) != math.Float64bits(10) {
		t.Errorf("Power(100, 0.5) is %v", got)
	}
}
