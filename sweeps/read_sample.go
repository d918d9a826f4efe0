package sweeps

import (
	"fmt"
	"strings"

	"eisweep/sim"
	"eisweep/sweeps/internal/document"
	"eisweep/sweeps/internal/sampling"
)

// sampleKeys are the entries of [sample] that are not parameters. TOML writes points.
var sampleKeys = []string{"method", "count", "seed", "points"}

const sampleRemedy = `give a range { from = …, to = … }, with scale = "log" if you like, or a list of values`

// sampleReader reads [sample].
type sampleReader struct{ *reader }

func (r *reader) readSample(n *document.Node) { sampleReader{r}.read(n) }

func (r sampleReader) read(n *document.Node) {
	if !n.IsTable() {
		r.fail(n.Place(), "sample must be a table", "write [sample] above count and the parameters")
		return
	}
	before := r.failed
	drawn := &sample{method: r.sampleMethod(n.Field("method")), seed: r.sampleSeed(n.Field("seed"))}
	rest := n
	for _, key := range sampleKeys {
		rest = rest.Without(key)
	}
	if points := n.Field("points"); points != nil {
		r.readPoints(n, rest, points, drawn)
		return
	}
	count := r.sampleCount(n)
	scalings := r.scalings(rest)
	if r.failed > before || !r.dimensions(n, len(scalings)) || !r.room(count*len(scalings), n) {
		return
	}
	r.sweep.axes = append(r.sweep.axes, r.draw(drawn, count, scalings))
}

func (r sampleReader) sampleMethod(n *document.Node) string {
	if n == nil {
		return sampling.Sobol
	}
	method, ok := n.Data.(string)
	if ok && sampling.IsMethod(method) {
		return method
	}
	remedy := "legal: " + strings.Join(sampling.Methods(), ", ")
	if near := sim.Nearest(method, sampling.Methods()); near != "" {
		remedy = "did you mean " + near + "?"
	}
	r.fail(n.Place(), "unknown method of sample: "+r.describe(n), remedy)
	return ""
}

func (r sampleReader) sampleSeed(n *document.Node) uint32 {
	if n == nil {
		return 0
	}
	seed, _ := r.seed(n)
	return seed
}

func (r sampleReader) sampleCount(n *document.Node) int {
	count := n.Field("count")
	if count == nil {
		r.fail(n.Place(), "sample has no count", "write count = 100, the number of points")
		return 0
	}
	x, ok := count.Data.(int64)
	if !ok || x < 1 || x > maxValues {
		r.fail(count.Place(), "count of sample must be a positive integer, not "+r.describe(count), fmt.Sprintf("legal: 1 … %d", maxValues))
		return 0
	}
	return int(x)
}

// dimensions checks the number of parameters of a sample.
func (r sampleReader) dimensions(n *document.Node, parameters int) bool {
	switch {
	case parameters == 0:
		r.fail(n.Place(), "sample names no parameter", "add one: "+sampleRemedy)
	case parameters > sampling.MaxDimensions:
		r.fail(n.Place(), fmt.Sprintf("sample has %d parameters, more than %d", parameters, sampling.MaxDimensions), "remove some")
	default:
		return true
	}
	return false
}

// scalings reads the parameters of a sample, in the order of the text.
func (r sampleReader) scalings(n *document.Node) []*scaling {
	var list []*scaling
	for _, f := range r.table(n, "[sample]") {
		if r.claim(f) && r.readByExperiment(f) {
			if s := r.scaling(f); s != nil {
				list = append(list, s)
			}
		}
	}
	return list
}

// readByExperiment reports a parameter whose values would all give the same result.
func (r sampleReader) readByExperiment(f named) bool {
	if e := r.sweep.experiment; e != "" && !f.ReadBy(e) {
		r.wrongValue(f.Parameter, f.node.Key, fmt.Sprintf("%s has no effect on %s", f.Name, e), "remove it from [sample]")
		return false
	}
	return true
}

