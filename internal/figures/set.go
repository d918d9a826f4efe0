package figures

import (
	"fmt"
	"slices"
	"strconv"

	"eisweep/internal/figures/drawing"
)

// Set is what a figure draws.
type Set struct {
	By     string // the parameters whose values name the groups; "" for a single group
	Groups []Group

	Detailed bool // the networks were read with the detail that only one network per group needs
}

// title names a group above a panel of its own.
func (s *Set) title(group int) string {
	label := s.Groups[group].Label
	if _, err := strconv.ParseFloat(label, 64); err == nil {
		return s.By + " = " + label
	}
	return label
}

// Group are networks that one line stands for.
type Group struct {
	Label    string // the values of By
	Color    int    // the number of its colour, the same in all figures of these groups
	Networks []Network
}

// Network is one result.
type Network struct {
	Name    string // of its file
	Suspect bool
	Data    Data
}

// single reports whether every group is one network.
func (s *Set) single() bool {
	for i := range s.Groups {
		if len(s.Groups[i].Networks) != 1 {
			return false
		}
	}
	return true
}

func (g *Group) suspects() (n int) {
	for i := range g.Networks {
		if g.Networks[i].Suspect {
			n++
		}
	}
	return n
}

// style is that of a group's lines and points.
func (s *Set) style(group int) drawing.Style {
	g := &s.Groups[group]
	return drawing.Style{Color: g.Color, Hollow: g.suspects() > 0, Thin: g.suspects() == len(g.Networks)}
}

// series names a group in the table.
func (s *Set) series(group int) string {
	if s.By == "" {
		return "all"
	}
	return s.Groups[group].Label
}

// drawing begins a drawing: legend and notes. What more says about a group is added to its line.
func (s *Set) drawing(more func(group int) string, panels ...[]*drawing.Panel) *drawing.Drawing {
	d := &drawing.Drawing{Panels: panels, Legend: drawing.Legend{Title: s.By}}
	for i := range s.Groups {
		g := &s.Groups[i]
		text := g.size()
		if s.By == "" && len(g.Networks) == 1 {
			text = g.only()
		}
		if more != nil {
			text += "; " + more(i)
		}
		if s.By == "" {
			d.Notes = append(d.Notes, text+".")
			continue
		}
		d.Legend.Entries = append(d.Legend.Entries, drawing.Entry{Style: s.style(i), Label: fmt.Sprintf("%s (%s)", s.Groups[i].Label, text)})
	}
	switch {
	case s.single():
	case hasSteps(d):
		d.Notes = append(d.Notes, "Lines: mean over networks; bands: standard error.")
	default:
		d.Notes = append(d.Notes, "Lines: median over networks; bands: quartiles.")
	}
	return d
}

func hasSteps(d *drawing.Drawing) bool {
	for _, p := range slices.Concat(d.Panels...) {
		for _, layer := range p.Layers {
			if _, ok := layer.(drawing.Steps); ok {
				return true
			}
		}
	}
	return false
}

// only names the network of a group that has one.
func (g *Group) only() string {
	n := &g.Networks[0]
	if n.Suspect {
		return "Network: " + n.Name + " (suspect)"
	}
	return "Network: " + n.Name
}

// size says how many networks the group has, and how many of them are suspect.
func (g *Group) size() string {
	text := fmt.Sprintf("n = %d", len(g.Networks))
	if n := g.suspects(); n > 0 {
		text += fmt.Sprintf(", %d suspect", n)
	}
	return text
}

// having are the networks that have something under that name.
func (g *Group) having(name string) *Group {
	some := &Group{Label: g.Label}
	for _, n := range g.Networks {
		if len(n.Data[name]) > 0 {
			some.Networks = append(some.Networks, n)
		}
	}
	return some
}

// lines draws an array over another for every group: one panel.
func (s *Set) lines(panel *drawing.Panel, x, y, remedy string) error {
	for i := range s.Groups {
		g := s.Groups[i].having(y)
		if len(g.Networks) == 0 {
			continue
		}
		if err := g.sharing(x, remedy); err != nil {
			return err
		}
		middle, low, high := g.over(y)
		panel.Layers = append(panel.Layers, drawing.Line{
			Series: s.series(i), Style: s.style(i), X: g.Networks[0].Data[x], Y: middle, Low: low, High: high,
		})
	}
	return nil
}

// histograms draws an array of counts for every group: means, because of few neurons the median of the networks' counts is 0 in
// every bin.
func (s *Set) histograms(panel *drawing.Panel, edges []float64, y string, sideways bool) {
	for i := range s.Groups {
		g := s.Groups[i].having(y)
		if len(g.Networks) == 0 {
			continue
		}
		middle, low, high := g.average(y)
		panel.Layers = append(panel.Layers, drawing.Steps{
			Series: s.series(i), Style: s.style(i), Edges: edges, Y: middle, Low: low, High: high, Sideways: sideways,
		})
	}
}

// fact puts a number into the table, and returns it.
func fact(panel *drawing.Panel, series, name string, value float64) float64 {
	panel.Layers = append(panel.Layers, drawing.Fact{Series: series, Name: name, Value: value})
	return value
}
