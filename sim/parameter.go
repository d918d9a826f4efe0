package sim

import (
	"fmt"
	"strings"
)

// Parameter describes one parameter of the published tree.
type Parameter struct {
	Name    string   // the published name, dotted, as in a sweep file
	Kind    Kind     // type of its values
	Unit    string   // empty for a pure number
	Legal   string   // the range in words, as errors give it: "> 0", "1 … 1000000"
	Choices []string // the words, for a Choice
	Meaning string   // one sentence
	legal   func(Value) bool
	field   func(*Parameters) any // *float32, *int, *bool or *string
	readBy  []Experiment
}

// ReadBy reports whether the experiment's result depends on the parameter.
func (p *Parameter) ReadBy(e Experiment) bool {
	for _, r := range p.readBy {
		if r == e {
			return true
		}
	}
	return false
}

// Get returns the parameter's value in a tree.
func (p *Parameter) Get(tree *Parameters) Value {
	switch f := p.field(tree).(type) {
	case *float32:
		return RealValue(float64(*f))
	case *int:
		return IntegerValue(*f)
	case *bool:
		return BooleanValue(*f)
	case *string:
		return ChoiceValue(*f)
	default:
		panic("sim: parameter " + p.Name + " has a field of an unknown type")
	}
}

// set stores a value of the parameter's kind in a tree.
func (p *Parameter) set(tree *Parameters, v Value) {
	switch f := p.field(tree).(type) {
	case *float32:
		*f = v.real
	case *int:
		*f = v.num
	case *bool:
		*f = v.num != 0
	case *string:
		*f = v.word
	}
}

// Check reads a value of the parameter from what a TOML or JSON decoder yields.
// The error says what is wrong and what is legal, without the parameter's name.
func (p *Parameter) Check(x any) (Value, error) {
	v, err := p.Kind.valueOf(x)
	if err != nil {
		return Value{}, fmt.Errorf("%w (%s)", err, p.legalText())
	}
	if !p.legal(v) && p.Kind == Choice {
		return Value{}, fmt.Errorf("%s is not a legal value (%s)", Excerpt(v.String()), p.legalText())
	}
	if !p.legal(v) {
		return Value{}, fmt.Errorf("%s is out of range (%s)", Excerpt(v.String()), p.legalText())
	}
	return v, nil
}

// Refuse returns the error of Check for a value that no parameter can have, such as a date;
// what describes it.
func (p *Parameter) Refuse(what string) error {
	return fmt.Errorf("expected %s, not %s (%s)", p.Kind.article(), what, p.legalText())
}

// Parse reads a value from text, as command lines and file names give it.
func (p *Parameter) Parse(text string) (Value, error) {
	x, err := p.Kind.parse(text)
	if err != nil {
		return Value{}, fmt.Errorf("%w (%s)", err, p.legalText())
	}
	return p.Check(x)
}

func (p *Parameter) legalText() string {
	text := "legal: " + p.Legal
	if p.Unit != "" {
		text += " " + p.Unit
	}
	return text
}

func oneOf(words []string) (string, func(Value) bool) {
	return strings.Join(words, ", "), func(v Value) bool {
		for _, w := range words {
			if v.word == w {
				return true
			}
		}
		return false
	}
}
