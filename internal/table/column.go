package table

import (
	"math"
	"strconv"
)

// Kind is the type of a column's values.
type Kind uint8

// The kinds of columns.
const (
	Text    Kind = iota // "" is a missing value
	Number              // float64; NaN is a missing value
	Integer             // float64 without a fraction, at most 2⁵³; NaN is a missing value
)

// Role is what a column says about its rows.
type Role uint8

// The roles of columns.
const (
	Identity  Role = iota // which task or file it is
	Origin                // the sweep
	Parameter             // a parameter that varies
	Seed                  // a seed: of the task or of the network that it perturbs
	Fact                  // how the task ended
	Measure               // a measure of the result
	Statistic             // of several rows
)

// Column is a named column.
type Column struct {
	Name    string
	Unit    string // "" for numbers without a unit, and for text
	Kind    Kind
	Role    Role
	Text    []string  // the values of a Text column, else nil
	Numbers []float64 // the values of other columns, else nil
}

// Missing reports whether row i has no value, or one that is not a number.
func (c *Column) Missing(i int) bool {
	if c.Kind == Text {
		return c.Text[i] == ""
	}
	return math.IsNaN(c.Numbers[i])
}

// Exact is the value of row i in full precision; "" if it is missing.
func (c *Column) Exact(i int) string {
	switch {
	case c.Missing(i):
		return ""
	case c.Kind == Text:
		return c.Text[i]
	case c.Kind == Integer:
		return strconv.FormatFloat(c.Numbers[i], 'f', -1, 64)
	default:
		return strconv.FormatFloat(c.Numbers[i], 'g', -1, 64)
	}
}

// Readable is the value of row i for people: numbers that were computed have three significant digits.
func (c *Column) Readable(i int) string {
	switch {
	case c.Missing(i):
		return "-"
	case c.Kind == Number && c.Role != Parameter:
		return Readable(c.Numbers[i])
	default:
		return c.Exact(i)
	}
}

// Readable formats a number with three significant digits, or as a whole number from 100 to 10⁷.
func Readable(x float64) string {
	if size := math.Abs(x); size >= 100 && size < 1e7 {
		return strconv.FormatFloat(math.Round(x), 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// Len is the number of rows.
func (c *Column) Len() int { return max(len(c.Text), len(c.Numbers)) }

// Empty reports whether no row has a value.
func (c *Column) Empty() bool {
	for i := range c.Len() {
		if !c.Missing(i) {
			return false
		}
	}
	return true
}

// like is a column of the same name, kind and role without values.
func (c *Column) like() Column { return Column{Name: c.Name, Unit: c.Unit, Kind: c.Kind, Role: c.Role} }

// take appends row i of another column of this kind.
func (c *Column) take(from *Column, i int) {
	if c.Kind == Text {
		c.Text = append(c.Text, from.Text[i])
	} else {
		c.Numbers = append(c.Numbers, from.Numbers[i])
	}
}
