package stopping

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"eisweep/sim"
	"eisweep/sweeps/internal/document"
)

// Rule is an [until]. The largest number of seeds is that of the sweep's seeds.
type Rule struct {
	Measure          string
	HalfWidth, Level float64
	Least            int // seeds
}

// Text is the sweep file.
type Text struct {
	Fail     func(at document.Span, problem, remedy string) // reports what is wrong
	Describe func(n *document.Node) string                  // what a message calls a value
}

// keys are the entries of [until].
var keys = []string{"measure", "half_width", "level", "min_seeds", "max_seeds"}

const (
	maxSeeds     = 10_000_000
	defaultLevel = 0.95
	defaultLeast = 5 // seeds
)

// Read reads [until]. It returns the seeds that a point gets at most, in their order: the first of those of the file; 1 … max_seeds
// if the file does not give any. What it returns after a failure is only good for finding more.
func Read(n *document.Node, seeds []uint32, given bool, t *Text) (*Rule, []uint32) {
	if !n.IsTable() {
		t.Fail(n.Place(), "until must be a table", "write [until] above measure and half_width")
		return nil, seeds
	}
	for _, f := range n.Fields {
		if !slices.Contains(keys, f.Name) {
			remedy := "until has " + strings.Join(keys, ", ")
			if near := sim.Nearest(f.Name, keys); near != "" {
				remedy = "did you mean " + near + "?"
			}
			t.Fail(f.Key, "unknown key "+sim.Excerpt(f.Name)+" in until", remedy)
		}
	}
	r := &Rule{t.measure(n), t.halfWidth(n), t.level(n.Field("level")), t.count(n.Field("min_seeds"), defaultLeast)}
	return r, t.limit(n, seeds, given)
}

// measure reads the measure. Whether results of the experiment have it is checked with the sweep as a whole.
func (t *Text) measure(n *document.Node) string {
	f := n.Field("measure")
	if f == nil {
		t.Fail(n.Place(), "until has no measure", `write measure = "cc_mean", or another measure of docs/measures.md`)
		return ""
	}
	name, ok := f.Data.(string)
	switch {
	case !ok:
		t.Fail(f.Place(), "measure of until must be text in quotes, not "+t.Describe(f), "")
	case !isMeasure(name):
		remedy := "docs/measures.md lists the measures"
		if near := sim.Nearest(name, slices.Concat(trainingMeasures, perturbMeasures)); near != "" {
			remedy = "did you mean " + near + "?"
		}
		t.Fail(f.Place(), "unknown measure "+sim.Excerpt(name), remedy)
	}
	return name
}

func (t *Text) halfWidth(n *document.Node) float64 {
	f := n.Field("half_width")
	if f == nil {
		t.Fail(n.Place(), "until has no half_width", "write half_width = 0.02, half of the widest interval, in the unit of the measure")
		return 0
	}
	x, ok := real(f)
	if !ok || !(x > 0) {
		t.Fail(f.Place(), "half_width of until must be a positive number, not "+t.Describe(f),
			"it is half of the widest interval, in the unit of the measure")
	}
	return x
}

func (t *Text) level(f *document.Node) float64 {
	if f == nil {
		return defaultLevel
	}
	x, ok := real(f)
	if !ok || !(0 < x && x < 1) {
		t.Fail(f.Place(), "level of until must be a number between 0 and 1, not "+t.Describe(f), "0.95 is usual, and the default")
	}
	return x
}

// real returns a finite number.
func real(n *document.Node) (float64, bool) {
	switch x := n.Data.(type) {
	case int64:
		return float64(x), true
	case float64:
		return x, !math.IsInf(x, 0) && !math.IsNaN(x)
	}
	return 0, false
}

// count reads min_seeds or max_seeds; 0 if it is wrong.
func (t *Text) count(f *document.Node, missing int) int {
	if f == nil {
		return missing
	}
	x, ok := f.Data.(int64)
	if !ok || x < 2 || x > maxSeeds {
		t.Fail(f.Place(), f.Name+" of until must be an integer from 2, not "+t.Describe(f), fmt.Sprintf("legal: 2 … %d", maxSeeds))
		return 0
	}
	return int(x)
}

// limit returns the seeds that a point gets at most.
func (t *Text) limit(n *document.Node, seeds []uint32, given bool) []uint32 {
	f := n.Field("max_seeds")
	most := t.count(f, len(seeds))
	switch {
	case f != nil && most == 0 || given && len(seeds) == 0: // reported
		return seeds
	case f == nil && !given:
		t.Fail(n.Place(), "until has no max_seeds", "write max_seeds = 50, or give the seeds: seeds = { first = 1, count = 50 }")
		return seeds
	case !given:
		for seed := range uint32(most) {
			seeds = append(seeds, seed+1)
		}
	case most > len(seeds):
		t.Fail(f.Place(), "max_seeds of until is "+strconv.Itoa(most)+", but seeds has only "+strconv.Itoa(len(seeds)),
			"give more seeds, or leave seeds out to take 1 … max_seeds, or leave max_seeds out to take all of seeds")
		return seeds
	}
	return seeds[:most]
}
