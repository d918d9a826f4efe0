package document

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"eisweep/sim"
)

// Parse reads TOML text that keeps the limits of a sweep file, and returns its root
// table. The error is a *SyntaxError.
func Parse(text []byte) (*Node, error) {
	if err := checkLimits(text); err != nil {
		return nil, err
	}
	if !utf8.Valid(text) {
		return nil, &SyntaxError{At: invalidByte(text), Problem: "the file is not UTF-8 text"}
	}
	var data map[string]any
	if _, err := toml.Decode(string(text), &data); err != nil {
		return nil, locate(err, text)
	}
	root, twice := scan(text)
	if twice != (Span{}) {
		return nil, &SyntaxError{At: twice, Problem: "not TOML: this key already has a value", Remedy: "remove one"}
	}
	root.attach(data)
	return root, nil
}

// SyntaxError says why a text cannot be parsed, and where.
type SyntaxError struct {
	At      Span
	Problem string
	Remedy  string
}

func (e *SyntaxError) Error() string { return e.Problem }

// locate makes a SyntaxError of the TOML library's.
func locate(err error, text []byte) error {
	var parse toml.ParseError
	if !errors.As(err, &parse) {
		return &SyntaxError{Problem: fmt.Sprintf("not TOML: %v", err)}
	}
	start := min(max(parse.Position.Start, 0), len(text))
	if start == len(text) && start > 0 {
		start--
	}
	end := min(start+max(parse.Position.Len, 1), len(text))
	out := &SyntaxError{At: Span{start, end}, Problem: "not TOML: " + parse.Message}
	if number, ok := strings.CutSuffix(parse.Message, " is out of range for int64"); ok {
		out.Problem, out.Remedy = "the integer "+sim.Excerpt(
			number,
		)+" is too large for any parameter", "integers are at most 2147483647, seeds 4294967295"
	} else if number, ok := strings.CutSuffix(parse.Message, " is out of range for float64"); ok {
		out.Problem, out.Remedy = "the number "+sim.Excerpt(number)+" is too large for any parameter", "reals are at most 3.4e38"
	} else if strings.HasPrefix(parse.Message, "invalid datetime") {
		out.Remedy = "a value that begins like a date or time must be one; put text in quotes"
	}
	return out
}

func invalidByte(text []byte) Span {
	rest := text
	for len(rest) > 0 {
		r, size := utf8.DecodeRune(rest)
		if r == utf8.RuneError && size == 1 {
			break
		}
		rest = rest[size:]
	}
	at := len(text) - len(rest)
	return Span{at, at + 1}
}

// WithoutMark returns the text without the byte order mark that some editors write.
func WithoutMark(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\ufeff")) }
