package sweeps

import "fmt"

// The limits of a sweep file. They bound the memory and the time that a file takes
// which somebody else wrote, and are far above what a sweep needs.
const (
	// MaxFile is the size of the largest sweep file in bytes. Whoever reads one reads
	// no more than a byte more; Parse refuses it then.
	MaxFile = 64 << 20

	maxDepth  = 8         // brackets within brackets, and parts of a dotted key
	maxKeys   = 200_000   // keys, parts of dotted keys, tables and lists
	maxListed = 2_000_000 // values of all lists and ranges together
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
// error is a *syntaxError.
func checkLimits(text []byte) error {
	if len(text) > MaxFile {
		return &syntaxError{problem: fmt.Sprintf("the file is larger than %d MiB", MaxFile>>20), remedy: "write long lists as ranges, or split the sweep"}
	}
	c := counter{scanner: scanner{text: text}}
	for c.at < len(text) {
		start := c.at
		c.step()
		if err := c.check(span{start, start + 1}); err != nil {
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

func (c *counter) check(at span) error {
	const needs = "a sweep file needs three: [[together]] with a list or a range"
	switch {
	case c.depth > maxDepth:
		return &syntaxError{at, fmt.Sprintf("brackets nested deeper than %d", maxDepth), needs}
	case c.parts > maxDepth:
		return &syntaxError{at, fmt.Sprintf("more than %d dots in one name", maxDepth), "the longest name of a parameter has two"}
	case c.keys > maxKeys:
		return &syntaxError{at, fmt.Sprintf("more than %d keys, tables and lists in one file", maxKeys), "split the sweep"}
	case c.values > maxListed:
		return &syntaxError{at, fmt.Sprintf("more than %d values in one file", maxListed), "write them as a range, or split the sweep"}
	}
	return nil
}

// listed is the number of values that TOML writes one by one.
func (s *Sweep) listed() int {
	n := 0
	if !consecutive(s.seeds) {
		n = len(s.seeds)
	}
	for _, a := range s.axes {
		n += len(a.columns) * a.size()
	}
	for _, list := range s.excludes {
		n += values(list)
	}
	n += values(s.where)
	for _, r := range s.replacements {
		n += len(r.Tasks)
	}
	return n
}

func values(list []condition) int {
	n := 0
	for _, c := range list {
		n += len(c.values)
	}
	return n
}

// writable refuses a sweep that TOML would write as a file that Parse refuses.
func (s *Sweep) writable() []Fault {
	if s.listed() <= maxListed {
		return nil
	}
	return []Fault{{Problem: fmt.Sprintf("the sweep would have more than %d values, seeds and replaced tasks in total", maxListed),
		Remedy: "split it, or give consecutive seeds, which count as one"}}
}
