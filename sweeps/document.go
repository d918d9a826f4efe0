package sweeps

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"eisweep/sim"
)

// span is a stretch of a document's text, in bytes. The zero span is no place.
type span struct{ start, end int }

// node is a value of a TOML document with the places where it and its key
// stand. The values are those of the TOML library; the places are a scanner's
// (scanner.go), because the library keeps them to itself.
type node struct {
	name   string
	key    span             // its key, dots and all; of a table: its header
	value  span             // zero for a table with a header
	data   any              // as the TOML library decodes it
	fields []*node          // of a table, in the order of the text
	items  []*node          // of an array
	index  map[string]*node // of fields, once there are many
}

// fewFields are found as fast without an index.
const fewFields = 16

// field returns a table's entry of that name, or nil.
func (n *node) field(name string) *node {
	if n.index != nil {
		return n.index[name]
	}
	for _, f := range n.fields {
		if f.name == name {
			return f
		}
	}
	return nil
}

// add gives a table one more entry.
func (n *node) add(f *node) {
	n.fields = append(n.fields, f)
	if len(n.fields) == fewFields {
		n.index = map[string]*node{}
		for _, f := range n.fields {
			n.index[f.name] = f
		}
	} else if n.index != nil {
		n.index[f.name] = f
	}
}

// isTable reports whether the node holds names and values.
func (n *node) isTable() bool {
	_, ok := n.data.(map[string]any)
	return ok
}

// place is where to point for the value: at it, or at the key of a table.
func (n *node) place() span {
	if n.value == (span{}) {
		return n.key
	}
	return n.value
}

// readDocument parses TOML that keeps the limits of a sweep file. The error is a
// *syntaxError.
func readDocument(text []byte) (*node, error) {
	if err := checkLimits(text); err != nil {
		return nil, err
	}
	if !utf8.Valid(text) {
		return nil, &syntaxError{at: invalidByte(text), problem: "the file is not UTF-8 text"}
	}
	var data map[string]any
	if _, err := toml.Decode(string(text), &data); err != nil {
		return nil, locate(err, text)
	}
	root, twice := scan(text)
	if twice != (span{}) {
		return nil, &syntaxError{at: twice, problem: "not TOML: this key already has a value", remedy: "remove one"}
	}
	root.attach(data)
	return root, nil
}

// attach gives a node and those below it their values. A value that the scanner
// did not find has its parent's place.
func (n *node) attach(data any) {
	n.data = data
	switch data := data.(type) {
	case map[string]any:
		for name, value := range data {
			child := n.field(name)
			if child == nil {
				child = &node{name: name, key: n.key, value: n.value}
				n.add(child)
			}
			child.attach(value)
		}
	case []map[string]any:
		for i, value := range data {
			n.item(i).attach(value)
		}
	case []any:
		for i, value := range data {
			n.item(i).attach(value)
		}
	}
}

func (n *node) item(i int) *node {
	for len(n.items) <= i {
		n.items = append(n.items, &node{key: n.key, value: n.value})
	}
	return n.items[i]
}

// syntaxError is text that is no TOML.
type syntaxError struct {
	at      span
	problem string
	remedy  string
}

func (e *syntaxError) Error() string { return e.problem }

// locate makes a syntaxError of the TOML library's.
func locate(err error, text []byte) error {
	var parse toml.ParseError
	if !errors.As(err, &parse) {
		return &syntaxError{problem: fmt.Sprintf("not TOML: %v", err)}
	}
	start := min(max(parse.Position.Start, 0), len(text))
	if start == len(text) && start > 0 {
		start--
	}
	end := min(start+max(parse.Position.Len, 1), len(text))
	out := &syntaxError{at: span{start, end}, problem: "not TOML: " + parse.Message}
	if number, ok := strings.CutSuffix(parse.Message, " is out of range for int64"); ok {
		out.problem, out.remedy = "the integer "+sim.Excerpt(number)+" is too large for any parameter", "integers are at most 2147483647, seeds 4294967295"
	} else if number, ok := strings.CutSuffix(parse.Message, " is out of range for float64"); ok {
		out.problem, out.remedy = "the number "+sim.Excerpt(number)+" is too large for any parameter", "reals are at most 3.4e38"
	} else if strings.HasPrefix(parse.Message, "invalid datetime") {
		out.remedy = "what begins like a date or a time must be one; put text in quotes"
	}
	return out
}

func invalidByte(text []byte) span {
	rest := text
	for len(rest) > 0 {
		r, size := utf8.DecodeRune(rest)
		if r == utf8.RuneError && size == 1 {
			break
		}
		rest = rest[size:]
	}
	at := len(text) - len(rest)
	return span{at, at + 1}
}

// withoutMark removes the byte order mark that some editors write.
func withoutMark(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\ufeff")) }
