package table

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
)

var nan = math.NaN()

// sweep is a table like that of a sweep: two regimes and a baseline, two values of a parameter, four seeds; two results are missing.
func sweep() *Table {
	id := Column{Name: "id", Role: Identity}
	regime := Column{Name: "pl.is_plastic", Role: Parameter}
	w := Column{Name: "sy.e2e.w_total", Kind: Number, Role: Parameter}
	seed := Column{Name: "seed", Kind: Integer, Role: Seed}
	state := Column{Name: "state", Role: Fact}
	seconds := Column{Name: "seconds", Unit: "s", Kind: Number, Role: Fact}
	cc := Column{Name: "cc_median", Kind: Number, Role: Measure}
	osi := Column{Name: "osi_i_mean", Kind: Number, Role: Measure}
	slope := Column{Name: "slope", Kind: Number, Role: Measure} // of no row
	row := 0
	for i, r := range []string{"NEITHER", "BOTH", "EXC"} {
		for _, total := range []float64{1, 2.5} {
			for s := 1.0; s <= 4; s++ {
				id.Text = append(id.Text, string(rune('a'+row)))
				regime.Text, w.Numbers, seed.Numbers = append(regime.Text, r), append(w.Numbers, total), append(seed.Numbers, s)
				value, how := float64(i)*0.1+total*0.05+s*s*0.0123, "done"
				if row == 5 || row == 12 {
					value, how = nan, "failed"
				}
				state.Text, seconds.Numbers = append(state.Text, how), append(seconds.Numbers, 10+s)
				cc.Numbers, osi.Numbers = append(cc.Numbers, value), append(osi.Numbers, value/3)
				slope.Numbers = append(slope.Numbers, nan)
				row++
			}
		}
	}
	return &Table{[]Column{id, regime, w, seed, state, seconds, cc, osi, slope}}
}

// text is the table as WriteText writes it.
func text(t *testing.T, table *Table) string {
	t.Helper()
	var out strings.Builder
	if err := table.WriteText(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestByGroupsOverSeeds(t *testing.T) {
	got, err := By(t.Context(), sweep(), []string{"pl.is_plastic"}, []string{"cc_median", "seconds"})
	if err != nil {
		t.Fatal(err)
	}
	got = got.Select(func(c *Column) bool { return c.Role == Parameter || !strings.Contains(c.Name, "_") })
	want := `pl.is_plastic  measure    unit  n   mean      sd
NEITHER        cc_median  -     7  0.181  0.0915
NEITHER        seconds    s     8   12.5     1.2
BOTH           cc_median  -     7  0.286  0.0897
BOTH           seconds    s     8   12.5     1.2
EXC            cc_median  -     8   0.38  0.0848
EXC            seconds    s     8   12.5     1.2
`
	if text(t, got) != want {
		t.Errorf("got\n%swant\n%s", text(t, got), want)
	}
}

func TestByWithoutMeasuresHasThoseWithValues(t *testing.T) {
	got, err := By(t.Context(), sweep(), []string{"sy.e2e.w_total", "pl.is_plastic"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.Len() != 2*3*2 || got.Column("measure").Text[0] != "cc_median" || got.Column("measure").Text[1] != "osi_i_mean" {
		t.Errorf("got\n%s", text(t, got))
	}
}

// A summary of rows in another order has the same rows with the same bits.
func TestByDoesNotDependOnTheOrder(t *testing.T) {
	forward := sweep()
	backward := forward.Where(func(int) bool { return false })
	for i := forward.Len() - 1; i >= 0; i-- {
		for j := range forward.Columns {
			backward.Columns[j].take(&forward.Columns[j], i)
		}
	}
	a, err := By(t.Context(), forward, []string{"pl.is_plastic"}, []string{"cc_median"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := By(t.Context(), backward, []string{"pl.is_plastic"}, []string{"cc_median"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range a.Len() {
		for j := range a.Columns {
			if x, y := a.Columns[j].Exact(i), b.Columns[j].Exact(a.Len()-1-i); x != y {
				t.Errorf("row %d, %s: %s, in another order %s", i, a.Columns[j].Name, x, y)
			}
		}
	}
}

func TestUnknownColumnsAreNamed(t *testing.T) {
	for _, c := range []struct {
		by, measures []string
		want         string
	}{
		{[]string{"pl.is_plastik"}, nil, "did you mean pl.is_plastic?"},
		{[]string{"pl.is_plastic"}, []string{"cc_medain"}, "did you mean cc_median?"},
		{[]string{"cc_median"}, nil, "cc_median is a measure"},
		{[]string{"seed"}, []string{"state"}, "state is not a measure"},
	} {
		if _, err := By(t.Context(), sweep(), c.by, c.measures); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("by %v of %v: error %v, want %q", c.by, c.measures, err, c.want)
		}
	}
}

func TestNumbersAreReadable(t *testing.T) {
	for x, want := range map[float64]string{
		0.04: "0.04", 0.0412345678: "0.0412", 1: "1", 99.44: "99.4", 12345.6: "12346", -0.5: "-0.5", 0: "0", 1e-5: "1e-05", 2.5e9: "2.5e+09",
		math.Inf(-1): "-Inf", 99.96: "100",
	} {
		if got := Readable(x); got != want {
			t.Errorf("%v is written %s, want %s", x, got, want)
		}
	}
}

// Thousands of rows take seconds, so an interrupted command does not wait for them.
func TestSummariesEndWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := By(ctx, sweep(), []string{"pl.is_plastic"}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("By: %v, want the error of the context", err)
	}
	if _, _, err := Versus(ctx, sweep(), versusNeither, nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Versus: %v, want the error of the context", err)
	}
}

func TestDescribeIsSummarizeWithoutBootstrap(t *testing.T) {
	values := []float64{3, math.NaN(), 1, 4, 1}
	want := Summarize(values)
	if want.Bootstrap = none; fmt.Sprint(Describe(values)) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", Describe(values), want)
	}
}
