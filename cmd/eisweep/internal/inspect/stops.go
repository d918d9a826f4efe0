package inspect

import (
	"fmt"
	"math"
	"strconv"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/coordinator/catalog"
	"eisweep/internal/until"
	"eisweep/sweeps"
)

// stops says how many seeds the points of a sweep with [until] get, and why. A nil one is that of a sweep without.
type stops struct {
	rule      sweeps.Until
	decisions map[int]until.Decision
}

// stop is the decision about a point.
type stop struct {
	Seeds     int          `json:"seeds"`
	Reason    until.Reason `json:"reason"`
	Values    int          `json:"values"`     // seeds that have a value of the measure
	HalfWidth *float64     `json:"half_width"` // of the last interval; null if there was none
}

func stopsOf(status *catalog.SweepStatus) *stops {
	if status.Decisions == nil {
		return nil
	}
	u, _ := status.Sweep.Until()
	return &stops{u, status.Decisions}
}

// of is the decision about a point.
func (s *stops) of(p *point) *stop {
	if s == nil {
		return nil
	}
	d := s.decisions[p.number]
	out := &stop{Seeds: d.Seeds, Reason: d.Reason, Values: d.Values}
	if !math.IsNaN(d.HalfWidth) {
		out.HalfWidth = &d.HalfWidth
	}
	return out
}

// title is the title of the column of a table of points, if there is one.
func (s *stops) title() []string {
	if s == nil {
		return nil
	}
	return []string{"half width"}
}

// cell is the cell of a point in that column.
func (s *stops) cell(p *point) []string {
	if s == nil {
		return nil
	}
	d := s.decisions[p.number]
	text := "-"
	if !math.IsNaN(d.HalfWidth) {
		text = strconv.FormatFloat(d.HalfWidth, 'g', 3, 64)
	}
	switch d.Reason {
	case until.Limit:
		text += " (max_seeds)"
	case until.Undecided:
		text += " (undecided)"
	}
	return []string{text}
}

// write prints the rule, and how many points it has stopped for each reason.
func (s *stops) write(e *cli.Env) {
	if s == nil {
		return
	}
	n := map[until.Reason]int{}
	for _, d := range s.decisions {
		n[d.Reason]++
	}
	e.Linef("  until:   half width of the %g %% interval of %s ≤ %g: %s", 100*s.rule.Level, s.rule.Measure, s.rule.HalfWidth,
		cli.JoinNonEmpty(reached(n[until.Narrow]), cli.NonZero(n[until.Limit], "stopped at max_seeds"),
			cli.NonZero(n[until.Undecided], "undecided")))
}

// reached counts the points whose interval is narrow enough.
func reached(n int) string { return fmt.Sprintf("reached at %s", cli.Count(n, "point")) }
