package document

import "slices"

// Span is a stretch of a document's text, in bytes. The zero Span is no place.
type Span struct{ Start, End int }

// Node is a value of a TOML document with the places where it and its key
// stand. The values are those of the TOML library; the places are a scanner's
// (scanner.go), because the library keeps them to itself.
type Node struct {
	Name   string
	Key    Span             // its key, dots and all; of a table: its header
	Value  Span             // zero for a table with a header
	Data   any              // as the TOML library decodes it
	Fields []*Node          // of a table, in the order of the text
	Items  []*Node          // of an array
	index  map[string]*Node // of fields, once there are many
}

// fewFields are found as fast without an index.
const fewFields = 16

// Field returns a table's entry of that name, or nil.
func (n *Node) Field(name string) *Node {
	if n.index != nil {
		return n.index[name]
	}
	for _, f := range n.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// add gives a table one more entry.
func (n *Node) add(f *Node) {
	n.Fields = append(n.Fields, f)
	if len(n.Fields) == fewFields {
		n.index = map[string]*Node{}
		for _, f := range n.Fields {
			n.index[f.Name] = f
		}
	} else if n.index != nil {
		n.index[f.Name] = f
	}
}

// IsTable reports whether the node holds names and values.
func (n *Node) IsTable() bool {
	_, ok := n.Data.(map[string]any)
	return ok
}

// Place is where to point for the value: at it, or at the key of a table.
func (n *Node) Place() Span {
	if n.Value == (Span{}) {
		return n.Key
	}
	return n.Value
}

// attach gives a node and those below it their values. A value that the scanner
// did not find has its parent's place.
func (n *Node) attach(data any) {
	n.Data = data
	switch data := data.(type) {
	case map[string]any:
		for name, value := range data {
			child := n.Field(name)
			if child == nil {
				child = &Node{Name: name, Key: n.Key, Value: n.Value}
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

func (n *Node) item(i int) *Node {
	for len(n.Items) <= i {
		n.Items = append(n.Items, &Node{Key: n.Key, Value: n.Value})
	}
	return n.Items[i]
}

// Each returns a list's elements, or the node itself if it is no list.
func (n *Node) Each() []*Node {
	if _, list := n.Data.([]any); list {
		return n.Items
	}
	return []*Node{n}
}

// Without returns a copy of a table without one of its entries.
func (n *Node) Without(name string) *Node {
	c := *n
	c.index = nil
	c.Fields = slices.DeleteFunc(slices.Clone(n.Fields), func(f *Node) bool { return f.Name == name })
	return &c
}

// Source returns a value as it is written in the text.
func (n *Node) Source(text []byte) string { return string(text[n.Value.Start:n.Value.End]) }

// Leaf is the dotted name of the first value at or below a node.
func (n *Node) Leaf() string {
	if len(n.Fields) == 0 {
		return n.Name
	}
	return n.Name + "." + n.Fields[0].Leaf()
}
