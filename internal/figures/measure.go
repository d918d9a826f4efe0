package figures

import (
	"fmt"
	"math"
	"slices"

	"eisweep/internal/figures/drawing"
	"eisweep/internal/table"
)

// Measured is a measure of many networks, against one parameter or two.
type Measured struct {
	Name, Unit string // of the measure; "1" for a pure number
	By         string // the parameters whose values name the groups; "" for a single group
	X          Parameter
	Y          *Parameter // nil for one parameter
	Groups     []MeasuredGroup
	// MeansOnly leaves the single networks out of a drawing against one parameter, which makes it small.
	MeansOnly bool
}

// Parameter is an axis: the values of a parameter are numbers, or words in their order.
type Parameter struct {
	Name, Unit string
	Words      []string // nil for numbers
}

// MeasuredGroup are the networks that one line stands for.
type MeasuredGroup struct {
	Label    string
	Color    int
	Networks []MeasuredNetwork
}

// MeasuredNetwork is the measure of one network; NaN is not drawn.
type MeasuredNetwork struct {
	X, Y    float64 // values of the parameters, or places in their Words
	Value   float64
	Suspect bool
}

// axis is a parameter as an axis.
func (p *Parameter) axis() drawing.Axis {
	return drawing.Axis{Label: withUnit(p.Name, p.Unit), Names: p.Words}
}

// withUnit adds a unit to a name; a pure number has none.
func withUnit(name, unit string) string {
	if unit == "" || unit == "1" {
		return name
	}
	return name + ", " + unit
}

// Draw draws the measure. Against one parameter: a point for every network, hollow if it is suspect, unless only the means are
// wanted, and the mean for each value with its 95 % interval (Student), hollow if all its networks are suspect. Against two: a
// map of the means for every group. Error: there are no values.
func (m *Measured) Draw() (*drawing.Drawing, error) {
	if !slices.ContainsFunc(m.Groups, func(g MeasuredGroup) bool { return len(known(g.Networks)) > 0 }) {
		return nil, fmt.Errorf("no result has a value of %s", m.Name)
	}
	if m.Y != nil {
		d := m.drawMaps()
		m.addMissing(d)
		return d, nil
	}
	panel := &drawing.Panel{Name: m.Name, X: m.X.axis(), Y: drawing.Axis{Label: withUnit(m.Name, m.Unit)}}
	panel.X.Log = m.X.Words == nil && logSpaced(m.places(func(n *MeasuredNetwork) float64 { return n.X }))
	d := &drawing.Drawing{Panels: [][]*drawing.Panel{{panel}}, Legend: drawing.Legend{Title: m.By}}
	suspects, step := 0, m.step()
	for i := range m.Groups {
		g := &m.Groups[i]
		suspects += m.addGroup(panel, g, step*(float64(i)-float64(len(m.Groups)-1)/2))
		if m.By != "" {
			label := fmt.Sprintf("%s (n = %d)", g.Label, len(known(g.Networks)))
			d.Legend.Entries = append(d.Legend.Entries, drawing.Entry{Style: drawing.Style{Color: g.Color}, Label: label})
		}
	}
	d.Notes = []string{"Small points: networks. Large points: means; bars: 95 % intervals (Student)."}
	if m.MeansOnly {
		d.Notes = []string{"Points: means; bars: 95 % intervals (Student)."}
	}
	if step > 0 {
		d.Notes = append(d.Notes, "Groups with the same value of the parameter are drawn beside each other.")
	}
	switch {
	case suspects > 0 && m.MeansOnly:
		d.Notes = append(d.Notes, fmt.Sprintf("%d of the networks %s suspect. Hollow: means of suspect networks alone.", suspects, are(suspects)))
	case suspects > 0:
		d.Notes = append(d.Notes, fmt.Sprintf("Hollow: %d suspect; means of suspect networks alone.", suspects))
	}
	m.addMissing(d)
	return d, nil
}

// addMissing adds a note with the number of networks that have no value: without it, a few networks would seem to be all of them.
func (m *Measured) addMissing(d *drawing.Drawing) {
	all, missing := 0, 0
	for _, g := range m.Groups {
		all, missing = all+len(g.Networks), missing+len(g.Networks)-len(known(g.Networks))
	}
	if missing > 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("Not drawn: %d of %d networks, which have no %s.", missing, all, m.Name))
	}
}

