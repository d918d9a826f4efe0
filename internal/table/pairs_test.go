package table

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var versusNeither = []Condition{{"pl.is_plastic", "NEITHER"}}

func TestPairedDifferencesAreScipys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(sweep().WriteCSV(f), f.Close()); err != nil {
		t.Fatal(err)
	}
	want := map[string][6]float64{}
	if err := json.Unmarshal(python(t, nil, "testdata/paired.py", path), &want); err != nil {
		t.Fatal(err)
	}
	got, unpaired, err := Versus(t.Context(), sweep(), versusNeither, nil, []string{"cc_median"})
	if err != nil || unpaired != 0 || got.Len() != len(want) {
		t.Fatalf("%d rows, %d unpaired, error %v; scipy has %d", got.Len(), unpaired, err, len(want))
	}
	for i := range got.Len() {
		name := fmt.Sprintf("%s %s", got.Column("pl.is_plastic").Text[i], got.Column("sy.e2e.w_total").Exact(i))
		for j, c := range []string{"n", "baseline_mean", "difference", "sd", "student_low", "student_high"} {
			if x := got.Column(c).Numbers[i]; !near(x, want[name][j], 1) {
				t.Errorf("%s: %s is %v, scipy has %v", name, c, x, want[name][j])
			}
		}
	}
}

// The bootstrap of paired differences resamples pairs, not rows.
func TestDifferencesAreResampledAsPairs(t *testing.T) {
	got, _, err := Versus(t.Context(), sweep(), versusNeither, []string{}, []string{"cc_median"})
	if err != nil {
		t.Fatal(err)
	}
	last := got.Len() - 1 // EXC: every pair differs by 0.2
	low, high := got.Column("bootstrap_low").Numbers[last], got.Column("bootstrap_high").Numbers[last]
	if got.Column("n").Numbers[last] != 7 || !near(low, 0.2, 1) || !near(high, 0.2, 1) {
		t.Errorf("got\n%s", text(t, got))
	}
}

func TestRowsWithoutABaselineAreCounted(t *testing.T) {
	whole := sweep()
	part := whole.Where(func(i int) bool { // without the baselines of seeds 3 and 4 at 1
		return whole.Column("pl.is_plastic").Text[i] != "NEITHER" || whole.Column("seed").Numbers[i] < 3 ||
			whole.Column("sy.e2e.w_total").Numbers[i] != 1
	})
	got, unpaired, err := Versus(t.Context(), part, versusNeither, nil, []string{"osi_i_mean"})
	if err != nil || unpaired != 4 || got.Column("n").Numbers[0] != 2 {
		t.Errorf("%d unpaired, error %v\n%s", unpaired, err, text(t, got))
	}
}

func TestWhyThereAreNoPairs(t *testing.T) {
	whole := sweep()
	lone := whole.Where(func(i int) bool { return whole.Column("pl.is_plastic").Text[i] == "NEITHER" })
	published := sweep()
	for i := range published.Len() {
		published.Column("seed").Numbers[i] = nan
	}
	linked := sweep()
	for i := range linked.Len() {
		linked.Column("sy.e2e.w_total").Numbers[i] = float64(len(linked.Column("pl.is_plastic").Text[i]))
		linked.Column("seed").Numbers[i] = float64(i)
	}
	for name, c := range map[string]struct {
		table *Table
		base  []Condition
		want  string
	}{
		"a wrong value":      {whole, []Condition{{"pl.is_plastic", "NIETHER"}}, "did you mean NEITHER?"},
		"a number":           {whole, []Condition{{"sy.e2e.w_total", "3"}}, "the values are 1, 2.5"},
		"only the baseline":  {lone, versusNeither, "no row is equal"},
		"no seeds":           {published, versusNeither, "known seed"},
		"linked parameters":  {linked, versusNeither, "vary together"},
		"an unknown name":    {whole, []Condition{{"pl.plastic", "NEITHER"}}, "no column"},
		"not a parameter":    {whole, []Condition{{"state", "done"}}, "not a parameter"},
		"two rows of a seed": {whole, []Condition{{"seed", "1"}}, "not a parameter"},
	} {
		_, _, err := Versus(t.Context(), c.table, c.base, nil, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}

func TestABaselineMustBeUnique(t *testing.T) {
	twice := sweep()
	for j := range twice.Columns {
		twice.Columns[j].take(&twice.Columns[j], 0)
	}
	if _, _, err := Versus(t.Context(), twice, versusNeither, nil, nil); err == nil || !strings.Contains(err.Error(), "several rows") {
		t.Errorf("error %v", err)
	}
}

// Several conditions together are for parameters that vary together.
func TestLinkedParametersPair(t *testing.T) {
	base := []Condition{{"pl.is_plastic", "NEITHER"}, {"sy.e2e.w_total", "1"}}
	got, unpaired, err := Versus(t.Context(), sweep(), base, nil, []string{"cc_median"})
	if err != nil || unpaired != 0 || got.Len() != 5 {
		t.Errorf("%d rows, %d unpaired, error %v", got.Len(), unpaired, err)
	}
}
