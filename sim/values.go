package sim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Values are values of parameters, each name once, in the order of the table. Task
// messages, manifest lines, jobs and result files all hold parameters in this form. Names
// that the table doesn't know, as a later version may write them, come last.
//
// As JSON they are an object whose names are in alphabetical order: 1e-05, 20, true,
// "BOTH". As text they are a name=value line each.
type Values []Setting

// Get returns the value of that name, and whether there is one.
func (v Values) Get(name string) (Value, bool) {
	for _, s := range v {
		if s.Name == name {
			return s.Value, true
		}
	}
	return Value{}, false
}

// With returns the values with others set, which replace those of their names.
func (v Values) With(set ...Setting) Values {
	all := make(Values, 0, len(v)+len(set))
	for _, s := range v {
		if _, replaced := Values(set).Get(s.Name); !replaced {
			all = append(all, s)
		}
	}
	return append(all, set...).sorted()
}

// sorted puts the values into the order of the table.
func (v Values) sorted() Values {
	slices.SortStableFunc(v, func(a, b Setting) int {
		return cmp.Or(cmp.Compare(Order(a.Name), Order(b.Name)), cmp.Compare(a.Name, b.Name))
	})
	return v
}

// Check returns an error that names the first setting which is unknown or has an illegal
// value; nil if Resolve takes them all.
func (v Values) Check() error {
	for _, s := range v {
		p, err := Lookup(s.Name)
		if err != nil {
			return err
		}
		if _, err := p.Check(s.Value.Any()); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	return nil
}

// Text returns a name=value line for each, without a newline at the end.
func (v Values) Text() string {
	lines := make([]string, len(v))
	for i, s := range v {
		lines[i] = s.String()
	}
	return strings.Join(lines, "\n")
}

// ParseValues reads what Text returns. The error names what is unknown or illegal.
func ParseValues(text string) (Values, error) {
	var v Values
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		p, err := Lookup(name)
		if err != nil {
			return nil, err
		}
		x, err := p.Parse(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if _, twice := v.Get(name); twice {
			return nil, fmt.Errorf("%s is set twice", name)
		}
		v = append(v, Setting{name, x})
	}
	return v.sorted(), nil
}

// MarshalJSON writes an object. A real that is not finite is an error.
func (v Values) MarshalJSON() ([]byte, error) {
	ordered := slices.Clone(v)
	slices.SortFunc(ordered, func(a, b Setting) int { return strings.Compare(a.Name, b.Name) })
	var b bytes.Buffer
	b.WriteByte('{')
	for i, s := range ordered {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err1 := json.Marshal(s.Name)
		value, err2 := json.Marshal(s.Value.Any())
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("parameter %s: %w", s.Name, err)
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads an object of numbers, truth values and words. Values get the kind of
// their parameter where they can have it; Check finds those that cannot, or that are out
// of range.
func (v *Values) UnmarshalJSON(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var values map[string]any
	if err := decoder.Decode(&values); err != nil {
		return err
	}
	*v = nil
	for name, x := range values {
		value, err := valueOfJSON(name, x)
		if err != nil {
			return fmt.Errorf("parameter %s: %w", name, err)
		}
		*v = append(*v, Setting{name, value})
	}
	v.sorted()
	return nil
}

func valueOfJSON(name string, x any) (Value, error) {
	if n, ok := x.(json.Number); ok {
		x = numberOf(n)
	}
	if p, ok := byName[name]; ok {
		if v, err := p.Kind.valueOf(x); err == nil {
			return v, nil
		}
	}
	for _, k := range []Kind{Integer, Real, Boolean, Choice} {
		if v, err := k.valueOf(x); err == nil {
			return v, nil
		}
	}
	return Value{}, fmt.Errorf("%s is no value of a parameter", describe(x))
}

// numberOf is an int64 if the text is an integer's, else a float64, which is infinite for a
// number that is too large.
func numberOf(n json.Number) any {
	if i, err := strconv.ParseInt(n.String(), 10, 64); err == nil {
		return i
	}
	f, _ := strconv.ParseFloat(n.String(), 64) // JSON has no other text for a number
	return f
}
