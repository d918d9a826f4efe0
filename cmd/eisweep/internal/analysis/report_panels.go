package analysis

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"eisweep/internal/figures"
	"eisweep/internal/figures/drawing"
	"eisweep/internal/measures"
	"eisweep/internal/report"
	"eisweep/internal/results"
	"eisweep/internal/table"
)

// Limits on the panels of a report: lines, and networks of each.
const (
	panelGroups   = 8
	panelNetworks = 3
)

// panelsShown are the figures of a report, and what each shows.
var panelsShown = []struct{ name, title string }{
	{"cotuning", "Correlation of excitation and inhibition over the E neurons"},
	{"selectivity-cumulative", "Orientation selectivity, as a cumulative distribution"},
	{"synapses", "Weights against response similarity, and against each other"},
	{"angles-final", "Angles between the rules' updates and the gradient in the last trial"},
	{"influence", "Influence of a pushed neuron on others against their correlation"},
}

// panels draws the paper's panels for the points of a sweep, or, if they are too many, for the values of one parameter.
func panels(ctx context.Context, c *Choice, rows *table.Table) ([]report.FigureGroup, error) {
	by, groups := panelRows(c.found, rows)
	if len(groups) == 0 {
		return nil, nil
	}
	section := report.FigureGroup{ID: "panels", Title: "Panels", Text: fmt.Sprintf(
		"The paper's panels. A line shows at most %d networks, as the note below the panel says.", panelNetworks)}
	for _, panel := range panelsShown {
		drawn, err := drawPanel(ctx, c, figures.Find(panel.name), by, rows, groups)
		if ctx.Err() != nil {
			return nil, err
		}
		if errors.Is(err, figures.ErrNotApplicable) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("draw %s: %w", panel.name, err)
		}
		figure, err := newReportFigure(panel.title, drawn)
		if err != nil {
			return nil, err
		}
		section.Figures = append(section.Figures, figure)
	}
	if len(section.Figures) == 0 {
		return nil, nil
	}
	return []report.FigureGroup{section}, nil
}

// newReportFigure is a drawing as a page holds it.
func newReportFigure(title string, d *drawing.Drawing) (report.Figure, error) {
	var svg, data bytes.Buffer
	if err := errors.Join(d.Render(&svg, drawing.SVG), d.WriteCSV(&data)); err != nil {
		return report.Figure{}, fmt.Errorf("draw %s: %w", title, err)
	}
	_, element, _ := bytes.Cut(svg.Bytes(), []byte("<svg"))
	return report.Figure{Title: title, Text: title, SVG: append([]byte("<svg"), element...), Data: data.Bytes()}, nil
}

// panelRows chooses the rows that are drawn: the parameters that group them, and the first rows of each group with a result.
func panelRows(found []Result, rows *table.Table) (by []string, groups [][]int) {
	candidates := [][]string{columnsOf(rows, table.Parameter)}
	for _, name := range candidates[0] {
		candidates = append(candidates, []string{name})
	}
	for _, by := range append(candidates, nil) {
		groups, labels := [][]int{}, map[string]int{}
		for i := range found {
			if found[i].Path == "" {
				continue
			}
			label := labelOf(rows, by, i)
			at, known := labels[label]
			if !known {
				at = len(groups)
				labels[label] = at
				groups = append(groups, nil)
			}
			if len(groups[at]) < panelNetworks {
				groups[at] = append(groups[at], i)
			}
		}
		if len(groups) <= panelGroups {
			return by, groups
		}
	}
	return nil, nil
}

func labelOf(rows *table.Table, by []string, row int) string {
	values := make([]string, len(by))
	for i, name := range by {
		values[i] = rows.Column(name).Exact(row)
	}
	return strings.Join(values, ", ")
}

// drawPanel reads the networks of a figure and draws those that it applies to.
func drawPanel(
	ctx context.Context, c *Choice, f *figures.Figure, by []string, rows *table.Table, groups [][]int,
) (*drawing.Drawing, error) {
	var paths []string
	var members []int
	for _, group := range groups {
		for _, row := range group {
			if path := c.found[row].Path; path != "" { // else an earlier panel could not read it
				paths, members = append(paths, path), append(members, row)
			}
		}
	}
	data := map[int]figures.Data{}
	err := c.prober.Ask(ctx, figures.Query(), f.Argument(false), paths, func(i int, a results.Answer) error {
		r := &c.found[members[i]]
		if c.take(r, &measures.Found{FileHash: a.FileHash, Info: a.Info, Err: a.Err}); r.Path == "" {
			return nil
		}
		found, err := figures.Decode(a.Bytes)
		if err == nil {
			data[members[i]] = found
		}
		if errors.Is(err, figures.ErrNotApplicable) {
			return nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	set := figures.Set{By: strings.Join(by, ", ")}
	for g, group := range groups {
		line := figures.Group{Label: labelOf(rows, by, group[0]), Color: g}
		for _, row := range group {
			if r := &c.found[row]; data[row] != nil {
				line.Networks = append(line.Networks, figures.Network{Name: r.Name, Suspect: r.judgement() == suspect, Data: data[row]})
			}
		}
		if len(line.Networks) > 0 {
			set.Groups = append(set.Groups, line)
		}
	}
	if len(set.Groups) == 0 {
		return nil, figures.ErrNotApplicable
	}
	return f.Draw(&set)
}
