package sim

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Kind is the type of a parameter's values.
type Kind int

// The kinds of parameters.
const (
	Real    Kind = iota // float32
	Integer             // int
	Boolean             // true or false
	Choice              // one of a list of words
)

func (k Kind) String() string {
	return [...]string{"real", "integer", "boolean", "choice"}[k]
}

// Value is the value of one parameter. The zero Value is the real 0. Two values are equal if
// they are ==, which also decides whether two tasks are the same.
type Value struct {
	kind Kind
	real float32
	num  int
	word string
}

// RealValue returns a real, rounded to float32; −0 becomes 0.
func RealValue(x float64) Value {
	f := float32(x)
	if f == 0 {
		f = 0
	}
	return Value{kind: Real, real: f}
}

// IntegerValue returns an integer.
func IntegerValue(n int) Value { return Value{kind: Integer, num: n} }

// BooleanValue returns a truth value.
func BooleanValue(b bool) Value {
	if b {
		return Value{kind: Boolean, num: 1}
	}
	return Value{kind: Boolean}
}

// ChoiceValue returns a word.
func ChoiceValue(s string) Value { return Value{kind: Choice, word: s} }

// Kind returns the value's type.
func (v Value) Kind() Kind { return v.kind }

// Float returns a real (widened from float32) or an integer as float64, 0 for others.
func (v Value) Float() float64 {
	if v.kind == Real {
		return float64(v.real)
	}
	return float64(v.num)
}

// Any returns the value as float64 (the shortest decimal of its float32, so
// that encoding/json writes what String does), int, bool or string.
func (v Value) Any() any {
	switch v.kind {
	case Real:
		f, err := strconv.ParseFloat(v.String(), 64)
		if err != nil {
			return float64(v.real)
		}
		return f
	case Integer:
		return v.num
	case Boolean:
		return v.num != 0
	default:
		return v.word
	}
}

// String returns the canonical text of the value, as ids and file names contain it: reals
// are the shortest decimal of their float32 in Go's 'g' format.
func (v Value) String() string {
	switch v.kind {
	case Real:
		return strconv.FormatFloat(float64(v.real), 'g', -1, 32)
	case Integer:
		return strconv.Itoa(v.num)
	case Boolean:
		return strconv.FormatBool(v.num != 0)
	default:
		return v.word
	}
}

// Setting is a parameter's name with a value for it.
type Setting struct {
	Name  string
	Value Value
}

func (s Setting) String() string { return s.Name + "=" + s.Value.String() }

// valueOf converts what a TOML or JSON decoder returns (int64, int, float64, bool, string) to
// a value of this kind. An integer is accepted for a real, never a real for an integer.
func (k Kind) valueOf(x any) (Value, error) {
	if n, ok := x.(int); ok {
		x = int64(n)
	}
	switch x := x.(type) {
	case int64:
		if k == Real {
			return RealValue(float64(x)), nil
		}
		if k == Integer {
			if int64(int32(x)) != x {
				return Value{}, tooFar(x)
			}
			return IntegerValue(int(x)), nil
		}
	case float64:
		if k == Real {
			if math.IsNaN(x) || math.IsInf(float64(float32(x)), 0) {
				return Value{}, beyondFloat32(x)
			}
			if x != 0 && float32(x) == 0 {
				return Value{}, fmt.Errorf("%v is too small for float32, which would round it to 0", x)
			}
			return RealValue(x), nil
		}
	case bool:
		if k == Boolean {
			return BooleanValue(x), nil
		}
	case string:
		if k == Choice {
			return ChoiceValue(x), nil
		}
	}
	return Value{}, fmt.Errorf("expected %s, not %s", k.article(), describe(x))
}

// beyondFloat32 is the error for a number that float32 cannot represent.
func beyondFloat32(x float64) error {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return fmt.Errorf("%s is not a finite number", describe(x))
	}
	return fmt.Errorf("%s is too large for float32", describe(x))
}

// tooFar is the error for an integer of more than 32 bits.
func tooFar(x int64) error {
	if x < 0 {
		return fmt.Errorf("%d is too small", x)
	}
	return fmt.Errorf("%d is too large", x)
}

func (k Kind) article() string {
	return [...]string{"a real number", "an integer", "true or false", "a word in quotes"}[k]
}

func describe(x any) string {
	switch x := x.(type) {
	case string:
		return fmt.Sprintf("the text %q", Excerpt(x))
	case bool:
		return fmt.Sprintf("%t", x)
	case float64:
		if math.IsInf(x, 0) || math.IsNaN(x) { // as TOML has them
			return strings.TrimPrefix(strings.ToLower(strconv.FormatFloat(x, 'g', -1, 64)), "+")
		}
		return strconv.FormatFloat(x, 'g', -1, 64)
	case int64:
		return strconv.FormatInt(x, 10)
	default:
		return "something else"
	}
}
