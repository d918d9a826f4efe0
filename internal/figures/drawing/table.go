package drawing

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"
)

// Columns are the names of the columns of WriteCSV.
func Columns() []string {
	return []string{"panel", "layer", "series", "name", "x", "x_to", "y", "low", "high", "value"}
}

// Row is one row of the table of a drawing. Fields that a layer does not have are NaN.
type Row struct {
	Layer, Series, Name         string
	X, XTo, Y, Low, High, Value float64
}

func row(layer, series string) Row {
	none := math.NaN()
	return Row{Layer: layer, Series: series, X: none, XTo: none, Y: none, Low: none, High: none, Value: none}
}

// WriteCSV writes every number that the drawing shows, one row for each point, bin, cell, mark or fact: the columns of
// Columns, in which a missing number is empty. Numbers are the shortest decimals that give the same float64.
func (d *Drawing) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w) // it keeps its first error
	_ = out.Write(Columns())
	for _, panels := range d.Panels {
		for _, p := range panels {
			if p == nil {
				continue
			}
			for _, layer := range p.Layers {
				for _, r := range layer.rows() {
					_ = out.Write([]string{p.Name, r.Layer, r.Series, r.Name, decimal(r.X), decimal(r.XTo), decimal(r.Y), decimal(r.Low),
						decimal(r.High), decimal(r.Value)})
				}
			}
		}
	}
	out.Flush()
	return out.Error()
}

func decimal(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

func at(values []float64, i int) float64 {
	if values == nil {
		return math.NaN()
	}
	return values[i]
}

func (l Line) rows() (all []Row) {
	for i := range l.X {
		r := row("line", l.Series)
		r.X, r.Y, r.Low, r.High = l.X[i], l.Y[i], at(l.Low, i), at(l.High, i)
		all = append(all, r)
	}
	return all
}

func (s Steps) rows() (all []Row) {
	for i := range s.Y {
		r := row("bin", s.Series)
		r.X, r.XTo, r.Y, r.Low, r.High = s.Edges[i], s.Edges[i+1], s.Y[i], at(s.Low, i), at(s.High, i)
		all = append(all, r)
	}
	return all
}

func (p Points) rows() (all []Row) {
	for i := range p.X {
		r := row("point", p.Series)
		r.X, r.Y, r.Low, r.High = p.X[i], p.Y[i], at(p.Low, i), at(p.High, i)
		all = append(all, r)
	}
	return all
}

func (m Image) rows() (all []Row) {
	columns := len(m.Values) / m.Rows
	for i, v := range m.Values {
		r := row("cell", m.Series)
		r.X, r.Y, r.Value = m.X.centre(i%columns, columns), m.Y.centre(i/columns, m.Rows), v
		all = append(all, r)
	}
	return all
}

func (s Span) centre(i, n int) float64 { return s.From + (s.To-s.From)*(float64(i)+0.5)/float64(n) }

func (m Mark) rows() []Row {
	r := row("mark", m.Series)
	if r.X = m.At; m.Horizontal {
		r.X, r.Y = r.Y, m.At
	}
	return []Row{r}
}

func (f Fact) rows() []Row {
	r := row("fact", f.Series)
	r.Name, r.Value = f.Name, f.Value
	return []Row{r}
}
