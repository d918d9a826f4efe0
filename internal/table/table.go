package table

import (
	"fmt"
	"slices"
	"strconv"

	"eisweep/sim"
)

// Table is a list of columns of equal length.
type Table struct {
	Columns []Column
}

// Len is the number of rows.
func (t *Table) Len() int {
	if len(t.Columns) == 0 {
		return 0
	}
	return t.Columns[0].Len()
}

// Column returns the column of that name, or nil.
func (t *Table) Column(name string) *Column {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i]
		}
	}
	return nil
}

// Find returns the column of that name. The error names the most similar column.
func (t *Table) Find(name string) (*Column, error) {
	if c := t.Column(name); c != nil {
		return c, nil
	}
	names := make([]string, len(t.Columns))
	for i := range t.Columns {
		names[i] = t.Columns[i].Name
	}
	if near := sim.Nearest(name, names); near != "" {
		return nil, fmt.Errorf("the table has no column %q; did you mean %s?", name, near)
	}
	return nil, fmt.Errorf("the table has no column %q", name)
}

// Where returns the rows for which keep is true.
func (t *Table) Where(keep func(row int) bool) *Table {
	out := &Table{}
	var rows []int
	for i := range t.Len() {
		if keep(i) {
			rows = append(rows, i)
		}
	}
	for i := range t.Columns {
		from := &t.Columns[i]
		c := from.like()
		for _, row := range rows {
			c.take(from, row)
		}
		out.Columns = append(out.Columns, c)
	}
	return out
}

// Select returns the columns for which keep is true. They share their values with the table.
func (t *Table) Select(keep func(*Column) bool) *Table {
	out := &Table{}
	for i := range t.Columns {
		if keep(&t.Columns[i]) {
			out.Columns = append(out.Columns, t.Columns[i])
		}
	}
	return out
}

// key identifies the values of a row in some columns.
func key(columns []*Column, row int) string {
	var out []byte
	for _, c := range columns {
		out = strconv.AppendQuote(out, c.Exact(row))
	}
	return string(out)
}

// measured returns the columns of those names, which must hold numbers; without names all measures that have a value.
func (t *Table) measured(names []string) ([]*Column, error) {
	var out []*Column
	for _, name := range names {
		c, err := t.Find(name)
		if err != nil {
			return nil, err
		}
		if c.Kind == Text || c.Role != Measure && c.Role != Fact {
			return nil, fmt.Errorf("%s is not a measure", name)
		}
		out = append(out, c)
	}
	if len(names) > 0 {
		return out, nil
	}
	for i := range t.Columns {
		if c := &t.Columns[i]; c.Role == Measure && !c.Empty() {
			out = append(out, c)
		}
	}
	return out, nil
}

// grouping returns the columns of those names, which must not be measures.
func (t *Table) grouping(names []string) ([]*Column, error) {
	var out []*Column
	for _, name := range names {
		c, err := t.Find(name)
		if err != nil {
			return nil, err
		}
		if c.Role == Measure {
			return nil, fmt.Errorf("%s is a measure: group by parameters", name)
		}
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out, nil
}
