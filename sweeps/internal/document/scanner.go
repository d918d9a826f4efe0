package document

import (
	"bytes"
	"strings"

	"github.com/BurntSushi/toml"
)

// scanner finds the places of the keys and values of a TOML text. For a text that is not valid
// TOML the result is meaningless, but the scan ends.
type scanner struct {
	text  []byte
	at    int
	twice Span // a key that already has a value; the TOML library overlooks some
}

// scan returns the tree of a text's keys and values, with their places, and the place of a
// key that already has a value.
func scan(text []byte) (*Node, Span) {
	s, root := &scanner{text: text}, &Node{}
	table := root
	for s.skip(" \t\r\n"); s.at < len(s.text); s.skip(" \t\r\n") {
		before := s.at
		if s.peek() == '[' {
			table = s.header(root)
		} else {
			s.assignment(table)
		}
		if s.at == before {
			s.at++
		}
	}
	return root, s.twice
}

// header reads [table] or [[table]] and returns the table that it opens.
func (s *scanner) header(root *Node) *Node {
	start, array := s.at, bytes.HasPrefix(s.text[s.at:], []byte("[["))
	s.skip("[ \t")
	names, _ := s.key()
	s.skip("] \t")
	at := Span{start, s.trimmed(start, s.at)}
	table := root
	for i, name := range names {
		last := i == len(names)-1
		table = table.open(name, at)
		if last && array {
			table.Items = append(table.Items, &Node{Key: at})
		}
		if n := len(table.Items); n > 0 {
			table = table.Items[n-1]
		}
	}
	return table
}

// assignment reads key = value into a table.
func (s *scanner) assignment(table *Node) {
	names, at := s.key()
	s.skip("= \t")
	for _, name := range names {
		table = table.open(name, at)
		if table.Value != (Span{}) {
			s.twice = at
		}
	}
	if len(table.Fields) > 0 || len(table.Items) > 0 {
		s.twice = at
	}
	s.value(table)
}

// open returns an entry of a table, and adds it if it does not exist.
func (n *Node) open(name string, at Span) *Node {
	if f := n.Field(name); f != nil {
		return f
	}
	f := &Node{Name: name, Key: at}
	n.add(f)
	return f
}

// key reads a dotted key.
func (s *scanner) key() ([]string, Span) {
	start, end := s.at, s.at
	var names []string
	for s.at < len(s.text) {
		part := s.at
		if c := s.peek(); c == '"' || c == '\'' {
			s.str()
		} else {
			s.until(" \t\r\n.=]#\"'")
		}
		if s.at == part {
			break
		}
		names, end = append(names, unquote(string(s.text[part:s.at]))), s.at
		s.skip(" \t")
		if s.peek() != '.' {
			break
		}
		s.skip(". \t")
	}
	return names, Span{start, end}
}

// unquote returns the name that a part of a key means.
func unquote(part string) string {
	if !strings.ContainsAny(part, `"'`) {
		return part
	}
	if plain := part[1:max(1, len(part)-1)]; part[0] == part[len(part)-1] && !strings.ContainsAny(plain, `"'\`) {
		return plain
	}
	var v struct{ X string }
	if _, err := toml.Decode("X="+part, &v); err != nil {
		return part
	}
	return v.X
}

// value reads a value of any type into a node.
func (s *scanner) value(n *Node) {
	start := s.at
	switch s.peek() {
	case '"', '\'':
		s.str()
	case '[':
		s.list(']', func() {
			item := &Node{Key: n.Key}
			n.Items = append(n.Items, item)
			s.value(item)
		})
	case '{':
		s.list('}', func() { s.assignment(n) })
	default:
		s.until(",]}#\r\n")
	}
	n.Value = Span{start, s.trimmed(start, s.at)}
}

// list reads the elements between brackets, calling element for each.
func (s *scanner) list(end byte, element func()) {
	s.at++
	for s.at < len(s.text) {
		s.skip(", \t\r\n")
		if s.peek() == end {
			s.at++
			return
		}
		before := s.at
		element()
		if s.at == before {
			s.at = min(s.at+1, len(s.text))
		}
	}
}

// str passes over a string of any of the four kinds.
func (s *scanner) str() {
	quote := s.text[s.at : s.at+1]
	mark := bytes.Repeat(quote, 3)
	long := bytes.HasPrefix(s.text[s.at:], mark)
	if !long {
		mark = quote
	}
	for s.at += len(mark); s.at < len(s.text); s.at++ {
		if s.text[s.at] == '\\' && quote[0] == '"' {
			s.at++
		} else if bytes.HasPrefix(s.text[s.at:], mark) {
			s.at += len(mark)
			break
		}
	}
	for i := 0; long && i < 2 && s.peek() == quote[0]; i++ {
		s.at++ // up to two quotes may precede the closing three
	}
	s.at = min(s.at, len(s.text))
}

// skip moves past the given characters, and past comments.
func (s *scanner) skip(chars string) {
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == '#' && strings.Contains(chars, "\n"):
			s.until("\n")
		case strings.IndexByte(chars, c) < 0:
			return
		default:
			s.at++
		}
	}
}

// until moves to the next of the given characters.
func (s *scanner) until(chars string) {
	if i := bytes.IndexAny(s.text[s.at:], chars); i >= 0 {
		s.at += i
	} else {
		s.at = len(s.text)
	}
}

// peek returns the next byte; 0 at the end.
func (s *scanner) peek() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

// trimmed returns the end of a stretch without its trailing white space.
func (s *scanner) trimmed(start, end int) int {
	return start + len(bytes.TrimRight(s.text[start:end], " \t\r\n"))
}
