package document

import "fmt"

// The limits of a sweep file. They bound the memory and the time that reading a file
// takes, whoever wrote it, and are far above what a sweep needs.
const (
	MaxFile   = 64 << 20  // bytes
	MaxListed = 2_000_000 // values of all lists and ranges together

	maxDepth = 8       // brackets within brackets, and parts of a dotted key
	maxKeys  = 200_000 // keys, parts of dotted keys, tables and lists
)

// counter goes through a TOML text once, without recursion, and counts what a parser
// would have to hold. It sees structure where the TOML library does, up to the first
// syntax error, behind which the library doesn't look.
type counter struct {
	scanner
	depth  int // open brackets
	parts  int // dots since the last character that can begin a key
	keys   int
	values int
}

// checkLimits refuses a text that is larger, deeper or fuller than sweep files are. The
// error is a *SyntaxError.
func checkLimits(text []byte) error {
	if len(text) > MaxFile {
		return &SyntaxError{Problem: fmt.Sprintf("the file is larger than %d MiB", MaxFile>>20),
			Remedy: "write long lists as ranges, or split the sweep"}
	}
	c := counter{scanner: scanner{text: text}}
	for c.at < len(text) {
		start := c.at
		c.step()
		if err := c.check(Span{start, start + 1}); err != nil {
			return err
		}
	}
	return nil
}

// step passes over a character, a string or a comment.
func (c *counter) step() {
	switch char := c.peek(); char {
	case '#':
		c.until("\n")
		return
	case '"', '\'':
		c.str()
		return
	case '.':
		c.parts++
	case '=':
		c.keys += 1 + c.parts
		c.parts = 0
	case '[', '{':
		c.keys++
		c.depth++
		c.parts = 0
	case ']', '}':
		c.keys += c.parts // of a header
		c.depth = max(0, c.depth-1)
		c.parts = 0
	case ',':
		c.values++
		c.parts = 0
	case '\n':
		c.parts = 0
	}
	c.at++
}

func (c *counter) check(at Span) error {
	const needs = "a sweep file needs at most three levels: [[together]] with a list or a range"
	switch {
	case c.depth > maxDepth:
		return &SyntaxError{at, fmt.Sprintf("brackets nested deeper than %d", maxDepth), needs}
	case c.parts > maxDepth:
		return &SyntaxError{at, fmt.Sprintf("more than %d dots in one name", maxDepth), "names of parameters have at most two"}
	case c.keys > maxKeys:
		return &SyntaxError{at, fmt.Sprintf("more than %d keys, tables and lists in one file", maxKeys), "split the sweep"}
	case c.values > MaxListed:
		return &SyntaxError{at, fmt.Sprintf("more than %d values in one file", MaxListed), "write them as a range, or split the sweep"}
	}
	return nil
}