// scaling reads the range or the list of a sampled parameter; nil if it is wrong.
func (r sampleReader) scaling(f named) *scaling {
	before := r.failed
	s := &scaling{parameter: f.Parameter}
	_, list := f.node.Data.([]any)
	switch {
	case list:
		c := r.column(f)
		r.distinct(axis{columns: []column{c}}, []named{f})
		s.list = c.values
	case f.node.IsTable():
		r.sampledRange(s, f)
	default:
		r.wrongValue(f.Parameter, f.node.Place(), f.Name+" needs a range or a list of values here", sampleRemedy)
	}
	if r.failed > before {
		return nil
	}
	return s
}

// sampledRange reads a range to draw from: from, to, scale.
func (r sampleReader) sampledRange(s *scaling, f named) {
	if p := f.Parameter; p.Kind != sim.Real && p.Kind != sim.Integer {
		r.wrongValue(p, f.node.Place(), fmt.Sprintf("%s is a %s and cannot have a range", p.Name, p.Kind), "give a list; legal: "+p.Legal)
		return
	}
	before := r.failed
	for _, entry := range f.node.Fields {
		switch entry.Name {
		case "from":
			s.from = r.legalBound(f.Parameter, entry)
		case "to":
			s.to = r.legalBound(f.Parameter, entry)
		case "scale":
			s.log = r.scale(f.Parameter, entry)
		default:
			r.wrongValue(f.Parameter, entry.Key, "unknown key "+sim.Excerpt(entry.Name)+" in a range of [sample]", sampleRemedy)
		}
	}
	for _, name := range []string{"from", "to"} {
		if f.node.Field(name) == nil {
			r.wrongValue(f.Parameter, f.node.Place(), fmt.Sprintf("the range of %s has no %s", f.Name, name), sampleRemedy)
		}
	}
	if r.failed > before {
		return
	}
	if s.from >= s.to {
		r.wrongValue(f.Parameter, f.node.Place(), f.Name+": from is not below to", sampleRemedy)
	} else if s.log && s.from <= 0 {
		r.wrongValue(f.Parameter, f.node.Place(), f.Name+": a logarithmic range needs from and to > 0", sampleRemedy)
	}
}

// legalBound reads an end of a range, which must be a legal value itself.
func (r sampleReader) legalBound(p *sim.Parameter, n *document.Node) float64 {
	before := r.failed
	x := r.bound(p, n)
	if r.failed > before {
		return 0
	}
	if _, err := p.Check(n.Data); err != nil {
		r.wrongValue(p, n.Place(), p.Name+": "+err.Error(), "")
	}
	return x
}

// draw returns the axis of the points.
func (r sampleReader) draw(drawn *sample, count int, scalings []*scaling) axis {
	a := axis{sample: drawn}
	points := sampling.Points(drawn.method, count, len(scalings), drawn.seed)
	for d, s := range scalings {
		c := column{name: s.parameter.Name, values: make([]sim.Value, count)}
		for i := range count {
			v, err := s.value(points.At(i, d))
			if err != nil {
				r.wrongValue(s.parameter, r.sweep.places[c.name], c.name+": "+err.Error(), "")
				break
			}
			c.values[i] = v
		}
		a.columns = append(a.columns, c)
	}
	return a.withoutRepeats()
}

// readPoints reads a sample whose points are listed, as TOML writes it.
func (r sampleReader) readPoints(n, rest, points *document.Node, drawn *sample) {
	for _, f := range append(rest.Fields, n.Field("count")) {
		if f != nil {
			key := string(r.text.bytes[f.Key.Start:f.Key.End])
			r.fail(f.Key, sim.Excerpt(key)+" cannot be combined with points, which are listed already", "remove one of them")
		}
	}
	a := axis{sample: drawn}
	found := r.table(points, "[sample.points]")
	for _, f := range found {
		c := column{name: f.Name}
		if r.claim(f) && r.readByExperiment(f) {
			c = r.column(f)
		}
		a.columns = append(a.columns, c)
	}
	if len(found) == 0 {
		r.fail(points.Place(), "points names no parameter", "")
	}
	if r.sameLength(a, found) {
		r.sweep.axes = append(r.sweep.axes, a.withoutRepeats())
	}
}
