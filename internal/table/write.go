package table

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
)

// WriteCSV writes the table as CSV (RFC 4180) in full precision. The first line has the names of the columns.
func (t *Table) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	cells := make([]string, len(t.Columns))
	for j := range t.Columns {
		cells[j] = t.Columns[j].Name
	}
	if err := out.Write(cells); err != nil {
		return err
	}
	for i := range t.Len() {
		for j := range t.Columns {
			cells[j] = t.Columns[j].Exact(i)
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// WriteJSON writes the table as an array of objects, one per line, whose fields are in the order of the columns.
func (t *Table) WriteJSON(w io.Writer) error {
	if _, err := io.WriteString(w, "["); err != nil {
		return err
	}
	for i := range t.Len() {
		separator := ",\n"
		if i == 0 {
			separator = "\n"
		}
		text, err := t.object(i)
		if err != nil {
			return err
		}
		if _, err := w.Write(append([]byte(separator), text...)); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "\n]\n")
	return err
}

// WriteLines writes one JSON object per row and line.
func (t *Table) WriteLines(w io.Writer) error {
	for i := range t.Len() {
		text, err := t.object(i)
		if err != nil {
			return err
		}
		if _, err := w.Write(append(text, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// object is a row as a JSON object. An infinite number is a string, as JSON has none.
func (t *Table) object(row int) ([]byte, error) {
	out := []byte{'{'}
	for j := range t.Columns {
		c := &t.Columns[j]
		if j > 0 {
			out = append(out, ',')
		}
		name, err := json.Marshal(c.Name)
		if err != nil {
			return nil, err
		}
		out = append(append(out, name...), ':')
		text, numeric := c.Exact(row), c.Kind != Text && !strings.HasSuffix(c.Exact(row), "Inf")
		switch {
		case c.Missing(row):
			out = append(out, "null"...)
		case numeric:
			out = append(out, text...)
		default:
			quoted, err := json.Marshal(text)
			if err != nil {
				return nil, err
			}
			out = append(out, quoted...)
		}
	}
	return append(out, '}'), nil
}

// WriteText writes the table as aligned columns for people: numbers to the right, text to the left.
func (t *Table) WriteText(w io.Writer) error {
	rows := t.Len()
	lines := make([]strings.Builder, rows+1)
	for j := range t.Columns {
		c := &t.Columns[j]
		cells := []string{printable(c.Name)}
		for i := range rows {
			cells = append(cells, printable(c.Readable(i)))
		}
		width := 0
		for _, cell := range cells {
			width = max(width, runewidth.StringWidth(cell))
		}
		for i, cell := range cells {
			pad := strings.Repeat(" ", width-runewidth.StringWidth(cell))
			if j > 0 {
				lines[i].WriteString("  ")
			}
			if c.Kind == Text {
				cell += pad
			} else {
				cell = pad + cell
			}
			lines[i].WriteString(cell)
		}
	}
	for i := range lines {
		if _, err := io.WriteString(w, strings.TrimRight(lines[i].String(), " ")+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// printable escapes the control characters of a cell, which would break its line.
func printable(cell string) string {
	if !strings.ContainsFunc(cell, unicode.IsControl) {
		return cell
	}
	quoted := strconv.Quote(cell)
	return quoted[1 : len(quoted)-1]
}
