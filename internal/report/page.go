package report

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"iter"

	"eisweep/internal/table"
)

// Page is the content of a report.
type Page struct {
	Sweep   string
	Summary string // one sentence
	Facts   []Fact // what was run: experiment, versions, hosts, cost
	File    string // the sweep file of the latest launch; "" if it is not known

	Source, SourceFile string // PERTURB: the name of the sweep that it starts from, and its file; "" if they are not known

	Quality  []Fact        // how many results are sound or suspect, and why
	Suspects *table.Table  // the suspect results, with the reasons; nil without any
	Measures []Definition  // of the measures in the tables
	Averages *table.Table  // over seeds
	Rows     *table.Table  // the tasks, as they are shown
	Complete *table.Table  // all columns of all rows, to be saved from the page
	Sections []FigureGroup // figures
	Failures []Failure

	Reproduce []string // commands
	Citation  string
}

// Fact is a name and a value.
type Fact struct{ Name, Value string }

// Definition says what a measure is.
type Definition struct{ Name, Unit, Text string }

// FigureGroup is figures under a heading.
type FigureGroup struct {
	ID, Title, Text string // ID is the fragment of links to it
	Figures         []Figure
}

// Figure is a drawing, and the numbers that it shows.
type Figure struct {
	Title string
	Text  string // says in words what is drawn, for people who can't see it
	SVG   []byte // an svg element without references to other resources; it is not escaped
	Data  []byte // CSV; nil without
}

// Failure is a task that failed.
type Failure struct {
	ID, Point string
	Class     string
	Error     string
}

// MaxRows is the number of rows of a table that a page shows at most. The file that can be saved from the page has all rows.
const MaxRows = 10_000

//go:embed page.html.tmpl
var source string

//go:embed style.css
var style string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"style": func() template.CSS { return template.CSS(style) },
	"svg":   func(f Figure) template.HTML { return template.HTML(f.SVG) },
	"csv":   func(text []byte) (template.URL, error) { return dataURL("text/csv", text) },
	"whole": func(t *table.Table) (template.URL, error) {
		var out bytes.Buffer
		if err := t.WriteCSV(&out); err != nil {
			return "", err
		}
		return compressedURL(out.Bytes())
	},
	"rows":     rows,
	"numeric":  func(c table.Column) bool { return c.Kind != table.Text },
	"labelled": func(t *table.Table, label string) labelled { return labelled{t, label} },
	"hidden":   func(t *table.Table) int { return max(0, t.Len()-MaxRows) },
}).Parse(source))

// Write writes the page.
func (p *Page) Write(w io.Writer) error {
	if err := page.Execute(w, p); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// labelled is a table with the name that screen readers say.
type labelled struct {
	Table *table.Table
	Label string
}

// cell is a cell of a table.
type cell struct {
	Text    string
	Numeric bool
}

// rows returns the rows of a table that are shown.
func rows(t *table.Table) iter.Seq[[]cell] {
	return func(yield func([]cell) bool) {
		cells := make([]cell, len(t.Columns))
		for i := range min(t.Len(), MaxRows) {
			for j := range t.Columns {
				c := &t.Columns[j]
				cells[j] = cell{c.Readable(i), c.Kind != table.Text}
			}
			if !yield(cells) {
				return
			}
		}
	}
}

// dataURL holds a text in a link.
func dataURL(kind string, text []byte) (template.URL, error) {
	return template.URL("data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(text)), nil
}

// compressedURL holds a text in a link, as a file that gzip reads.
func compressedURL(text []byte) (template.URL, error) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(text); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	return dataURL("application/gzip", out.Bytes())
}