// are is the verb for n things.
func are(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// known are the networks that have a value.
func known(all []MeasuredNetwork) []MeasuredNetwork {
	return slices.DeleteFunc(slices.Clone(all), func(n MeasuredNetwork) bool { return !isFinite(n.Value + n.X + n.Y) })
}

// Distances between groups at one value of the parameter, in points: the usual one, and the share of the room between two values that the
// groups take at most, in a panel of panelWidth.
const (
	groupStep  = 5.0
	groupRoom  = 0.6
	panelWidth = 150.0
)

// step is the distance of groups that have values of the parameter in common, which would cover each other; 0 if none do.
func (m *Measured) step() float64 {
	places := m.places(func(n *MeasuredNetwork) float64 { return n.X })
	each := 0
	for _, g := range m.Groups {
		alone := Measured{Groups: []MeasuredGroup{g}}
		each += len(alone.places(func(n *MeasuredNetwork) float64 { return n.X }))
	}
	if each == len(places) {
		return 0
	}
	return min(groupStep, groupRoom*panelWidth/float64(len(places)*len(m.Groups)))
}

// addGroup draws a group, so many points to the right of the values, and returns how many of its networks are suspect.
func (m *Measured) addGroup(panel *drawing.Panel, g *MeasuredGroup, shift float64) (suspects int) {
	series := g.Label
	if m.By == "" {
		series = "all"
	}
	networks := known(g.Networks)
	slices.SortStableFunc(networks, func(a, b MeasuredNetwork) int { return order(a.X, b.X) })
	style := drawing.Style{Color: g.Color}
	sound := drawing.Points{Series: series + ": networks", Style: style, Small: true, Shift: shift}
	suspect := drawing.Points{Series: series + ": suspect networks", Style: drawing.Style{Color: g.Color, Hollow: true}, Small: true,
		Shift: shift}
	for _, n := range networks {
		to := &sound
		if n.Suspect {
			to, suspects = &suspect, suspects+1
		}
		to.X, to.Y = append(to.X, n.X), append(to.Y, n.Value)
	}
	if !m.MeansOnly {
		panel.Layers = append(panel.Layers, sound, suspect)
	}
	line, means := meansOf(networks, series, style)
	line.Shift, means[0].Shift, means[1].Shift = shift, shift, shift
	if m.X.Words == nil {
		panel.Layers = append(panel.Layers, line)
	}
	panel.Layers = append(panel.Layers, means[0], means[1])
	return suspects
}

// meansOf are the means of networks that are sorted by X, as a line and as points. The second points are hollow: means of suspect
// networks alone.
func meansOf(networks []MeasuredNetwork, series string, style drawing.Style) (line drawing.Line, means [2]drawing.Points) {
	line = drawing.Line{Series: series, Style: style}
	means = [2]drawing.Points{{Series: series, Style: style}, {Series: series, Style: style}}
	means[1].Style.Hollow = true
	for len(networks) > 0 {
		x, n, to := networks[0].X, 0, &means[1]
		var values []float64
		for ; n < len(networks) && networks[n].X == x; n++ {
			if values = append(values, networks[n].Value); !networks[n].Suspect {
				to = &means[0]
			}
		}
		s := table.Describe(values)
		line.X, line.Y = append(line.X, x), append(line.Y, s.Mean)
		to.X, to.Y = append(to.X, x), append(to.Y, s.Mean)
		to.Low, to.High = append(to.Low, s.Student.Low), append(to.High, s.Student.High)
		networks = networks[n:]
	}
	return line, means
}

func order(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// places are the values of a parameter that networks with a value of the measure have, each once and sorted.
func (m *Measured) places(of func(*MeasuredNetwork) float64) []float64 {
	var some []MeasuredGroup
	for _, g := range m.Groups {
		some = append(some, MeasuredGroup{Networks: known(g.Networks)})
	}
	return placesOf(some, of)
}

// placesOf are the values of a parameter that networks have, each once and sorted.
func placesOf(groups []MeasuredGroup, of func(*MeasuredNetwork) float64) (all []float64) {
	for _, g := range groups {
		for i := range g.Networks {
			if v := of(&g.Networks[i]); isFinite(v) {
				all = append(all, v)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// logSpaced reports whether sorted values suit a logarithmic axis: they are above 0, span two decades or more, and the middle one is
// nearer to the geometric mean of the ends than to their mean, in relation to the length of the axis. Seeds from 1 to 100 do not.
func logSpaced(values []float64) bool {
	first, middle, last := values[0], values[(len(values)-1)/2], values[len(values)-1]
	if first <= 0 || last < 100*first {
		return false
	}
	linear, logarithmic := (middle-first)/(last-first), math.Log(middle/first)/math.Log(last/first)
	return math.Abs(logarithmic-0.5) <= math.Abs(linear-0.5)
}
