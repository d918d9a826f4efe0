package document

import "slices"

// Span is a stretch of a document's text, in bytes. The zero Span is no place.
type Span struct{ Start, End int }

// Node is a value of a TOML document with the places of its key and itself. The values are
// those of the TOML library; the places come from the scanner (scanner.go), because the
// library does not export them.
type Node struct {
	Name   string
	Key    Span             // its key, dots and all; of a table: its header
	Value  Span             // zero for a table with a header
	Data   any              // as the TOML library decodes it
	Fields []*Node          // of a table, in the order of the text
	Items  []*Node          // of an array
	index  map[string]*Node // of fields, once there are many
}

// fewFields is how many fields are found as fast without an index.
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

// add adds an entry to a table.
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

// IsTable reports whether the node is a table.
func (n *Node) IsTable() bool {
	_, ok := n.Data.(map[string]any)
	return ok
}

// Place returns the place of the value, or of the key of a table with a header.
func (n *Node) Place() Span {
	if n.Value == (Span{}) {
		return n.Key
	}
	return n.Value
}

// attach sets the values of a node and those below it. A value that the scanner did not find
// gets the place of its parent.
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

// Leaf returns the dotted name of the first value at or below a node.
func (n *Node) Leaf() string {
	if len(n.Fields) == 0 {
		return n.Name
	}
	return n.Name + "." + n.Fields[0].Leaf()
}
