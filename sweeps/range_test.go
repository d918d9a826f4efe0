package sweeps

import (
	"slices"
	"testing"
)

func axisValues(t *testing.T, text string) []string {
	t.Helper()
	s := mustParse(t, "name = 'x'\nexperiment = 'APPROXIMATE'\n[axes]\n"+text)
	var list []string
	for _, v := range s.axes[0].columns[0].values {
		list = append(list, v.String())
	}
	return list
}

func TestRangeValues(t *testing.T) {
	for text, want := range map[string][]string{
		"sy.e2e.w_total = { from = 1.0, to = 3.0, count = 5 }":                  {"1", "1.5", "2", "2.5", "3"},
		"sy.e2e.w_total = { from = 0.1, to = 0.5, step = 0.1 }":                 {"0.1", "0.2", "0.3", "0.4", "0.5"},
		"sy.e2e.w_total = { from = 0, to = 1, step = 0.3 }":                     {"0", "0.3", "0.6", "0.9"},
		"sy.e2e.w_total = { from = 3, to = 1, step = -1 }":                      {"3", "2", "1"},
		"pl.eta_e = { from = 1e-5, to = 1e-2, count = 4, scale = \"log\" }":     {"1e-05", "0.0001", "0.001", "0.01"},
		"pl.eta_e = { from = 4, to = 1, count = 3, scale = \"log\" }":           {"4", "2", "1"},
		"numint.n_trials = { from = 1, to = 1000, count = 4, scale = \"log\" }": {"1", "10", "100", "1000"},
		"numint.n_trials = { from = 10, to = 30, step = 10 }":                   {"10", "20", "30"},
		"numint.n_trials = { from = 5, to = 5, count = 1, scale = \"linear\" }": {"5"},
	} {
		if got := axisValues(t, text); !slices.Equal(got, want) {
			t.Errorf("%s gives %v, want %v", text, got, want)
		}
	}
}
