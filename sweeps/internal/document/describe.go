package document

import (
	"fmt"
	"strings"

	"eisweep/sim"
)

// IsTime reports whether a value is a date or time, which TOML has but sweeps do not.
func (n *Node) IsTime() bool {
	switch n.Data.(type) {
	case nil, int64, float64, bool, string, []any, []map[string]any, map[string]any:
		return false
	}
	return true
}

// Describe returns how an error message calls a value: the date 1979-05-27, the text "a",
// 2.5, a list. The text is the one that was parsed.
func (n *Node) Describe(text []byte) string {
	written := sim.Excerpt(n.Source(text))
	switch data := n.Data.(type) {
	case string:
		return fmt.Sprintf("the text %q", sim.Excerpt(data))
	case []any, []map[string]any:
		return "a list"
	case map[string]any:
		return "a table"
	case int64, float64, bool:
		return written
	}
	switch date, time := strings.Contains(written, "-"), strings.Contains(written, ":"); {
	case date && time:
		return "the date and time " + written
	case date:
		return "the date " + written
	default:
		return "the time " + written
	}
}
